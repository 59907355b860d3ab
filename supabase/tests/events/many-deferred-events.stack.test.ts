import { expect, test } from 'vitest';
import { connectWithEvents, figure, tell } from '../support/events.ts';
import {
  beginPoll,
  type Connection,
  FINISHED,
  listed,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';

/** What waits for a listing has a limit for each integration, so that no tenant fills a table that all share. */

const ledger = await startLedger();

const LIMIT = 10_000;

/** So many wait for a listing already; the event of each came an hour ago. */
const connectWithWaiting = async (count: number): Promise<Connection> => {
  const connection = await connectWithEvents(ledger);
  await ledger.rows(
    `insert into private.s3_deferred_events (integration_id, key, etag, told_at)
     select $1, 'known/' || n || '.pdf', '', now() - interval '1 hour' from generate_series(1, $2::int) as n`,
    [connection.integrationId, count],
  );
  return connection;
};

const waiting = async ({ integrationId }: Connection, more = ''): Promise<number> => {
  const [row] = await ledger.rows<{ n: number }>(
    `select count(*)::int as n from private.s3_deferred_events where integration_id = $1 ${more}`,
    [integrationId],
  );
  return row?.n ?? -1;
};

const linesOf = ({ integrationId }: Connection) =>
  ledger.rows<{ fields: object }>(
    `select level, fields from public.app_logs where integration_id = $1 and event = 'events_not_remembered'`,
    [integrationId],
  );

test('as many are remembered as there is room for, and the tenant’s log tells once of the others', async () => {
  const connection = await connectWithWaiting(LIMIT - 1);
  const leftKeys = ['a.pdf', 'b.pdf', 'c.pdf', 'known/1.pdf'];
  expect(await tell(ledger, connection, [], { leftKeys })).toMatchObject({ outcome: 'recorded' });
  expect(await waiting(connection)).toBe(LIMIT);
  // One that waits already needs no room.
  expect(await waiting(connection, `and key = 'known/1.pdf' and told_at > now() - interval '1 minute'`)).toBe(
    1,
  );
  const told = [{ level: 'warn', fields: { waiting: LIMIT, notRemembered: 2 } }];
  expect(await linesOf(connection)).toEqual(told);
  await tell(ledger, connection, [], { leftKeys: ['d.pdf'] });
  expect(await linesOf(connection)).toEqual(told);
  expect(await waiting(connection)).toBe(LIMIT);
});

test('a listing is asked for all the same, finds what there was no room for, and makes room again', async () => {
  const connection = await connectWithWaiting(LIMIT);
  await ledger.rows(
    `update public.s3_event_states set event_mode_since = now() - interval '1 day' where integration_id = $1`,
    [connection.integrationId],
  );
  await tell(ledger, connection, [], { leftKeys: ['a.pdf'] });
  const poll = await beginPoll(ledger, connection);
  await record(ledger, connection, [listed('a.pdf', 'v1', { lastModified: new Date().toISOString() })], poll);
  await ledger.polls.completePoll(connection.integrationId, poll.leaseId, FINISHED);
  expect(await objectsOf(ledger, connection)).toMatchObject([{ key: 'a.pdf', state: 'found' }]);
  // Nothing is known of its event any more.
  expect(await figure(ledger, connection, 'event_missed')).toBe(1);
  expect(await waiting(connection)).toBe(0);
  await tell(ledger, connection, [], { leftKeys: ['b.pdf'] });
  expect(await waiting(connection)).toBe(1);
});

test('one integration takes no room from another', async () => {
  await connectWithWaiting(LIMIT);
  const other = await connectWithEvents(ledger);
  await tell(ledger, other, [], { leftKeys: ['a.pdf', 'b.pdf'] });
  expect(await waiting(other)).toBe(2);
  expect(await linesOf(other)).toEqual([]);
});

test('deliveries at once remember no more than one after another', async () => {
  const connection = await connectWithWaiting(LIMIT - 5);
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      tell(ledger, connection, [], { leftKeys: [`${n}/a.pdf`, `${n}/b.pdf`] }),
    ),
  );
  expect(await waiting(connection)).toBe(LIMIT);
});
