import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../app/api.ts';

export type SupportIntegration = components['schemas']['SupportIntegrationPage']['items'][number];

export const STATUSES = ['draft', 'active', 'paused', 'disabled', 'deleted'] as const;

/** Which integrations are looked for. */
export interface Finding {
  /** A part of a name, or a whole id, of the integration or its tenant. */
  readonly search?: string;
  readonly tenantId?: string;
  readonly bucket?: string;
  readonly status?: (typeof STATUSES)[number];
  readonly failing?: 'true' | 'false';
}

const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });
const pages = {
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }: { readonly nextCursor: string | null }) => nextCursor,
  // Each look is an event in the audit of the tenants seen: none happens unasked.
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  staleTime: 60_000,
} as const;

export const findIntegrations = (finding: Finding) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'integrations', finding],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/admin/integrations', {
          params: { query: { ...finding, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    ...pages,
  });

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export const logsOf = (integrationId: string, level: Level | null) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'logs', integrationId, level],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/admin/logs', {
          params: {
            query: { integrationId, ...(level === null ? {} : { level }), ...cursorOf(pageParam) },
          },
          signal,
        }),
      ),
    ...pages,
  });

/** Less would show nearly everybody, and tell them. */
export const MIN_SEARCH = 2;

export const usageOfAll = (days: number, search: string) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'usage', days, search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/admin/usage-summary', {
          params: { query: { days, ...(search === '' ? {} : { search }), ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    ...pages,
  });

const REFRESH_MS = 5_000;

/** Followed while a run is under way. */
export const resealsQuery = queryOptions({
  queryKey: ['admin', 'reseals'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/admin/reseals', { signal })),
  refetchInterval: ({ state }) =>
    state.data?.items.some(({ status }) => status === 'running') === true ? REFRESH_MS : false,
});

/** An integration as its tenant sees it: not there (`not_found`) until the tenant is opened. */
export const openedIntegration = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'opened', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/integrations/s3/{id}', { params: { path: { id } }, signal })),
  });

export const eventHealth = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'opened', id, 'events'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/integrations/s3/{id}/events', { params: { path: { id } }, signal })),
  });

/** The newest objects that were given up after every attempt. */
export const deadObjects = (id: string) =>
  queryOptions({
    queryKey: ['admin', 'opened', id, 'dead'],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/integrations/s3/{id}/objects', {
          params: { path: { id }, query: { state: 'dead', limit: 20 } },
          signal,
        }),
      ),
  });
