import { randomUUID } from 'node:crypto';
import type { EventLedger, ObjectLedger, PollLedger } from '@sluice/core';
import { createEventLedger } from '@sluice/db';
import {
  MemoryDatabase,
  MemoryLifecycle,
  memoryEventLedger,
  memoryObjectLedger,
  memoryPollLedger,
  VirtualClock,
} from '@sluice/testkit/memory';
import { connectWithEvents } from '../support/events.ts';
import type { Connection, Ledger } from '../support/ledger.ts';

/** What a row of the ledger is, apart from its names and the instants of its changes. */
interface RowView {
  readonly key: string;
  readonly etag: string;
  readonly state: string;
  readonly reason: string | null;
  readonly is_current: boolean;
  readonly attempts: number;
  readonly attempts_in_all: number;
  readonly lost_results: number;
  readonly outages: number;
  readonly obstacle_owner: string | null;
  readonly revision: number;
  readonly found_by: string;
  readonly sequencer: string | null;
  readonly is_told: boolean;
  readonly is_leased: boolean;
  readonly is_due: boolean;
  readonly has_staged: boolean;
  readonly has_outputs: boolean;
  readonly is_charged: boolean;
  readonly is_credited: boolean;
}

interface SliceView {
  readonly start_after: string;
  readonly object_count: number;
  readonly digest: string | null;
  readonly is_listed: boolean;
}

interface View {
  readonly poll: { readonly is_requested: boolean; readonly is_due: boolean };
  readonly rows: readonly RowView[];
  readonly slices: readonly SliceView[];
}

/** One of the two ledgers that are to do the same. */
export interface Side {
  readonly integrationId: string;
  readonly polls: PollLedger;
  readonly objects: ObjectLedger;
  readonly events: EventLedger;
  readonly revision: () => Promise<number>;
  readonly setStatus: (status: 'active' | 'paused') => Promise<unknown>;
  /** Takes up again what is in this state, as a replay does. */
  readonly replay: (state: 'written_back' | 'skipped') => Promise<unknown>;
  /** Its own time, in milliseconds. */
  readonly now: () => number;
  /** Lets an hour go by. */
  readonly pass: () => Promise<unknown>;
  readonly view: () => Promise<View>;
  /** By key and ETag. */
  readonly idOf: (key: string, etag: string) => Promise<string | undefined>;
}

type Policy = 'reprocess' | 'ignore' | 'keep_versions';

export const memorySide = (overwritePolicy: Policy): Side => {
  const clock = new VirtualClock(Date.now());
  const database = new MemoryDatabase(clock);
  const lifecycle = new MemoryLifecycle(database);
  const { id } = database.addIntegration({ overwritePolicy, outputPrefix: 'out/' });
  lifecycle.setDetectionMode(id, 'event');
  const inOrder = () => database.rowsOf(id).toSorted(byVersion);
  return {
    integrationId: id,
    polls: memoryPollLedger(database),
    objects: memoryObjectLedger(database),
    events: memoryEventLedger(database),
    revision: async () => database.integration(id).revision,
    setStatus: async (status) => lifecycle.setStatus(id, status),
    replay: async (state) => {
      lifecycle.replay(id, [state]);
      await lifecycle.replays.runBatch({ limit: 1000, scan: 1000, maxWaiting: 1000 });
    },
    now: () => clock.now(),
    // A little goes by in PostgreSQL too, so that what was put off for an hour is due in both.
    pass: async () => clock.advance(HOUR_MS + 1),
    view: async () => ({
      poll: {
        is_requested: database.integration(id).poll.isListingRequested,
        is_due: database.integration(id).poll.nextPollAt <= database.now(),
      },
      rows: inOrder().map((row) => ({
        key: row.key,
        etag: row.etag,
        state: row.state,
        reason: row.reason,
        is_current: row.isCurrent,
        attempts: row.attempts,
        attempts_in_all: row.attemptsInAll,
        lost_results: row.lostResults,
        outages: row.outages,
        obstacle_owner: row.obstacleOwner,
        revision: row.revision,
        found_by: row.foundBy,
        sequencer: row.sequencer,
        is_told: row.eventAt !== null,
        is_leased: row.leaseId !== null,
        is_due: row.dueAt !== null,
        has_staged: row.stagedOutputs !== null,
        has_outputs: row.outputs !== null,
        is_charged: database.costs.has(row.jobId),
        is_credited: database.credits.has(row.jobId),
      })),
      slices: [...database.integration(id).slices.values()]
        .map(({ startAfter, objectCount, digest, cycle }) => ({
          start_after: startAfter,
          object_count: objectCount,
          digest,
          is_listed: cycle === database.integration(id).poll.cycle,
        }))
        .toSorted((a, b) => (a.start_after < b.start_after ? -1 : 1)),
    }),
    idOf: async (key, etag) => inOrder().find((row) => row.key === key && row.etag === etag)?.id,
  };
};

