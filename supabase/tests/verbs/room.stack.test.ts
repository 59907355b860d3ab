import { createTenant } from '@sluice/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  backlog,
  begin,
  circuitsOf,
  DOCUMENTS,
  FAILURES,
  hang,
  hanging,
  sent,
  statesOf,
  wait,
} from '../support/circuits.ts';
import { type Connection, startLedger } from '../support/ledger.ts';
import { completeProcessing, sweep } from '../support/work.ts';

const ledger = await startLedger();

// Claims look at the whole database: what earlier tests left pending is out of the way.
beforeEach(() =>
  ledger.rows(
    `update public.s3_processed_objects set state = 'skipped', reason = 'test_over', due_at = null, lease_id = null where due_at is not null`,
  ),
);

describe('a tenant with several buckets', () => {
  const room = { inFlightPerTenant: DOCUMENTS };
  const inFlight = async (connections: readonly Connection[]): Promise<number> => {
    let count = 0;
    for (const connection of connections) {
      const { queued = 0, processing = 0 } = await statesOf(ledger, connection);
      count += queued + processing;
    }
    return count;
  };

  test('has no more in flight than its room, whatever breaks off while others drip', async () => {
    const tenant = await createTenant(ledger.stack);
    const connections: Connection[] = [];
    for (let n = 0; n < 4; n += 1) {
      const connection = await backlog(ledger, tenant);
      connections.push(connection);
      const begun = await begin(ledger, await sent(ledger, connection, room));
      await hang(ledger, begun.slice(0, FAILURES));
      expect(await inFlight(connections)).toBeLessThanOrEqual(DOCUMENTS);
    }
    // Each had what the one before it gave back.
    const [, second] = connections;
    if (second === undefined) throw new Error('there are four');
    expect(await circuitsOf(ledger, second)).toMatchObject([{ trips: 1 }]);
  });

  test('nor when all of them are well again at once', async () => {
    const tenant = await createTenant(ledger.stack);
    const connections: Connection[] = [];
    for (let n = 0; n < 4; n += 1) {
      const { connection, queued } = await hanging(ledger, tenant);
      expect(await begin(ledger, queued)).toEqual([]);
      connections.push(connection);
    }
    for (const connection of connections) await wait(ledger, connection);
    await ledger.rows('delete from public.s3_circuits where tenant_id = $1', [tenant.id]);
    expect(await sweep(ledger, room)).toHaveLength(DOCUMENTS);
    expect(await inFlight(connections)).toBe(DOCUMENTS);
  });

  test('has its room shared among them, and what one that is slow gives back goes to the others', async () => {
    const tenant = await createTenant(ledger.stack);
    const slow = await backlog(ledger, tenant);
    const begun = await begin(ledger, await sent(ledger, slow, { inFlightPerTenant: 20 }));
    const well = await backlog(ledger, tenant);
    // Of thirty, twenty are taken; of the ten others the slow one has none although its documents have waited longer.
    expect(await sent(ledger, well, room)).toHaveLength(10);
    expect(await statesOf(ledger, slow)).toEqual({ found: 10, processing: 20 });
    for (const object of begun.slice(0, 4)) await completeProcessing(ledger, object);
    expect(await sent(ledger, well, room)).toHaveLength(4);
    // Equal from then on.
    for (const object of begun.slice(4, 10)) await completeProcessing(ledger, object);
    expect(await sent(ledger, slow, room)).toHaveLength(5);
    expect(await statesOf(ledger, well)).toEqual({ found: 15, queued: 15 });
  });
});
