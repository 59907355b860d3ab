import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../../app/api.ts';
import { at } from '../queries.ts';
import { type Filters, listQueryOf, type ReplayFilter } from './filters.ts';

export type S3Object = components['schemas']['S3Object'];
export type ObjectDetail = components['schemas']['S3ObjectDetail'];
export type Replay = components['schemas']['S3Replay'];

const PAGE = 25;
const REFRESH_MS = 5_000;
/** So many pages without a hit are looked through before the reader is asked whether to look further. */
const LOOKED_THROUGH = 4;

const readPage = async (id: string, filters: Filters, cursor: string | null, signal: AbortSignal) => {
  const params = (after: string | null) => ({
    path: { id },
    query: { ...listQueryOf(filters), limit: PAGE, ...(after === null ? {} : { cursor: after }) },
  });
  const read = (after: string | null) =>
    unwrap(api.GET('/api/integrations/s3/{id}/objects', { params: params(after), signal }));
  let page = await read(cursor);
  for (let n = 1; n < LOOKED_THROUGH && page.items.length === 0 && page.nextCursor !== null; n += 1) {
    page = await read(page.nextCursor);
  }
  return page;
};

/** Objects that fit, page by page; kept fresh while the first page is looked at. */
export const objectsQuery = (id: string, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['integration', id, 'objects', filters],
    queryFn: ({ pageParam, signal }) => readPage(id, filters, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? REFRESH_MS : false),
  });

/** One object with its history. */
export const objectQuery = (id: string, objectId: string) =>
  queryOptions({
    queryKey: ['integration', id, 'object', objectId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/integrations/s3/{id}/objects/{objectId}', {
          params: { path: { id, objectId } },
          signal,
        }),
      ),
    refetchInterval: REFRESH_MS,
  });

const RUNNING_REFRESH_MS = 1_500;

/** The last replays, followed while one runs. */
export const replaysQuery = (id: string) =>
  queryOptions({
    queryKey: ['integration', id, 'replays'],
    queryFn: async ({ signal }) => {
      const params = { path: { id }, query: { limit: 3 } };
      return (await unwrap(api.GET('/api/integrations/s3/{id}/replays', { params, signal }))).items;
    },
    refetchInterval: ({ state }) =>
      state.data?.some(({ status }) => status === 'running') === true ? RUNNING_REFRESH_MS : false,
  });

export type ReplayPreview = components['schemas']['S3ReplayPreview'];

/** What processing again would take up and cost. Changes nothing. */
export const previewReplay = async (id: string, filter: ReplayFilter): Promise<ReplayPreview> => {
  const answer = await unwrap(
    api.POST('/api/integrations/s3/{id}/replays', { ...at(id), body: { filter, preview: true } }),
  );
  if (!('quote' in answer)) throw new Error('Asked for a preview, the API began.');
  return answer;
};

/** Begins what a preview showed. Sent twice, it begins once. */
export const beginReplay = async (id: string, filter: ReplayFilter, previewToken: string): Promise<void> => {
  await unwrap(api.POST('/api/integrations/s3/{id}/replays', { ...at(id), body: { filter, previewToken } }));
};
