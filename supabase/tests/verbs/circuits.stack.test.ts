import { createTenant } from '@sluice/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  backlog,
  begin,
  beginWriting,
  begunAgo,
  circuitsOf,
  DOCUMENTS,
  FAILURES,
  hang,
  hanging,
  sent,
  statesOf,
  wait,
} from '../support/circuits.ts';
import { whileHeld } from '../support/edits.ts';
import { objectsOf, startLedger } from '../support/ledger.ts';
import { completeProcessing, completeWriteback, settle } from '../support/work.ts';

const ledger = await startLedger();

// Claims look at the whole database: what earlier tests left pending is out of the way.
beforeEach(() =>
  ledger.rows(
    `update public.s3_processed_objects set state = 'skipped', reason = 'test_over', due_at = null, lease_id = null where due_at is not null`,
  ),
);

describe('a bucket that hangs', () => {
  test('has none of its documents begun after ten attempts in a row, and nobody else’s waits', async () => {
    const { connection, queued } = await hanging(ledger);
    const other = await backlog(ledger);
    const others = await sent(ledger, other);
    // What is in the queues finds nothing to do.
    expect(await begin(ledger, queued)).toEqual([]);
    expect(await sent(ledger, connection)).toEqual([]);
    expect(await begin(ledger, others)).toHaveLength(DOCUMENTS);
    expect(await statesOf(ledger, connection)).toEqual({ found: DOCUMENTS });
    expect(await circuitsOf(ledger, connection)).toEqual([
      { side: 'read', failures: FAILURES, trips: 1, code: 'upstream_timeout' },
    ]);
    // Waiting is no attempt.
    const waiting = (await objectsOf(ledger, connection)).filter(({ reason }) => reason === null);
    expect(waiting).toHaveLength(DOCUMENTS - FAILURES);
    expect(new Set(waiting.map(({ attempts }) => attempts))).toEqual(new Set([0]));
  });

  test('has what is put off put off for certain, though somebody holds its row at this moment', async () => {
    const { connection, queued } = await hanging(ledger);
    const [first] = queued;
    if (first === undefined) throw new Error('none is queued');
    const begun = await whileHeld(
      ledger,
      'select from public.s3_processed_objects where id = $1 for update',
      [first],
      () => begin(ledger, queued),
    );
    expect(begun).toEqual([]);
    // Not one is left in a queue from which its message is gone.
    expect(await statesOf(ledger, connection)).toEqual({ found: DOCUMENTS });
  });

  test('is tried with one document when its time is over, and again later each time', async () => {
    const { connection, queued } = await hanging(ledger);
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
      await wait(ledger, connection);
      const tried = await sent(ledger, connection);
      expect(tried).toHaveLength(1);
      const [object, ...more] = await begin(ledger, [...tried, ...queued]);
      expect(more).toEqual([]);
      // One at a time, whatever else is delivered meanwhile.
      expect(await begin(ledger, queued)).toEqual([]);
      await hang(ledger, object === undefined ? [] : [object]);
      waits.push(await openSeconds());
    }
    expect(waits).toEqual([30, 60, 120, 240, 300, 300]);
    expect((await circuitsOf(ledger, connection))[0]?.trips).toBe(6);
  });

  test('is taken up again in full when one document comes through', async () => {
    const { connection, queued } = await hanging(ledger);
    expect(await begin(ledger, queued)).toEqual([]);
    await wait(ledger, connection);
    const [object] = await begin(ledger, await sent(ledger, connection));
    if (object === undefined) throw new Error('none was tried');
    await completeProcessing(ledger, object);
    expect(await circuitsOf(ledger, connection)).toEqual([]);
    expect(await sent(ledger, connection)).toHaveLength(DOCUMENTS - 1);
  });

  test.each(['access_denied', 'throttled', 'upstream_unavailable'])(
    'or is refused at once: %s',
    async (reason) => {
      const { connection } = await hanging(ledger);
      await wait(ledger, connection);
      await hang(ledger, await begin(ledger, await sent(ledger, connection)), reason);
      expect(await circuitsOf(ledger, connection)).toEqual([]);
    },
  );

  test.each([
    ['processor_failed', 'platform'],
    ['unavailable', 'platform_outage'],
  ] as const)('but not by what is our own fault: %s', async (reason, owner) => {
    const { connection } = await hanging(ledger);
    await wait(ledger, connection);
    const [object] = await begin(ledger, await sent(ledger, connection));
    if (object === undefined) throw new Error('none was tried');
    await settle(ledger, object, 'retry', reason, 100, owner);
    expect(await circuitsOf(ledger, connection)).toMatchObject([{ failures: FAILURES, trips: 1 }]);
  });

  test('and is not left untried because the message of the one it was tried with is lost', async () => {
    const { connection, queued } = await hanging(ledger);
    await begin(ledger, queued);
    await wait(ledger, connection);
    const [lost] = await sent(ledger, connection);
    expect(await sent(ledger, connection)).toEqual([]);
    await ledger.rows(
      `update public.s3_processed_objects set state_changed_at = now() - interval '3 minutes' where id = $1`,
      [lost],
    );
    expect(await sent(ledger, connection)).toHaveLength(1);
  });

  test('or when a connection test passes', async () => {
    const { connection } = await hanging(ledger);
    await ledger.rows(
      'update public.s3_poll_states set revive_requested_at = now() where integration_id = $1',
      [connection.integrationId],
    );
    expect(await circuitsOf(ledger, connection)).toEqual([]);
  });

  test.each(['throttled', 'endpoint_unreachable', 'tls_failed', 'access_denied'])(
    'is one that fails slowly, too: %s',
    async (reason) => {
      const connection = await backlog(ledger);
      const objects = await begin(ledger, await sent(ledger, connection));
      await hang(ledger, objects.slice(0, FAILURES), reason);
      expect(await circuitsOf(ledger, connection)).toEqual([]);
      await begunAgo(ledger, connection, 5);
      await hang(ledger, objects.slice(FAILURES, 2 * FAILURES), reason);
      expect(await circuitsOf(ledger, connection)).toMatchObject([
        { failures: FAILURES, trips: 1, code: reason },
      ]);
    },
  );

  test('is not known to answer by a name it was never asked about', async () => {
    const { connection } = await hanging(ledger);
    await wait(ledger, connection);
    for (const object of await begin(ledger, await sent(ledger, connection)))
      await settle(ledger, object, 'failed', 'object_name_unusable', 100, 'customer_config');
    expect(await circuitsOf(ledger, connection)).toMatchObject([{ failures: FAILURES, trips: 1 }]);
  });

  test('is tried with the next when what was tried has not ended after a while', async () => {
    const { connection, queued } = await hanging(ledger);
    expect(await begin(ledger, queued)).toEqual([]);
    await wait(ledger, connection);
    expect(await begin(ledger, await sent(ledger, connection))).toHaveLength(1);
    await wait(ledger, connection);
    expect(await sent(ledger, connection)).toEqual([]);
    await begunAgo(ledger, connection, 180);
    const next = await sent(ledger, connection);
    expect(next).toHaveLength(1);
    expect(await begin(ledger, next)).toHaveLength(1);
  });

  test('is not taken to hang while any of its documents comes through', async () => {
    const connection = await backlog(ledger);
    const objects = await begin(ledger, await sent(ledger, connection));
    await hang(ledger, objects.slice(0, FAILURES - 1));
    const [good] = objects.slice(-1);
    if (good === undefined) throw new Error('none was begun');
    await completeProcessing(ledger, good);
    await hang(ledger, objects.slice(FAILURES - 1, 2 * FAILURES - 2));
    expect(await circuitsOf(ledger, connection)).toMatchObject([{ failures: FAILURES - 1, trips: 0 }]);
  });

  test('takes no room from the tenant’s other buckets', async () => {
    const tenant = await createTenant(ledger.stack);
    const { connection, queued } = await hanging(ledger, tenant);
    const well = await backlog(ledger, tenant);
    expect(await begin(ledger, queued)).toEqual([]);
    expect(await sent(ledger, well, { inFlightPerTenant: DOCUMENTS })).toHaveLength(DOCUMENTS);
    expect(await statesOf(ledger, connection)).toEqual({ found: DOCUMENTS });
  });

  test('has its tenant told, once, in its log', async () => {
    const { connection } = await hanging(ledger);
    await wait(ledger, connection);
    await hang(ledger, await begin(ledger, await sent(ledger, connection)));
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
    const connection = await backlog(ledger);
    const queued = await sent(ledger, connection);
    const objects = await begin(ledger, queued.slice(0, FAILURES + 6));
    const unread = queued.slice(FAILURES + 6);
    const staged = objects.slice(0, -1);
    for (const object of staged) await completeProcessing(ledger, object);
    const ids = staged.map(({ objectId }) => objectId);
    // A document that is read meanwhile says nothing of writing.
    for (const object of await beginWriting(ledger, ids.slice(0, FAILURES))) {
      await hang(ledger, [object]);
      const [other] = objects.slice(-1);
      if (object.objectId === ids[0] && other !== undefined) await completeProcessing(ledger, other);
    }
    expect(await circuitsOf(ledger, connection)).toMatchObject([{ side: 'write', trips: 1 }]);
    expect(await beginWriting(ledger, ids.slice(FAILURES))).toEqual([]);
    expect(await begin(ledger, unread)).toEqual([]);
    await ledger.rows(
      `update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and due_at is not null`,
      [connection.integrationId],
    );
    expect(await sent(ledger, connection)).toEqual([]);

    await wait(ledger, connection);
    // One to be written, and one to be read.
    expect(await sent(ledger, connection)).toHaveLength(2);
    const [object, ...more] = await beginWriting(ledger, ids);
    expect(more).toEqual([]);
    expect(await beginWriting(ledger, ids)).toEqual([]);
    if (object === undefined) throw new Error('none was tried');
    await completeWriteback(ledger, object);
    expect(await circuitsOf(ledger, connection)).toEqual([]);
    expect(await beginWriting(ledger, ids)).toHaveLength(ids.length - 1);
  });
});

describe('a bucket that is written to, and cannot be read', () => {
  test('has all of its results sent', async () => {
    const connection = await backlog(ledger);
    const objects = await begin(ledger, await sent(ledger, connection));
    const staged = objects.slice(FAILURES);
    for (const object of staged) await completeProcessing(ledger, object);
    await hang(ledger, objects.slice(0, FAILURES));
    expect(await circuitsOf(ledger, connection)).toMatchObject([{ side: 'read', trips: 1 }]);
    await wait(ledger, connection);
    const ids = new Set(await sent(ledger, connection));
    expect(staged.filter(({ objectId }) => ids.has(objectId))).toHaveLength(staged.length);
    // And of the others one.
    expect(ids.size).toBe(staged.length + 1);
  });
});
