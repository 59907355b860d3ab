import type { BegunPoll } from '@sluice/core';
import { createIntegrationStore } from '@sluice/db';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Books, booksOf, brokenInvariants, forbiddenSteps } from '../support/invariants.ts';
import {
  beginPoll,
  type Connection,
  connect,
  databaseNow,
  LEASE_SECONDS,
  leaseOf,
  listed,
  makeDue,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, completeWriteback, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();
const integrations = createIntegrationStore(ledger.service);

const KEYS = ['a.pdf', 'b/c.pdf'];
const nth = fc.nat(30);

/** One thing that may happen to a ledger, at any time. Leases are named by their number, the oldest first. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      key: fc.constantFrom(...KEYS),
      etag: fc.constantFrom('A', 'B'),
      skipReason: fc.constantFrom(null, null, null, 'oversize'),
      isOld: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('sweep' as const), inFlight: fc.constantFrom(1, 100) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('process' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('processed' as const), nth }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('written' as const), nth }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      nth,
      disposition: fc.constantFrom('retry' as const, 'skipped' as const, 'failed' as const),
      reason: fc.constantFrom('throttled', 'output_missing', 'object_not_found', 'object_changed'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), isPaused: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('test' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Lease {
  objectId: string;
  leaseId: string;
}

class Run {
  readonly leases: Lease[] = [];
  readonly #connection: Connection;
  #poll: BegunPoll;
  readonly #startedAt: string;

  constructor(connection: Connection, poll: BegunPoll) {
    this.#connection = connection;
    this.#poll = poll;
    this.#startedAt = poll.observedAt;
  }

  /** The lease a step is about; undefined when it is about none. */
  leaseOf(taken: Step): Lease | undefined {
    return 'nth' in taken ? this.leases.at(-1 - (taken.nth % Math.max(1, this.leases.length))) : undefined;
  }

  async take(taken: Step, ids: string[]): Promise<void> {
    const lease = this.leaseOf(taken);
    switch (taken.do) {
      case 'list': {
        const observedAt = taken.isOld ? this.#startedAt : await databaseNow(ledger);
        const { key, etag, skipReason } = taken;
        await ledger.polls
          .recordObjects(leaseOf(this.#poll), observedAt, [listed(key, etag, { skipReason })])
          .catch(ignoreLostLease);
        return;
      }
      case 'sweep':
        await sweep(ledger, { inFlightPerTenant: taken.inFlight, maxAttempts: 3 });
        return;
      case 'process':
        this.leases.push(...(await ledger.objects.beginProcessing(ids, LEASE_SECONDS)).objects);
        return;
      case 'write':
        this.leases.push(...(await ledger.objects.beginWriteback(ids, LEASE_SECONDS)).objects);
        return;
      case 'processed':
        if (lease !== undefined) await completeProcessing(ledger, lease);
        return;
      case 'written':
        if (lease !== undefined) await completeWriteback(ledger, lease);
        return;
      case 'settle':
        if (lease !== undefined) await settle(ledger, lease, taken.disposition, taken.reason, 3);
        return;
      case 'wait':
        await makeDue(ledger, this.#connection);
        return;
      case 'test':
        await integrations.recordConnectionTest(
          this.#connection.tenant.owner.id,
          this.#connection.integrationId,
          { outcome: 'passed', testedAt: '2026-01-01T00:00:00.000Z', checks: [] },
        );
        await ledger.housekeeping.reviveAfterTest(1000);
        return;
      case 'pause': {
        const { tenant, integrationId } = this.#connection;
        const { error } = await tenant.owner.client.rpc('update_s3_integration', {
          p_integration_id: integrationId,
          p_changes: { status: taken.isPaused ? 'paused' : 'active' },
        });
        expect(error).toBeNull();
        // What a pause ended goes on in a poll of its own.
        if (!taken.isPaused) this.#poll = await beginPoll(ledger, this.#connection);
      }
    }
  }
}

const ignoreLostLease = (error: unknown): void => expect(error).toMatchObject({ code: 'conflict' });

/** What a step did that nobody may do. */
const judge = (before: Books, after: Books, lease: Lease | undefined): string[] => {
  const complaints = [...brokenInvariants(after), ...forbiddenSteps(before, after)];
  if (lease !== undefined) {
    const held = before.objects.find(({ id }) => id === lease.objectId);
    const isStale = held?.lease_id !== lease.leaseId;
    if (isStale && JSON.stringify(before) !== JSON.stringify(after))
      complaints.push('a stale lease changed something');
  }
  return complaints;
};

test('whatever happens in whatever order, the books balance and no step is taken that the state machine does not have', async () => {
  const visited = new Set<string>();
  const connection = await connect(ledger);
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 20, maxLength: 60 }),
      fc.constantFrom('reprocess', 'ignore', 'keep_versions'),
      async (steps, overwritePolicy) => {
        await ledger.rows(`delete from public.s3_processed_objects where integration_id = $1`, [
          connection.integrationId,
        ]);
        await ledger.rows(`delete from public.cost_ledger where integration_id = $1`, [
          connection.integrationId,
        ]);
        await ledger.rows(
          `update public.s3_integrations set status = 'active', overwrite_policy = $2 where id = $1`,
          [connection.integrationId, overwritePolicy],
        );
        const run = new Run(connection, await beginPoll(ledger, connection));
        let before = await booksOf(ledger, connection);
        for (const taken of steps) {
          const lease = run.leaseOf(taken);
          await run.take(
            taken,
            before.objects.map(({ id }) => id),
          );
          const after = await booksOf(ledger, connection);
          expect(judge(before, after, lease), JSON.stringify(taken)).toEqual([]);
          for (const { state, reason } of after.objects) visited.add(state).add(`${state} ${reason}`);
          before = after;
        }
      },
    ),
    { numRuns: 120, seed: 20261121 },
  );
  // The random walks are no proof if they never came anywhere.
  expect([...visited]).toEqual(
    expect.arrayContaining([
      'found',
      'queued',
      'processing',
      'staged',
      'written_back',
      'failed',
      'skipped superseded',
      'skipped overwrite_ignored',
      'skipped object_not_found',
    ]),
  );
}, 300_000);