export const postgresSide = async (ledger: Ledger, overwritePolicy: Policy): Promise<Side> => {
  const connection = await connectWithEvents(ledger, { overwritePolicy });
  const { integrationId } = connection;
  const one = async <T>(sql: string): Promise<T | undefined> =>
    (await ledger.rows<T>(sql, [integrationId]))[0];
  return {
    integrationId,
    polls: ledger.polls,
    objects: ledger.objects,
    events: createEventLedger(ledger.service),
    revision: async () =>
      (await one<{ revision: number }>('select revision from public.s3_integrations where id = $1'))
        ?.revision ?? 0,
    setStatus: (status) => setStatus(ledger, connection, status),
    replay: (state) => replay(ledger, connection, state),
    now: () => Date.now(),
    pass: () => pass(ledger, connection),
    view: async () => ({
      poll: (await one<View['poll']>(POLL)) ?? { is_requested: false, is_due: false },
      rows: await ledger.rows<RowView>(ROWS, [integrationId]),
      slices: await ledger.rows<SliceView>(SLICES, [integrationId]),
    }),
    idOf: async (key, etag) => {
      const [row] = await ledger.rows<{ id: string }>(
        'select id from public.s3_processed_objects where integration_id = $1 and key = $2 and etag = $3',
        [integrationId, key, etag],
      );
      return row?.id;
    },
  };
};

const HOUR_MS = 3_600_000;

const byVersion = (
  a: { readonly key: string; readonly etag: string },
  b: { readonly key: string; readonly etag: string },
): number => (`${a.key} ${a.etag}` < `${b.key} ${b.etag}` ? -1 : 1);

const ROWS = `select o.key, o.etag, o.state, o.reason, o.is_current, o.attempts, o.attempts_in_all, o.lost_results, o.outages, o.obstacle_owner, o.revision, o.found_by,
    o.source_sequencer as sequencer, o.event_at is not null as is_told, o.lease_id is not null as is_leased, o.due_at is not null as is_due,
    o.staged_outputs is not null as has_staged, o.outputs is not null as has_outputs,
    exists (select 1 from public.cost_ledger c where c.job_id = o.job_id and c.kind = 'processing') as is_charged,
    exists (select 1 from public.cost_ledger c where c.job_id = o.job_id and c.kind = 'credit') as is_credited
  from public.s3_processed_objects o where o.integration_id = $1 order by o.key, o.etag`;

const POLL = `select is_listing_requested as is_requested, next_poll_at <= now() as is_due
  from public.s3_poll_states where integration_id = $1`;

const SLICES = `select l.start_after, l.object_count, l.digest, l.cycle = s.cycle as is_listed
  from public.s3_listing_slices l join public.s3_poll_states s using (integration_id)
  where l.integration_id = $1 order by l.start_after`;

/** As the verb of an admin does it: taken up again, the bucket is listed at once. */
const setStatus = async (ledger: Ledger, { integrationId }: Connection, status: string): Promise<void> => {
  const changed = await ledger.rows(
    'update public.s3_integrations set status = $2 where id = $1 and status <> $2 returning id',
    [integrationId, status],
  );
  if (changed.length === 0 || status !== 'active') return;
  await ledger.rows(
    `update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null where integration_id = $1`,
    [integrationId],
  );
};

const replay = async (
  ledger: Ledger,
  { integrationId, tenant }: Connection,
  state: string,
): Promise<void> => {
  await ledger.rows(
    `insert into public.s3_replays (id, tenant_id, integration_id, states, as_of, expected_objects, requested_by)
     select $4, $2, $1, array[$3], clock_timestamp(), count(*), $5 from public.s3_processed_objects
     where integration_id = $1 and state = $3 and is_current
       and private.is_replayable(state, reason, key, '', 'out/') having count(*) > 0`,
    [integrationId, tenant.id, state, randomUUID(), tenant.owner.id],
  );
  await ledger.service.rpc('run_replay_batch', { p_limit: 1000, p_scan: 1000, p_max_waiting: 1000 });
};

/** Every instant that the verbs look at moves into the past; no trigger takes it for a change. */
const pass = async (ledger: Ledger, { integrationId }: Connection): Promise<void> => {
  const earlier = (columns: readonly string[]): string =>
    columns.map((column) => `${column} = ${column} - interval '1 hour'`).join(', ');
  await ledger.rows(`do $$ begin
    set local session_replication_role = replica;
    update public.s3_processed_objects set ${earlier([
      'due_at',
      'leased_at',
      'state_changed_at',
      'current_since',
      'found_at',
      'event_at',
      'source_modified_at',
    ])} where integration_id = '${integrationId}';
    update public.s3_poll_states set ${earlier(['next_poll_at', 'lease_expires_at', 'cycle_started_at'])}
    where integration_id = '${integrationId}';
    update public.s3_circuits set ${earlier(['open_until'])} where integration_id = '${integrationId}';
    update private.s3_deferred_events set ${earlier(['told_at'])} where integration_id = '${integrationId}';
    update private.s3_put_aside_keys set ${earlier(['put_aside_at'])} where integration_id = '${integrationId}';
  end $$`);
};
