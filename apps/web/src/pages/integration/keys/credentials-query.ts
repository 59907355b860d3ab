import { queryOptions } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../../app/api.ts';
import { at } from '../queries.ts';

export type Credentials = components['schemas']['S3Credentials'];

const REFRESH_MS = 5_000;

/** What may be known of the stored keys. */
export const credentialsQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'credentials'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/credentials', { ...at(id), signal })),
    refetchInterval: REFRESH_MS,
  });
