import { createIntegrationStore } from '@sluice/db';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedAndRows, differences, fold, moveInput, replay } from '../support/counters.ts';
import { connectWithEvents, tell, told } from '../support/events.ts';
import {
  type Connection,
  LEASE_SECONDS,
  listed,
  makeDue,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, completeWriteback, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();

const KEYS = ['in/a.pdf', 'in/deep/b.pdf', 'c.pdf', 'd.pdf'];
const ENDED = ['written_back', 'skipped', 'failed', 'dead'] as const;

const anObject = fc.record({
  key: fc.constantFrom(...KEYS),
  etag: fc.constantFrom('A', 'B', 'C'),
  sizeBytes: fc.integer({ min: 0, max: 9 }),
  skipReason: fc.constantFrom(null, null, null, 'oversize', 'before_start'),
});
/** At most one of a key, as the verbs ask for. */
const objects = fc.uniqueArray(anObject, { minLength: 1, maxLength: 4, selector: ({ key }) => key });

/** One call of a verb, with whatever it is about. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ verb: fc.constant('list' as const), objects }) },
  {
    weight: 4,
    arbitrary: fc.record({ verb: fc.constant('tell' as const), objects, second: fc.nat(60) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({ verb: fc.constantFrom('sweep' as const, 'process' as const, 'wait' as const) }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      verb: fc.constantFrom('processed' as const, 'write' as const, 'written' as const),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      verb: fc.constant('settle' as const),
      disposition: fc.constantFrom('retry' as const, 'retry' as const, 'skipped' as const, 'failed' as const),
      reason: fc.constantFrom('throttled', 'object_not_found', 'output_taken'),
      maxAttempts: fc.constantFrom(1, 3),
      isWriting: fc.constantFrom(true, false, false),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('finish' as const, 'test' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('replay' as const),
      states: fc.subarray([...ENDED], { minLength: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constant('edit' as const),
      inputPrefix: fc.constantFrom('', 'in/', 'in/deep/'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      verb: fc.constantFrom('policy' as const, 'rule' as const),
      overwritePolicy: fc.constantFrom('reprocess', 'ignore', 'keep_versions'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ verb: fc.constantFrom('delete_row' as const), nth: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ verb: fc.constant('fold' as const), limit: fc.nat(30) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Lease {
  objectId: string;
  leaseId: string;
}

class Walk {
  readonly connection: Connection;
  readonly #processing: Lease[] = [];
  readonly #writing: Lease[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async take(taken: Step): Promise<void> {
    const { connection } = this;
    const { integrationId, tenant } = connection;
    const ids = async () => (await objectsOf(ledger, connection)).map(({ id }) => id);
    const asOwner = async (name: string, more: object): Promise<void> => {
      const { error } = await tenant.owner.client.rpc(name, { p_integration_id: integrationId, ...more });
      expect(error).toBeNull();
    };
    switch (taken.verb) {
      case 'list':
        await record(
          ledger,
          connection,
          taken.objects.map((object) => listed(object.key, object.etag, object)),
        );
        return;
      case 'tell':
        await tell(
          ledger,
          connection,
          taken.objects.map((object) => told(object.key, object.etag, taken.second, object)),
        );
        return;
      case 'sweep':
        await sweep(ledger, { maxAttempts: 3 });
        return;
      case 'process':
        this.#processing.push(...(await ledger.objects.beginProcessing(await ids(), LEASE_SECONDS)).objects);
        return;
      case 'processed':
        await this.#end(this.#processing, (lease) => completeProcessing(ledger, lease));
        return;
      case 'write':
        this.#writing.push(...(await ledger.objects.beginWriteback(await ids(), LEASE_SECONDS)).objects);
        return;
      case 'written':
        await this.#end(this.#writing, (lease) => completeWriteback(ledger, lease));
        return;
      case 'settle':
        await this.#end(taken.isWriting ? this.#writing : this.#processing, (lease) =>
          settle(ledger, lease, taken.disposition, taken.reason, taken.maxAttempts),
        );
        return;
      case 'wait':
        await makeDue(ledger, connection);
        return;
      case 'finish':
        // Whatever is under way, to its end.
        await makeDue(ledger, connection);
        await sweep(ledger);
        for (const object of (await ledger.objects.beginProcessing(await ids(), LEASE_SECONDS)).objects)
          await completeProcessing(ledger, object);
        for (const object of (await ledger.objects.beginWriteback(await ids(), LEASE_SECONDS)).objects)
          await completeWriteback(ledger, object);
        return;
      case 'test':
        await createIntegrationStore(ledger.service).recordConnectionTest(tenant.owner.id, integrationId, {
          outcome: 'passed',
          testedAt: '2026-01-01T00:00:00.000Z',
          checks: [],
        });
        return;
      case 'replay':
        await replay(ledger, connection, taken.states);
        return;
      case 'edit':
        // A rule must not lie outside of the folder it is moved to.
        await ledger.rows('delete from public.s3_integration_folder_rules where integration_id = $1', [
          integrationId,
        ]);
        await moveInput(ledger, connection, taken.inputPrefix);
        return;
      case 'policy':
        await asOwner('update_s3_integration', { p_changes: { overwritePolicy: taken.overwritePolicy } });
        return;
      case 'rule':
        await asOwner('set_s3_folder_rule', {
          p_prefix: 'in/deep/',
          p_rule: { overwritePolicy: taken.overwritePolicy },
        });
        return;
      case 'delete_row': {
        const all = await ids();
        await ledger.rows('delete from public.s3_processed_objects where id = $1', [
          all[taken.nth % Math.max(1, all.length)] ?? null,
        ]);
        return;
      }
      case 'fold':
        await fold(ledger, taken.limit);
    }
  }

  /** Ends the work that was begun last; its lease may be lost by now. */
  async #end(leases: Lease[], act: (lease: Lease) => Promise<unknown>): Promise<void> {
    const lease = leases.pop();
    if (lease !== undefined) await act(lease);
  }

  /** The last step of all: nothing is done to what is deleted but to end what was pending. */
  async delete(): Promise<void> {
    const { integrationId, tenant } = this.connection;
    const { error } = await tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: integrationId,
    });
    expect(error).toBeNull();
    await ledger.housekeeping.settleDeletedIntegrations(1000);
  }
}

