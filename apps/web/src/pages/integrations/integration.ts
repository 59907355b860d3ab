import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, type components, unwrap } from '../../app/api.ts';
import type { Tone } from '../../ui/data/badge.tsx';
import type { Trouble } from '../../ui/states/error-notice.tsx';

export type Integration = components['schemas']['S3Integration'];

const PAGE = 50;
/** How often a list that is looked at is read anew. */
const REFRESH_MS = 5_000;

/** The integrations of a tenant, newest first, page by page; kept fresh while somebody looks. */
export const integrationsQuery = (tenantId: string) =>
  infiniteQueryOptions({
    queryKey: ['integrations', tenantId],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/integrations/s3', {
          params: { query: { tenantId, limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: REFRESH_MS,
  });

export const PROVIDER_NAMES: Readonly<Record<Integration['provider'], string>> = {
  aws_role: 'Amazon S3',
  aws_key: 'Amazon S3',
  r2: 'Cloudflare R2',
  b2: 'Backblaze B2',
  generic: 'S3-compatible',
};

/** How an integration stands, in words: derived of what is known, never stored. */
export interface Standing {
  readonly tone: Tone;
  readonly label: string;
  /** What a person should know or do about it. */
  readonly note: string | null;
  readonly trouble: Trouble | null;
}

type Facts = Pick<
  Integration,
  'status' | 'provider' | 'credentialsStored' | 'lastTest' | 'polling' | 'holdUp' | 'detectionMode'
>;

const draftStanding = ({ lastTest }: Facts): Standing => {
  if (lastTest === null) {
    return { tone: 'idle', label: 'Draft', note: 'Not tested and not started yet.', trouble: null };
  }
  if (lastTest.outcome === 'passed') {
    return { tone: 'info', label: 'Ready to start', note: 'The connection test passed.', trouble: null };
  }
  const failed = lastTest.checks.find(({ outcome }) => outcome === 'failed');
  return {
    tone: 'warn',
    label: 'Not connected yet',
    note: null,
    trouble:
      failed === undefined
        ? null
        : {
            title: failed.message,
            owner: failed.owner ?? 'customer_config',
            remedy: failed.remedy ?? 'Test the connection again.',
            providerCode: failed.providerCode,
          },
  };
};

/** Derives the standing of an integration. */
export const standingOf = (facts: Facts): Standing => {
  const { status, provider, credentialsStored, polling, holdUp, detectionMode } = facts;
  const plain = (tone: Tone, label: string, note: string | null = null): Standing => ({
    tone,
    label,
    note,
    trouble: null,
  });
  if (provider !== 'aws_role' && !credentialsStored) {
    if (status === 'draft') return plain('idle', 'Draft', 'Go on with connecting it.');
    return plain('warn', 'Needs credentials', 'No key is stored for this bucket.');
  }
  switch (status) {
    case 'draft':
      return draftStanding(facts);
    case 'paused':
      return plain('idle', 'Paused', 'Nothing is looked for; what is found waits.');
    case 'disabled':
      return plain('idle', 'Stopped', 'Start it again when you want it back.');
    case 'active': {
      const error = polling?.lastError ?? holdUp;
      if (error !== null) {
        const isTheirs = error.owner === 'customer_config' || error.owner === 'client';
        return {
          tone: isTheirs ? 'bad' : 'warn',
          label: isTheirs ? 'Needs you' : 'Waiting',
          note: null,
          trouble: error,
        };
      }
      if (polling?.lastCompletedAt == null) {
        return plain('info', 'First look', 'The bucket is being listed for the first time.');
      }
      return plain('good', detectionMode === 'event' ? 'Listening' : 'Working');
    }
  }
};
