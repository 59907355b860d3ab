import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../../app/api.ts';

/** What is asked for. Days are the reader's own, both included. */
export interface AuditFilter {
  readonly recordType?: string;
  readonly recordId?: string;
  readonly actorId?: string;
  readonly from?: string;
  readonly to?: string;
}

const NAMES = ['recordType', 'recordId', 'actorId', 'from', 'to'] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The filter in the address of the page; what is no filter is dropped. */
export const filterOf = (search: Readonly<Record<string, unknown>>): AuditFilter =>
  Object.fromEntries(
    NAMES.map((name) => [name, search[name]] as const).filter(
      ([name, value]) =>
        typeof value === 'string' &&
        value !== '' &&
        ((name !== 'from' && name !== 'to') || (DAY.test(value) && !Number.isNaN(Date.parse(value)))),
    ),
  );

/** Midnight of a day where the reader is, `daysLater` on. */
const midnight = (day: string, daysLater = 0): string => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
};

const PAGE = 50;

/** The audit of a tenant, newest first, page by page. */
export const auditQuery = (tenantId: string, filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', tenantId, filter],
    queryFn: ({ pageParam, signal }) => {
      const { from, to, ...rest } = filter;
      return unwrap(
        api.GET('/api/tenants/{id}/audit', {
          params: {
            path: { id: tenantId },
            query: {
              ...rest,
              ...(from === undefined ? {} : { from: midnight(from) }),
              ...(to === undefined ? {} : { to: midnight(to, 1) }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
              limit: PAGE,
            },
          },
          signal,
        }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

/** What the records of a tenant are called now, by id. */
export const recordNamesQuery = (tenantId: string) =>
  queryOptions({
    queryKey: ['record-names', tenantId],
    queryFn: async ({ signal }) => {
      const query = { tenantId, limit: 200 };
      const integrations = await unwrap(api.GET('/api/integrations/s3', { params: { query }, signal }));
      return new Map(integrations.items.map(({ id, name }) => [id, name]));
    },
    staleTime: 60_000,
  });
