import { createEventLedger } from '@sluice/db';
import { describe, expect, test } from 'vitest';
import { connectWithEvents, figure, setMode, tell, told } from '../support/events.ts';
import { beginPoll, type Connection, FINISHED, listed, record, startLedger } from '../support/ledger.ts';

/** What an event tells of and only a listing can settle. */

const ledger = await startLedger();
const { polls } = ledger;

const now = (): string => new Date().toISOString();
const failed = { code: 'throttled', detail: 'slow down', intervalSeconds: 120, maxIntervalSeconds: 1800 };

const complete = async (
  { integrationId }: Connection,
  poll: Awaited<ReturnType<typeof beginPoll>>,
  more: Partial<typeof FINISHED> = {},
) => polls.completePoll(integrationId, poll.leaseId, { ...FINISHED, ...more });

/** A whole listing that shows one object. */
const list = async (connection: Connection, ...objects: Parameters<typeof record>[2]) => {
  const poll = await beginPoll(ledger, connection);
  if (objects.length > 0) await record(ledger, connection, objects, poll);
  await complete(connection, poll);
};

const isListedAtOnce = async ({ integrationId }: Connection): Promise<boolean | undefined> =>
  (
    await ledger.rows<{ is_due: boolean }>(
      'select next_poll_at <= now() and lease_id is null as is_due from public.s3_poll_states where integration_id = $1',
      [integrationId],
    )
  )[0]?.is_due;

const deferredOf = ({ integrationId }: Connection) =>
  ledger.rows('select key, etag from private.s3_deferred_events where integration_id = $1 order by key', [
    integrationId,
  ]);

/** A listing has just shown v1 and goes on; v2 is written and its event comes. */
const overtaken = async (): Promise<{
  connection: Connection;
  poll: Awaited<ReturnType<typeof beginPoll>>;
}> => {
  const connection = await connectWithEvents(ledger);
  const poll = await beginPoll(ledger, connection);
  await record(ledger, connection, [listed('b.pdf', 'v1', { lastModified: '2020-01-01T00:00:00Z' })], poll);
  expect(await tell(ledger, connection, [told('b.pdf', 'v2', 0, { lastModified: now() })])).toEqual({
    outcome: 'recorded',
    recorded: 0,
    deferred: 1,
  });
  return { connection, poll };
};

describe('a listing that is asked for while one is running', () => {
  test('begins when that one ends', async () => {
    const { connection, poll } = await overtaken();
    await complete(connection, poll);
    expect(await isListedAtOnce(connection)).toBe(true);
    await list(connection, listed('b.pdf', 'v2', { lastModified: now() }));
    expect(await isListedAtOnce(connection)).toBe(false);
  });

  test('by objects whose versions nobody could say, too', async () => {
    const connection = await connectWithEvents(ledger);
    const poll = await beginPoll(ledger, connection);
    await tell(ledger, connection, [], { leftKeys: ['a.pdf'] });
    await complete(connection, poll);
    expect(await isListedAtOnce(connection)).toBe(true);
  });

  test.for(['poll', 'event'] as const)('by a change of the mode to %s, too', async (mode) => {
    const connection = await connectWithEvents(ledger);
    if (mode === 'event') await setMode(ledger, connection, 'poll');
    const poll = await beginPoll(ledger, connection);
    await setMode(ledger, connection, mode);
    await complete(connection, poll);
    expect(await isListedAtOnce(connection)).toBe(true);
  });

  test('is not taken for begun when the one that was running goes on', async () => {
    const { connection, poll } = await overtaken();
    await complete(connection, poll, { isFinished: false });
    const goesOn = await beginPoll(ledger, connection);
    expect(goesOn.cycle).toBe(poll.cycle);
    await complete(connection, goesOn);
    expect(await isListedAtOnce(connection)).toBe(true);
  });

  test('is kept, and waits as long as it must, when that one fails', async () => {
    const { connection, poll } = await overtaken();
    await polls.failPoll(connection.integrationId, poll.leaseId, failed);
    expect(await isListedAtOnce(connection)).toBe(false);
    // Nor does another event hurry a bucket that refuses.
    await tell(ledger, connection, [], { leftKeys: ['a.pdf'] });
    expect(await isListedAtOnce(connection)).toBe(false);
    await complete(connection, await beginPoll(ledger, connection));
    expect(await isListedAtOnce(connection)).toBe(true);
  });

  test('and not by what is settled at once', async () => {
    const connection = await connectWithEvents(ledger);
    const poll = await beginPoll(ledger, connection);
    await tell(ledger, connection, [told('a.pdf')]);
    await complete(connection, poll);
    expect(await isListedAtOnce(connection)).toBe(false);
  });
});

describe('an event whose version a listing records was not missed', () => {
  const arrived = { lastModified: '2030-01-01T00:00:00Z' };

  test('when it told of the version', async () => {
    const { connection, poll } = await overtaken();
    await record(ledger, connection, [listed('b.pdf', 'v2', arrived), listed('c.pdf', 'v1', arrived)], poll);
    // Of the other there was no event.
    expect(await figure(ledger, connection, 'event_missed')).toBe(1);
    const rows = await ledger.rows(
      `select etag from public.s3_processed_objects where integration_id = $1 and event_at < now()`,
      [connection.integrationId],
    );
    expect(rows).toEqual([{ etag: 'v2' }]);
    // Told once more, it changes nothing.
    await tell(ledger, connection, [told('b.pdf', 'v2', 0, arrived)]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(1);
  });

  test('when nobody could say of which version it told, unless it is of later', async () => {
    const connection = await connectWithEvents(ledger);
    await ledger.rows(
      `update public.s3_event_states set event_mode_since = now() - interval '1 day' where integration_id = $1`,
      [connection.integrationId],
    );
    await tell(ledger, connection, [], { leftKeys: ['a.pdf', 'late.pdf'] });
    await list(
      connection,
      listed('a.pdf', 'v1', { lastModified: now() }),
      listed('late.pdf', 'v1', arrived),
      listed('c.pdf', 'v1', arrived),
    );
    expect(await figure(ledger, connection, 'event_missed')).toBe(2);
  });

  test('when a listing had recorded it before the event came', async () => {
    const connection = await connectWithEvents(ledger);
    await ledger.rows(
      `update public.s3_event_states set event_mode_since = now() - interval '1 day' where integration_id = $1`,
      [connection.integrationId],
    );
    await record(ledger, connection, [listed('a.pdf', 'v1', { lastModified: now() })]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(1);
    await tell(ledger, connection, [], { leftKeys: ['a.pdf'] });
    // Its slice is as it was, so the object is not recorded again.
    await list(connection);
    expect(await figure(ledger, connection, 'event_missed')).toBe(0);
  });

  test('and is forgotten by a whole listing that began after it, and by no other', async () => {
    const { connection, poll } = await overtaken();
    await tell(ledger, connection, [told('b.pdf', 'v2', 0, { lastModified: now() })]);
    await complete(connection, poll);
    expect(await deferredOf(connection)).toEqual([{ key: 'b.pdf', etag: 'v2' }]);
    await list(connection);
    expect(await deferredOf(connection)).toEqual([]);
  });

  test('and is forgotten after three days where no listing ever ends', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [], { leftKeys: ['a.pdf', 'b.pdf'] });
    await ledger.rows(
      `update private.s3_deferred_events set told_at = now() - interval '4 days' where integration_id = $1 and key = 'a.pdf'`,
      [connection.integrationId],
    );
    await createEventLedger(ledger.service).prune(72);
    expect(await deferredOf(connection)).toEqual([{ key: 'b.pdf', etag: '' }]);
  });
});
