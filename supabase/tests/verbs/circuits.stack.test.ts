import { describe, expect, test } from 'vitest';
import { type Connection, connect, listed, objectsOf, record, startLedger } from '../support/ledger.ts';
import { completeProcessing, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();
const LEASE_SECONDS = 600;
/** So many attempts in a row that ran out of time open the circuit. */
const TIMEOUTS = 10;

const backlog = async (objects: number): Promise<Connection> => {
  const connection = await connect(ledger);
  await record(
    ledger,
    connection,
    Array.from({ length: objects }, (_, n) => listed(`${n}.pdf`)),
  );
  return connection;
};

/** What the sweep sends for this connection, whatever it sends for others. */
const sent = async (connection: Connection): Promise<string[]> => {
  const own = new Set((await objectsOf(ledger, connection)).map(({ id }) => id));
  return (await sweep(ledger)).flatMap(({ objectId }) => (own.has(objectId) ? [objectId] : []));
};
const begin = async (ids: readonly string[]) =>
  (await ledger.objects.beginProcessing(ids, LEASE_SECONDS)).objects;
const runOutOfTime = async (ids: readonly string[]): Promise<void> => {
  for (const object of await begin(ids)) await settle(ledger, object, 'retry', 'upstream_timeout', 100);
};
/** As if the time of the circuit were over, and with it every wait of its objects. */
const wait = async ({ integrationId }: Connection): Promise<void> => {
  await ledger.rows(`update private.s3_circuits set open_until = now() where integration_id = $1`, [
    integrationId,
  ]);
  await ledger.rows(
    `update public.s3_processed_objects set due_at = now() where integration_id = $1 and lease_id is null and state = 'found'`,
    [integrationId],
  );
};
const stateCounts = async (connection: Connection): Promise<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { state } of await objectsOf(ledger, connection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

describe('a bucket that hangs', () => {
  test('has its documents put back after ten attempts in a row, whatever is in the queues, and nobody else’s', async () => {
    const [hanging, other] = [await backlog(30), await backlog(5)];
    const [queued, others] = [await sent(hanging), await objectsOf(ledger, other)];
    expect(queued).toHaveLength(30);
    await runOutOfTime(queued.slice(0, TIMEOUTS));
    // The rest of its messages finds nothing to do, and waits nowhere but in the ledger.
    expect(await begin(queued.slice(TIMEOUTS))).toEqual([]);
    expect(await stateCounts(hanging)).toEqual({ found: 30 });
    expect(await sent(hanging)).toEqual([]);
    expect(await begin(others.map(({ id }) => id))).toHaveLength(5);
  });

  test('is tried with one document when its time is over, and again later each time', async () => {
    const hanging = await backlog(30);
    await runOutOfTime((await sent(hanging)).slice(0, TIMEOUTS));
    await begin((await objectsOf(ledger, hanging)).map(({ id }) => id));
    const openSeconds = async (): Promise<number> => {
      const [row] = await ledger.rows<{ seconds: number }>(
        `select round(extract(epoch from open_until - o.state_changed_at))::int as seconds from private.s3_circuits c
         join public.s3_processed_objects o using (integration_id) where integration_id = $1 and o.reason = 'upstream_timeout'
         order by o.state_changed_at desc limit 1`,
        [hanging.integrationId],
      );
      return row?.seconds ?? Number.NaN;
    };
    const waits = [await openSeconds()];
    for (let n = 0; n < 3; n += 1) {
      await wait(hanging);
      const tried = await sent(hanging);
      expect(tried).toHaveLength(1);
      expect(await sent(hanging)).toEqual([]);
      await runOutOfTime(tried);
      waits.push(await openSeconds());
    }
    expect(waits).toEqual([30, 60, 120, 240]);
  });

  test('is taken up again in full when one document comes through', async () => {
    const hanging = await backlog(30);
    await runOutOfTime((await sent(hanging)).slice(0, TIMEOUTS));
    await begin((await objectsOf(ledger, hanging)).map(({ id }) => id));
    await wait(hanging);
    const [object] = await begin(await sent(hanging));
    if (object === undefined) throw new Error('none was tried');
    await completeProcessing(ledger, object);
    expect(await sent(hanging)).toHaveLength(29);
  });

  test.each(['access_denied', 'throttled'])('or is refused by a bucket that answers: %s', async (reason) => {
    const hanging = await backlog(30);
    await runOutOfTime((await sent(hanging)).slice(0, TIMEOUTS));
    await begin((await objectsOf(ledger, hanging)).map(({ id }) => id));
    await wait(hanging);
    const [object] = await begin(await sent(hanging));
    if (object === undefined) throw new Error('none was tried');
    await settle(ledger, object, 'retry', reason);
    expect(await sent(hanging)).toHaveLength(29);
  });

  test('or when a connection test passes', async () => {
    const hanging = await backlog(30);
    await runOutOfTime((await sent(hanging)).slice(0, TIMEOUTS));
    await begin((await objectsOf(ledger, hanging)).map(({ id }) => id));
    await ledger.rows(
      `update public.s3_poll_states set revive_requested_at = now() where integration_id = $1`,
      [hanging.integrationId],
    );
    await wait(hanging);
    expect(await sent(hanging)).toHaveLength(30);
  });

  test('is not taken to hang while any of its documents comes through', async () => {
    const slow = await backlog(30);
    const queued = await sent(slow);
    await runOutOfTime(queued.slice(0, TIMEOUTS - 1));
    const [object] = await begin(queued.slice(29));
    if (object === undefined) throw new Error('it was not taken');
    await completeProcessing(ledger, object);
    await runOutOfTime(queued.slice(TIMEOUTS - 1, 2 * TIMEOUTS - 2));
    expect(await begin(queued.slice(20, 29))).toHaveLength(9);
  });
});
