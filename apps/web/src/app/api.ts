import { ApiError, createApiClient, sendOnce } from '@sluice/api-client';
import { accessToken } from './session.ts';

export type { components } from '@sluice/api-client';
export { ApiError, unwrap } from '@sluice/api-client';

/** The API, as whoever is signed in. Each answer goes through `unwrap`, which throws its problem. */
export const api = createApiClient({ baseUrl: location.origin, accessToken });

/** Of a request that must not be done twice: `{ body, ...once }`. Sent again because no answer came, it is done once. */
export const once = { middleware: [sendOnce()] };

/** Whether what came of a request is an answer. Without one nobody knows whether it was done, and what was typed has to stay. */
export const isAnswer = (error: unknown): boolean => error === null || error instanceof ApiError;
