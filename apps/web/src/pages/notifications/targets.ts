import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../app/api.ts';
import type { Tone } from '../../ui/data/badge.tsx';

export type Target = components['schemas']['NotificationTarget'];
export type Delivery = components['schemas']['NotificationDelivery'];

const PAGE = 50;
const REFRESH_MS = 5_000;
const DELIVERIES = 10;

/** The servers of a tenant that are told of events, newest first. */
export const targetsQuery = (tenantId: string) =>
  infiniteQueryOptions({
    queryKey: ['notification-targets', tenantId],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/notification-targets', {
          params: { query: { tenantId, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: REFRESH_MS,
  });

/** What was sent to one of them last. */
export const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['notification-target', id, 'deliveries'],
    queryFn: async ({ signal }) =>
      (
        await unwrap(
          api.GET('/api/notification-targets/{id}/deliveries', {
            params: { path: { id }, query: { limit: DELIVERIES } },
            signal,
          }),
        )
      ).items,
    refetchInterval: REFRESH_MS,
  });

const REASONS: Readonly<Record<NonNullable<Target['disabledReason']>, string>> = {
  by_hand: 'Nothing is sent; events wait for 30 days.',
  failing: 'Nothing was taken for five days, so nothing is sent. Mend your server and take it up again.',
  gone: 'Your server said that this address is gone (410). Give another one and take it up again.',
};

/** How a target stands, in words. */
export const standingOf = (target: Target): { tone: Tone; label: string; note: string | null } => {
  if (target.status === 'disabled') {
    const reason = target.disabledReason ?? 'by_hand';
    return {
      tone: reason === 'by_hand' ? 'idle' : 'bad',
      label: reason === 'by_hand' ? 'Paused' : 'Stopped',
      note: REASONS[reason],
    };
  }
  if (target.failingSince !== null) {
    return {
      tone: 'warn',
      label: 'Not taken',
      note: 'What is sent is refused or not answered. It is tried again for days.',
    };
  }
  return target.lastSuccessAt === null
    ? { tone: 'info', label: 'Nothing sent yet', note: null }
    : { tone: 'good', label: 'Told', note: null };
};

const EVENTS: Readonly<Record<string, string>> = {
  'target.test': 'Test event',
  'document.written_back': 'Document written back',
  'document.failed': 'Document given up',
  'integration.failing': 'Bucket cannot be listed',
  'integration.recovered': 'Bucket can be listed again',
  'integration.credentials_rolled_back': 'New key denied, old one used again',
};

/** A type of event in a few words; one that is not known here as it is written. */
export const eventWords = (type: string): string => EVENTS[type] ?? type;
