import { createApiClient } from '@sluice/api-client';
import { accessToken } from './session.ts';

export type { components } from '@sluice/api-client';
export { ApiError, unwrap } from '@sluice/api-client';

/** The API, as whoever is signed in. Each answer goes through `unwrap`, which throws its problem. */
export const api = createApiClient({ baseUrl: location.origin, accessToken });
