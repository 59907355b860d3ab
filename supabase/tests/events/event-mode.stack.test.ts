import { createEventLedger } from '@sluice/db';
import { describe, expect, test } from 'vitest';
import { connectWithEvents, figure, setMode, tell, told } from '../support/events.ts';
import { beginPoll, type Connection, connect, listed, record, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();

/** Changed in 2030: after the integration went into event mode. */
const arrived = (key: string) => listed(key, 'v1', { lastModified: '2030-01-01T00:00:00.000Z' });

const longAgo = (connection: Connection) =>
  ledger.rows(
    `update public.s3_event_states set event_mode_since = now() - interval '1 day' where integration_id = $1`,
    [connection.integrationId],
  );

/** A whole cycle that lists `objects`; gives the seconds to the next. */
const sweep = async (connection: Connection, objects: readonly ReturnType<typeof listed>[] = []) => {
  const poll = await beginPoll(ledger, connection);
  if (objects.length > 0) await record(ledger, connection, objects, poll);
  await ledger.polls.completePoll(connection.integrationId, poll.leaseId, {
    upserts: [],
    removed: [],
    isFinished: true,
    isUnordered: false,
    listedObjects: objects.length,
    listCalls: 1,
    intervalSeconds: 120,
  });
  const [row] = await ledger.rows<{ seconds: string }>(
    'select extract(epoch from next_poll_at - last_completed_at)::int as seconds from public.s3_poll_states where integration_id = $1',
    [connection.integrationId],
  );
  return Number(row?.seconds);
};

describe('events missed', () => {
  test('are the objects that only a listing found', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('told.pdf')]);
    await record(ledger, connection, [arrived('told.pdf'), arrived('missed.pdf')]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(1);
  });

  test('are not those from before event mode, nor those that are skipped by name', async () => {
    const connection = await connectWithEvents(ledger);
    await record(ledger, connection, [listed('old.pdf'), { ...arrived('a.docx'), skipReason: 'not_pdf' }]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(0);
    const polled = await connect(ledger);
    await setMode(ledger, polled, 'poll');
    await record(ledger, polled, [arrived('a.pdf')]);
    expect(await figure(ledger, polled, 'event_missed')).toBe(0);
  });

  test('are not those whose event comes after the listing, however often it comes', async () => {
    const connection = await connectWithEvents(ledger);
    await record(ledger, connection, [arrived('late.pdf'), arrived('missed.pdf')]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(2);
    await tell(ledger, connection, [told('late.pdf')]);
    await tell(ledger, connection, [told('late.pdf')]);
    expect(await figure(ledger, connection, 'event_missed')).toBe(1);
  });
});

describe('the sweep in event mode', () => {
  test('is as frequent as polling until events come, then ever rarer, up to an hour', async () => {
    const connection = await connectWithEvents(ledger);
    expect([await sweep(connection), await sweep(connection)]).toEqual([120, 120]);
    await tell(ledger, connection, [told('a.pdf')]);
    const seconds: number[] = [];
    for (let n = 0; n < 6; n += 1) seconds.push(await sweep(connection));
    expect(seconds).toEqual([240, 480, 960, 1920, 3600, 3600]);
  });

  test('is frequent again as soon as an event was missed', async () => {
    const connection = await connectWithEvents(ledger);
    await longAgo(connection);
    await tell(ledger, connection, [told('a.pdf')]);
    expect(await sweep(connection)).toBe(240);
    // Given its minute to come.
    const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
    expect(await sweep(connection, [listed('missed.pdf', 'v1', { lastModified: anHourAgo })])).toBe(120);
    expect(await sweep(connection)).toBe(240);
  });

  test('begins at once when the mode changes, either way', async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf')]);
    for (const mode of ['poll', 'event'] as const) {
      await sweep(connection);
      await setMode(ledger, connection, mode);
      expect(
        await ledger.rows(
          'select next_poll_at <= now() as is_due from public.s3_poll_states where integration_id = $1',
          [connection.integrationId],
        ),
      ).toEqual([{ is_due: true }]);
    }
  });
});

test('a flood of refused deliveries is counted one by one and told once a minute', async () => {
  const connection = await connectWithEvents(ledger);
  const events = createEventLedger(ledger.service);
  for (let n = 0; n < 5; n += 1) {
    await events.refuse({
      integrationId: connection.integrationId,
      reason: 'invalid_secret',
      detail: null,
      requestId: `request-${n}`,
    });
  }
  expect(await figure(ledger, connection, 'event_refused', 'invalid_secret')).toBe(5);
  const lines = await ledger.rows(
    `select service, event, fields ->> 'reason' as reason from public.app_logs where integration_id = $1 and event = 'eventRejected'`,
    [connection.integrationId],
  );
  expect(lines).toEqual([{ service: 's3-ingest', event: 'eventRejected', reason: 'invalid_secret' }]);
});

test('deliveries are forgotten after their time, and no others', async () => {
  const connection = await connectWithEvents(ledger);
  await tell(ledger, connection, [], { deliveryId: 'old' });
  await tell(ledger, connection, [], { deliveryId: 'new' });
  await ledger.rows(
    `update private.s3_event_deliveries set received_at = now() - interval '4 days' where delivery_id = 'old'`,
  );
  expect(await createEventLedger(ledger.service).prune(72)).toBe(1);
  expect(await tell(ledger, connection, [], { deliveryId: 'new' })).toMatchObject({ outcome: 'replayed' });
  expect(await tell(ledger, connection, [], { deliveryId: 'old' })).toMatchObject({ outcome: 'recorded' });
});