const one = (key: string, etag: 'A' | 'B', skipReason: 'oversize' | 'before_start' | null = null) => ({
  key,
  etag,
  sizeBytes: 5,
  skipReason,
});
/** Always walked too, through every state and reason that is asked for below. */
const GRAND_TOUR: Step[] = [
  { verb: 'list', objects: [one('in/a.pdf', 'A'), one('c.pdf', 'A'), one('d.pdf', 'A', 'oversize')] },
  { verb: 'list', objects: [one('c.pdf', 'B', 'before_start')] },
  { verb: 'sweep' },
  { verb: 'process' },
  { verb: 'processed' },
  { verb: 'write' },
  { verb: 'written' },
  { verb: 'policy', overwritePolicy: 'ignore' },
  { verb: 'list', objects: [one('in/a.pdf', 'B')] },
  { verb: 'policy', overwritePolicy: 'reprocess' },
  { verb: 'list', objects: [one('d.pdf', 'B')] },
  { verb: 'edit', inputPrefix: 'in/deep/' },
  { verb: 'list', objects: [one('in/deep/b.pdf', 'A')] },
];

test('whatever the verbs are called for and in whatever order, the counters are the rows after each of them', async () => {
  const visited = new Set<string>();
  const check = async ({ connection }: Walk, after: string): Promise<void> => {
    const { shown, rows } = await countedAndRows(ledger, connection);
    expect(shown, after).toEqual(rows);
    expect(await differences(ledger, connection), after).toEqual([]);
    for (const { state, reason } of rows) visited.add(state).add(`${state}/${reason}`);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const walk = new Walk(await connectWithEvents(ledger));
      for (const taken of steps) {
        await walk.take(taken);
        await check(walk, JSON.stringify(taken));
      }
      await walk.delete();
      await check(walk, 'delete');
    }),
    { numRuns: 30, examples: [[GRAND_TOUR]] },
  );
  // The walks are no proof if they never came anywhere.
  expect([...visited]).toEqual(
    expect.arrayContaining([
      'found',
      'queued',
      'processing',
      'staged',
      'written_back',
      'skipped/before_start',
      'skipped/integration_deleted',
      'skipped/outside_prefix',
      'skipped/overwrite_ignored',
      'skipped/oversize',
      'skipped/superseded',
    ]),
  );
}, 120_000);
