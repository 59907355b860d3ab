import { queryOptions } from '@tanstack/react-query';
import { api, type components, once, unwrap } from '../../app/api.ts';

export type ConnectionTest = components['schemas']['ConnectionTest'];
export type DryRun = components['schemas']['S3DryRun'];

const at = (id: string) => ({ params: { path: { id } } });

/** The integration as it stands. */
export const draftQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}', { ...at(id), signal })),
  });

/** What to set up at the provider. */
export const setupQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'setup'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/setup', { ...at(id), signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });

const DRY_RUN_REFRESH_MS = 700;

/** The last dry run, followed while it runs. */
export const dryRunQuery = (id: string, isWanted: boolean) =>
  queryOptions({
    queryKey: ['integration', id, 'dry-run'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}/dry-run', { ...at(id), signal })),
    enabled: isWanted,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? DRY_RUN_REFRESH_MS : false),
  });

export const startDryRun = (id: string): Promise<DryRun> =>
  unwrap(api.POST('/api/integrations/s3/{id}/dry-run', { ...at(id), body: {} }));

export const startIntegration = (id: string, startFrom: 'everything' | 'now') =>
  unwrap(api.POST('/api/integrations/s3/{id}/start', { ...at(id), body: { startFrom }, ...once }));

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Stores the first credentials of a draft. */
export const storeCredentials = async (id: string, credentials: Credentials): Promise<void> => {
  await unwrap(api.PATCH('/api/integrations/s3/{id}', { ...at(id), body: { credentials }, ...once }));
};

/** Tests other credentials and, if they pass, takes them in place of the stored ones, which are destroyed. */
export const replaceCredentials = async (id: string, credentials: Credentials): Promise<ConnectionTest> =>
  (
    await unwrap(
      api.POST('/api/integrations/s3/{id}/credentials/rotation', {
        ...at(id),
        body: { credentials, keepOldFor: 0 },
        ...once,
      }),
    )
  ).test;
