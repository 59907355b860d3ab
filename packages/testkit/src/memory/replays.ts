import type { ReplayBatch, ReplayLedger } from '@sluice/core';
import type { ObjectState } from '@sluice/shared';
import type { MemoryDatabase, ObjectRow } from './database.ts';

/** What can never be taken up again (`private.is_replayable`). */
const NEVER: ReadonlySet<string> = new Set([
  'own_output',
  'folder_marker',
  'object_name_unusable',
  'upstream_invalid',
  'not_pdf',
  'empty_object',
  'oversize',
]);

interface Replay {
  readonly id: string;
  readonly integrationId: string;
  readonly states: readonly ObjectState[];
  readonly asOf: number;
  /** What the preview showed: no more is taken up. */
  readonly expected: number;
  replayed: number;
  /** Of `states`, the one the walk is in; the row it stands at. */
  leg: number;
  cursor: ObjectRow | null;
  lastBatchAt: number;
}

/** `create_s3_replay` of what has settled in some states, and `run_replay_batch`: the walk, not only what it takes up. */
export class MemoryReplays implements ReplayLedger {
  readonly #database: MemoryDatabase;
  #running: Replay[] = [];

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  /** Returns how many objects the preview shows. With none nothing is begun. */
  begin(integrationId: string, states: readonly ObjectState[]): number {
    const asOf = this.#database.now();
    const expected = this.#database
      .rowsOf(integrationId)
      .filter((row) => states.includes(row.state) && row.isCurrent && this.#isReplayable(row)).length;
    if (expected === 0) return 0;
    this.#running.push({
      id: this.#database.newId(),
      integrationId,
      states,
      asOf,
      expected,
      replayed: 0,
      leg: 0,
      cursor: null,
      lastBatchAt: 0,
    });
    return expected;
  }

  async runBatch({
    limit,
    scan,
    maxWaiting,
  }: Parameters<ReplayLedger['runBatch']>[0]): Promise<ReplayBatch | null> {
    const replay = this.#next(maxWaiting);
    if (replay === undefined) return null;
    const taken: ObjectRow[] = [];
    let [examined, superseded, isFull] = [0, 0, false];
    while (replay.leg < replay.states.length && !isFull) {
      const asked = Math.min(limit, scan - examined);
      const rows = this.#walk(replay).slice(0, asked);
      let got = 0;
      for (const row of rows) {
        got += 1;
        replay.cursor = row;
        if (row.stateChangedAt <= replay.asOf && this.#isReplayable(row)) {
          if (row.isCurrent) taken.push(row);
          else superseded += 1;
        }
        isFull = taken.length >= Math.min(limit, replay.expected - replay.replayed);
        if (isFull) break;
      }
      examined += got;
      if (!isFull && got < asked) {
        replay.leg += 1;
        replay.cursor = null;
      }
      isFull ||= examined >= scan;
    }
    for (const row of taken) this.#takeUp(row);
    const now = this.#database.now();
    replay.replayed += taken.length;
    replay.lastBatchAt = now;
    const isEnded = replay.leg >= replay.states.length || replay.replayed >= replay.expected;
    if (isEnded) this.#running = this.#running.filter((one) => one !== replay);
    const { id: replayId, integrationId } = replay;
    const { tenantId } = this.#database.integration(integrationId).config;
    return { replayId, integrationId, tenantId, examined, replayed: taken.length, superseded, isEnded };
  }

  /** The one that has waited longest, of those whose integration has not enough waiting. */
  #next(maxWaiting: number): Replay | undefined {
    return this.#running
      .filter(({ integrationId }) => {
        if (this.#database.integration(integrationId).config.status !== 'active') return false;
        const rows = this.#database.rowsOf(integrationId);
        return rows.filter(({ state }) => state === 'found').length < maxWaiting;
      })
      .toSorted((a, b) => a.lastBatchAt - b.lastBatchAt)[0];
  }

  /** What is left of a leg: newest first. */
  #walk({ integrationId, states, leg, cursor }: Replay): ObjectRow[] {
    const order = (a: ObjectRow, b: ObjectRow): number =>
      b.foundAt - a.foundAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
    return this.#database
      .rowsOf(integrationId)
      .filter((row) => row.state === states[leg] && (cursor === null || order(cursor, row) < 0))
      .toSorted(order);
  }

  #takeUp(row: ObjectRow): void {
    const now = this.#database.now();
    Object.assign(row, {
      state: 'found',
      reason: null,
      detail: null,
      providerCode: null,
      attempts: 0,
      revision: row.revision + 1,
      jobId: this.#database.newId(),
      lostResults: 0,
      stagedOutputs: null,
      dueAt: now,
      stateChangedAt: now,
    });
  }

  #isReplayable(row: ObjectRow): boolean {
    const { config } = this.#database.integration(row.integrationId);
    return (
      row.key.startsWith(config.inputPrefix) &&
      !row.key.startsWith(config.outputPrefix) &&
      !(row.state === 'skipped' && NEVER.has(row.reason ?? ''))
    );
  }
}
