import type { Kernel } from '../../time/kernel.ts';
import type { Backend, Books } from '../backend.ts';
import { type MemoryBackend, memoryBackend } from '../memory.ts';
import { Both, byText, type Whose, whole } from './both.ts';
import type { PostgresBackend } from './postgres.ts';
import { twinEvents, twinObjects, twinPolls } from './twin-ledgers.ts';

/**
 * The same history on two databases at once: every call goes to both, at the same instant of the same clock, and both must answer the
 * same. The world goes on with what memory answered, which is what PostgreSQL answered under other names; so it is the same history to
 * the millisecond, and the first answer that differs is the fault. The books are compared row by row.
 */
export const twinBackend = (
  kernel: Kernel,
  postgres: PostgresBackend,
  setClock: (micros: number) => Promise<void>,
): Backend => {
  const memory: MemoryBackend = memoryBackend(kernel);
  const both = new Both(kernel, memory, postgres, setClock);
  return {
    polls: twinPolls(both),
    objects: twinObjects(both),
    events: twinEvents(both),
    replays: {
      runBatch: (limits) =>
        both.ask('runBatch', {
          ask: (side) => side.replays.runBatch(limits),
          view: (batch, whose) =>
            batch === null
              ? null
              : {
                  ...batch,
                  integrationId: both.named(batch.integrationId, whose),
                  replayId: null,
                  tenantId: null,
                },
        }),
    },
    rollBack: (id, version, denial) =>
      both.ask('rollBack', { ask: (side, of) => side.rollBack(of(id), version, denial), view: whole }),
    sweepSecrets: () => both.ask('sweepSecrets', { ask: (side) => side.sweepSecrets(), view: whole }),

    addIntegration: (wish) =>
      both.ask('addIntegration', {
        ask: (side) => side.addIntegration(wish),
        learn: (ours, theirs) => both.bind('integration', ours, theirs),
      }),
    setStatus: (id, status) => both.ask('setStatus', { ask: (side, of) => side.setStatus(of(id), status) }),
    setDetectionMode: (id, mode) =>
      both.ask('setDetectionMode', { ask: (side, of) => side.setDetectionMode(of(id), mode) }),
    rotate: (id, keepSeconds) =>
      both.ask('rotate', { ask: (side, of) => side.rotate(of(id), keepSeconds), view: whole }),
    credentialsVersion: (id) =>
      both.ask('credentialsVersion', { ask: (side, of) => side.credentialsVersion(of(id)), view: whole }),
    replay: (id, states) =>
      both.ask('replay', { ask: (side, of) => side.replay(of(id), states), view: whole }),
    nextDueAt: () =>
      both.ask('nextDueAt', {
        ask: (side) => side.nextDueAt(),
        // Within a millisecond each of them counts in its own way.
        learn: (ours, theirs) => {
          if (ours !== null && theirs !== null && Math.abs(ours - theirs) < 1) return;
          if (ours !== theirs) both.differences.add(`next due: memory ${ours}, PostgreSQL ${theirs}`);
        },
      }),

    books: async (id) => {
      const books = await both.ask('books', {
        ask: (side, of) => side.books(of(id)),
        learn: (ours, theirs) => {
          both.bindRows(ours.rows, theirs.rows);
          for (const wrong of theirs.discrepancies) both.differences.add(`PostgreSQL: ${wrong}`);
        },
        view: (its, whose) => booksView(both, its, whose),
      });
      return { ...books, discrepancies: [...books.discrepancies, ...both.differences] };
    },
  };
};

const booksView = (both: Both, { rows, charges }: Books, whose: Whose): unknown => ({
  rows: rows
    .map(({ key, etag, sizeBytes, state, reason, isCurrent, isDue, isLeased }) => {
      return [key, etag, sizeBytes, state, reason, isCurrent, isDue, isLeased];
    })
    .toSorted(byText),
  charges: charges
    .map(({ jobId, pages, amountMicros, isCredited }) => {
      return [both.named(jobId, whose), pages, amountMicros, isCredited];
    })
    .toSorted(byText),
});
