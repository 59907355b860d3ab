import type { LeasedObject } from '@sluice/core';
import { createTenant } from '@sluice/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Connection,
  connect,
  LEASE_SECONDS,
  listed,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, completeWriteback, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();
/** So many attempts in a row that hang open a circuit. */
const FAILURES = 10;
const DOCUMENTS = 30;

// Claims look at the whole database: what earlier tests left pending is out of the way.
beforeEach(() =>
  ledger.rows(
    `update public.s3_processed_objects set state = 'skipped', reason = 'test_over', due_at = null, lease_id = null where due_at is not null`,
  ),
);

const backlog = async (tenant?: Connection['tenant']): Promise<Connection> => {
  const connection = await connect(ledger, tenant === undefined ? {} : { tenant });
  const names = Array.from({ length: DOCUMENTS }, (_, n) => `${String(n).padStart(2, '0')}.pdf`);
  await record(
    ledger,
    connection,
    names.map((name) => listed(name)),
  );
  return connection;
};

/** What the sweep sends for this connection, whatever it sends for others. */
const sent = async (connection: Connection, over: Parameters<typeof sweep>[1] = {}): Promise<string[]> => {
  const own = new Set((await objectsOf(ledger, connection)).map(({ id }) => id));
  return (await sweep(ledger, over)).flatMap(({ objectId }) => (own.has(objectId) ? [objectId] : []));
};
const begin = async (ids: readonly string[]) =>
  (await ledger.objects.beginProcessing(ids, LEASE_SECONDS)).objects;
const beginWriting = async (ids: readonly string[]) =>
  (await ledger.objects.beginWriteback(ids, LEASE_SECONDS)).objects;
