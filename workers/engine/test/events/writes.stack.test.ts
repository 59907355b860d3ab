import { pollUntil } from '@sluice/testkit';
import { at } from '@sluice/testkit/api-client';
import { Pool } from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { INPUT, newCustomer, pdf } from '../support/customer.ts';
import { r2Event, send, takeEvents } from '../support/event-source.ts';

const BUCKET = 'customer-bucket';
const body = pdf('Hello, events');

const pool = new Pool({ connectionString: inject('stack').databaseUrls.superuser, max: 4 });
afterAll(() => pool.end());

/** From now on no write of the integration gets on, until it is let. */
const holdUp = async (id: string): Promise<() => Promise<void>> => {
  const client = await pool.connect();
  await client.query('begin');
  await client.query('select pg_advisory_xact_lock(private.recording_lock($1))', [id]);
  return async () => {
    await client.query('rollback');
    client.release();
  };
};

/** The processes of the database that are in the middle of such a write. */
const writersOf = async (id: string): Promise<number[]> =>
  (
    await pool.query<{ pid: number }>(
      `select l.pid from pg_locks l where l.locktype = 'advisory' and not l.granted
         and ((l.classid::bigint << 32) | l.objid::bigint) = private.recording_lock($1)`,
      [id],
    )
  ).rows.map(({ pid }) => pid);

const untilWriting = (id: string) =>
  pollUntil(async () => (await writersOf(id)).length > 0 || undefined, {
    what: 'a write under way',
    timeoutMs: 60_000,
    intervalMs: 20,
  });

test.concurrent('is answered after its write and not before: one whose write is cut off is not taken, and comes again', async (context) => {
  const customer = await newCustomer(context);
  const { id } = customer;
  const secret = await takeEvents(id, customer.token);
  const events = [r2Event(BUCKET, `${INPUT}a.pdf`, body)];
  const letGo = await holdUp(id);
  let isAnswered = false;
  const sent = send(id, secret, events, { id: 'one' }).finally(() => {
    isAnswered = true;
  });
  await untilWriting(id);
  expect(isAnswered).toBe(false);
  await pollUntil(
    async () => {
      for (const pid of await writersOf(id)) await pool.query('select pg_cancel_backend($1)', [pid]);
      return isAnswered || undefined;
    },
    { what: 'the answer', timeoutMs: 60_000, intervalMs: 50 },
  );
  expect((await sent).status).toBeGreaterThanOrEqual(500);
  await letGo();
  expect(await customer.objects()).toEqual([]);
  expect((await send(id, secret, events, { id: 'one' })).body).toMatchObject({
    outcome: 'recorded',
    recorded: 1,
  });
  expect(await customer.objects()).toHaveLength(1);
});

test.concurrent('deliveries that come during a write are all recorded, each once, and each hears of its own', async (context) => {
  const customer = await newCustomer(context);
  const { id } = customer;
  const secret = await takeEvents(id, customer.token);
  const keys = Array.from({ length: 21 }, (_, n) => `${INPUT}${String(n).padStart(2, '0')}.txt`);
  const [first = '', ...rest] = keys;
  const letGo = await holdUp(id);
  const tell = (key: string, events = [r2Event(BUCKET, key, body)]) => send(id, secret, events);
  const leading = tell(first);
  await untilWriting(id);
  const following = [
    ...rest.map((key) => tell(key)),
    // Among them one of another bucket, one twice and a trial: each is told what became of its own.
    tell('', [r2Event('another', keys[1] ?? '', body), r2Event(BUCKET, first, body)]),
    tell('', []),
  ];
  await letGo();
  const answers = await Promise.all([leading, ...following]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.slice(0, keys.length).map((answer) => at(answer.body, 'recorded'))).toEqual(
    keys.map(() => 1),
  );
  expect(answers.at(-2)?.body).toMatchObject({ recorded: 0, known: 1, refused: { bucket_mismatch: 1 } });
  expect(answers.at(-1)?.body).toMatchObject({ events: 0, recorded: 0 });
  expect((await customer.objects()).map(({ key }) => key).toSorted()).toEqual(keys);
});
