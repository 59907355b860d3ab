import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, type components, once, unwrap } from '../../app/api.ts';

export type Integration = components['schemas']['S3IntegrationWithLedger'];
export type Changes = components['schemas']['UpdateS3Integration'];
export type UsageSummary = components['schemas']['UsageSummary'];

/** How often what is looked at is read anew. */
const REFRESH_MS = 5_000;
const USAGE_REFRESH_MS = 30_000;

/** Parameters of a request about one integration. */
export const at = (id: string) => ({ params: { path: { id } } });

/** The same, refused when somebody has edited it since it was read. */
export const atRevision = (id: string, revision: number) => ({
  params: { path: { id }, header: { 'if-match': `"${revision}"` } },
});

/** The integration and its books, kept fresh while somebody looks. */
export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/integrations/s3/{id}', { ...at(id), signal })),
    refetchInterval: REFRESH_MS,
  });

/** What happened on each of the last 30 days. */
export const usageQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'usage'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/integrations/s3/{id}/usage-summary', { ...at(id), signal })),
    refetchInterval: USAGE_REFRESH_MS,
  });

/** How accessible the documents were and are. */
export const accessibilityQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'accessibility'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/integrations/s3/{id}/accessibility', { ...at(id), signal })),
    refetchInterval: USAGE_REFRESH_MS,
  });

/** The id in the address of a page of one integration. */
export const useIntegrationId = (): string => {
  const { integrationId }: { integrationId?: string } = useParams({ strict: false });
  if (integrationId === undefined) throw new Error('This page is not below /integrations/:integrationId.');
  return integrationId;
};

/** The integration of a page inside of the layout, which has loaded it. */
export const useIntegration = (): Integration => {
  const { data } = useQuery(integrationQuery(useIntegrationId()));
  if (data === undefined) throw new Error('The layout shows pages of integrations that are there only.');
  return data;
};

/** Changes the integration as it was shown; reads it anew whatever comes of it. */
export const useChange = (
  { id, revision }: Pick<Integration, 'id' | 'revision'>,
  onDone: () => void = () => undefined,
) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: Changes) => {
      await unwrap(api.PATCH('/api/integrations/s3/{id}', { ...atRevision(id, revision), body, ...once }));
    },
    onSuccess: onDone,
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['integration', id] }),
        client.invalidateQueries({ queryKey: ['integrations'] }),
      ]),
  });
};