const hang = async (objects: readonly LeasedObject[], reason = 'upstream_timeout'): Promise<void> => {
  for (const object of objects) await settle(ledger, object, 'retry', reason, 100);
};
/** Ten attempts that hang; the others are in the queue. */
const hanging = async (
  tenant?: Connection['tenant'],
): Promise<{ connection: Connection; queued: string[] }> => {
  const connection = await backlog(tenant);
  const queued = await sent(connection);
  await hang(await begin(queued.slice(0, FAILURES)));
  return { connection, queued: queued.slice(FAILURES) };
};
/** As if the circuit's time were over, and with it every wait of its objects. */
const wait = async ({ integrationId }: Connection): Promise<void> => {
  await ledger.rows('update public.s3_circuits set open_until = now() where integration_id = $1', [
    integrationId,
  ]);
  await ledger.rows(
    'update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and due_at is not null',
    [integrationId],
  );
};
const statesOf = async (connection: Connection): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { state } of await objectsOf(ledger, connection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
const circuitsOf = ({ integrationId }: Connection) =>
  ledger.rows<{ side: string; failures: number; trips: number; code: string }>(
    'select side, failures, trips, code from public.s3_circuits where integration_id = $1 order by side',
    [integrationId],
  );

describe('a bucket that hangs', () => {
  test('has none of its documents begun after ten attempts in a row, and nobody else’s waits', async () => {
    const { connection, queued } = await hanging();
    const other = await backlog();
    const others = await sent(other);
    // What is in the queues finds nothing to do.
    expect(await begin(queued)).toEqual([]);
    expect(await sent(connection)).toEqual([]);
    expect(await begin(others)).toHaveLength(DOCUMENTS);
    expect(await statesOf(connection)).toEqual({ found: FAILURES, queued: DOCUMENTS - FAILURES });
    expect(await circuitsOf(connection)).toEqual([
      { side: 'read', failures: FAILURES, trips: 1, code: 'upstream_timeout' },
    ]);
    // Waiting is no attempt.
    const waiting = (await objectsOf(ledger, connection)).filter(({ state }) => state === 'queued');
    expect(new Set(waiting.map(({ attempts }) => attempts))).toEqual(new Set([0]));
  });

  test('is tried with one document when its time is over, and again later each time', async () => {
    const { connection, queued } = await hanging();
    const openSeconds = async (): Promise<number> => {
      const [row] = await ledger.rows<{ seconds: number }>(
        `select round(extract(epoch from c.open_until - max(o.state_changed_at)))::int as seconds from public.s3_circuits c
         join public.s3_processed_objects o using (integration_id)
         where integration_id = $1 and o.reason = 'upstream_timeout' group by c.open_until`,
        [connection.integrationId],
      );
      return row?.seconds ?? Number.NaN;
    };
    const waits = [await openSeconds()];
    for (let n = 0; n < 5; n += 1) {
      await wait(connection);
      const tried = await sent(connection);
      expect(tried).toHaveLength(1);
      const [object, ...more] = await begin([...tried, ...queued]);
      expect(more).toEqual([]);
      // One at a time, whatever else is delivered meanwhile.
      expect(await begin(queued)).toEqual([]);
      await hang(object === undefined ? [] : [object]);
      waits.push(await openSeconds());
    }
    expect(waits).toEqual([30, 60, 120, 240, 300, 300]);
    expect((await circuitsOf(connection))[0]?.trips).toBe(6);
  });

  test('is taken up again in full when one document comes through', async () => {
    const { connection, queued } = await hanging();
    expect(await begin(queued)).toEqual([]);
    await wait(connection);
    const [object] = await begin(await sent(connection));
    if (object === undefined) throw new Error('none was tried');
    await completeProcessing(ledger, object);
    expect(await circuitsOf(connection)).toEqual([]);
    expect(await sent(connection)).toHaveLength(DOCUMENTS - 1);
  });

  test.each(['access_denied', 'throttled', 'upstream_unavailable'])(
    'or is refused at once: %s',
    async (reason) => {
      const { connection } = await hanging();
      await wait(connection);
      await hang(await begin(await sent(connection)), reason);
      expect(await circuitsOf(connection)).toEqual([]);
    },
  );

  test('but not by what is our own fault', async () => {
    const { connection } = await hanging();
    await wait(connection);
    const [object] = await begin(await sent(connection));
    if (object === undefined) throw new Error('none was tried');
    await settle(ledger, object, 'retry', 'processor_failed', 100, 'platform');
    expect(await circuitsOf(connection)).toMatchObject([{ failures: FAILURES, trips: 1 }]);
  });

  test('or when a connection test passes', async () => {
    const { connection } = await hanging();
    await ledger.rows(
      'update public.s3_poll_states set revive_requested_at = now() where integration_id = $1',
      [connection.integrationId],
    );
    expect(await circuitsOf(connection)).toEqual([]);
  });

  test('is one that fails slowly, too', async () => {
    const connection = await backlog();
    const objects = await begin(await sent(connection));
    const late = () =>
      ledger.rows(
        `update public.s3_processed_objects set leased_at = now() - interval '5 seconds' where integration_id = $1`,
        [connection.integrationId],
      );
    await hang(objects.slice(0, FAILURES), 'throttled');
    expect(await circuitsOf(connection)).toEqual([]);
    await late();
    await hang(objects.slice(FAILURES, 2 * FAILURES), 'throttled');
    expect(await circuitsOf(connection)).toMatchObject([{ failures: FAILURES, trips: 1, code: 'throttled' }]);
  });

  test('is not taken to hang while any of its documents comes through', async () => {
    const connection = await backlog();
    const objects = await begin(await sent(connection));
    await hang(objects.slice(0, FAILURES - 1));
    const [good] = objects.slice(-1);
    if (good === undefined) throw new Error('none was begun');
    await completeProcessing(ledger, good);
    await hang(objects.slice(FAILURES - 1, 2 * FAILURES - 2));
    expect(await circuitsOf(connection)).toMatchObject([{ failures: FAILURES - 1, trips: 0 }]);
  });

  test('takes no room from the tenant’s other buckets', async () => {
    const tenant = await createTenant(ledger.stack);
    const { connection } = await hanging(tenant);
    const well = await backlog(tenant);
    expect(await sent(well, { inFlightPerTenant: DOCUMENTS })).toHaveLength(DOCUMENTS);
    expect(await statesOf(connection)).toMatchObject({ queued: DOCUMENTS - FAILURES });
  });

  test('has its tenant told, once, in its log', async () => {
    const { connection } = await hanging();
    await wait(connection);
    await hang(await begin(await sent(connection)));
    const { data } = await connection.tenant.owner.client
      .from('app_logs')
      .select('service, level, event')
      .eq('integration_id', connection.integrationId)
      .eq('event', 'bucket_hangs');
    expect(data).toEqual([{ service: 's3-ingest', level: 'warn', event: 'bucket_hangs' }]);
  });
});

describe('a bucket that takes no results', () => {
  test('has none written, and none read either, until one is taken', async () => {
    const connection = await backlog();
    const queued = await sent(connection);
    const objects = await begin(queued.slice(0, FAILURES + 6));
    const unread = queued.slice(FAILURES + 6);
    const staged = objects.slice(0, -1);
    for (const object of staged) await completeProcessing(ledger, object);
    const ids = staged.map(({ objectId }) => objectId);
    // A document that is read meanwhile says nothing of writing.
    for (const object of await beginWriting(ids.slice(0, FAILURES))) {
      await hang([object]);
      const [other] = objects.slice(-1);
      if (object.objectId === ids[0] && other !== undefined) await completeProcessing(ledger, other);
    }
    expect(await circuitsOf(connection)).toMatchObject([{ side: 'write', trips: 1 }]);
    expect(await beginWriting(ids.slice(FAILURES))).toEqual([]);
    expect(await begin(unread)).toEqual([]);
    await ledger.rows(
      `update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and due_at is not null`,
      [connection.integrationId],
    );
    expect(await sent(connection)).toEqual([]);

    await wait(connection);
    expect(await sent(connection)).toHaveLength(1);
    const [object, ...more] = await beginWriting(ids);
    expect(more).toEqual([]);
    expect(await beginWriting(ids)).toEqual([]);
    if (object === undefined) throw new Error('none was tried');
    await completeWriteback(ledger, object);
    expect(await circuitsOf(connection)).toEqual([]);
    expect(await beginWriting(ids)).toHaveLength(ids.length - 1);
  });
});
