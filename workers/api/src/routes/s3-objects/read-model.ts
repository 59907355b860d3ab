import type { Client } from '@sluice/db';
import {
  ERROR_CATALOGUE,
  isErrorCode,
  ObjectHistoryEntry,
  ProcessProgress,
  remedyOfGivenUp,
  S3Object,
} from '@sluice/shared';
import * as z from 'zod';
import { wordsOf } from '../s3-integrations/read-model.ts';

/** The columns an object's read model is made of: an allow-list. */
export const OBJECT_COLUMNS =
  'id, key, etag, size_bytes, source_modified_at, is_current, found_by, found_at, state, reason, reason_detail, provider_code, attempts, revision, due_at, job_id, pages, score_before, score_after, outputs, state_changed_at, written_back_at';

const rows = (db: Client) => db.from('s3_processed_objects').select(OBJECT_COLUMNS);
export type ObjectRow = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

/** An object as its tenant sees it. */
export const objectOf = (row: ObjectRow): S3Object =>
  S3Object.parse({
    id: row.id,
    key: row.key,
    etag: row.etag,
    sizeBytes: row.size_bytes,
    sourceModifiedAt: row.source_modified_at,
    isCurrent: row.is_current,
    foundBy: row.found_by,
    foundAt: row.found_at,
    state: row.state,
    reason:
      row.reason === null
        ? null
        : { ...reasonOf(row.reason, row.state), detail: row.reason_detail, providerCode: row.provider_code },
    attempts: row.attempts,
    nextAttemptAt: row.due_at,
    jobId: row.job_id,
    pages: row.pages,
    scoreBefore: row.score_before,
    scoreAfter: row.score_after,
    outputs: row.outputs,
    stateChangedAt: row.state_changed_at,
    writtenBackAt: row.written_back_at,
  });

const reasonOf = (code: string, state: string): ReturnType<typeof wordsOf> => {
  const words = wordsOf(code);
  if (state !== 'dead') return words;
  return { ...words, remedy: remedyOfGivenUp(ERROR_CATALOGUE[isErrorCode(code) ? code : 'internal']) };
};

/** As the processor's words were stored. */
export const progressOf = (stored: unknown): ProcessProgress | null =>
  ProcessProgress.safeParse(stored).data ?? null;

/** As the trigger of `add_object_history` writes it. What is left out has its usual value. */
const Stored = z
  .array(
    z.object({
      at: z.string(),
      state: z.string(),
      reason: z.string().nullish(),
      attempt: z.int().default(0),
      revision: z.int().default(1),
      by: z.string().nullish(),
    }),
  )
  .nullable();

/** What the row was before, and what it is now. */
export const historyOf = (
  row: ObjectRow & { history: unknown; state_changed_by: string | null },
): ObjectHistoryEntry[] => [
  ...(Stored.parse(row.history) ?? []).map((entry) => entryOf({ ...entry, by: entry.by ?? null })),
  entryOf({
    at: row.state_changed_at,
    state: row.state,
    reason: row.reason,
    attempt: row.attempts,
    revision: row.revision,
    by: row.state_changed_by,
  }),
];

const entryOf = (entry: {
  at: string;
  state: string;
  reason?: string | null | undefined;
  attempt: number;
  revision: number;
  by: string | null;
}): ObjectHistoryEntry =>
  ObjectHistoryEntry.parse({
    ...entry,
    reason: entry.reason ?? null,
    by: entry.by === null ? { kind: 'engine' } : { kind: 'user', userId: entry.by },
  });
