import type { DeliveryToRecord } from '@sluice/core';
import { createEventLedger, createEventTestStore, createReplayLedger } from '@sluice/db';
import { createTenant } from '@sluice/testkit';
import { describe, expect, test } from 'vitest';
import { hold, waitsOr } from '../support/edits.ts';
import { connectWithEvents, tell, told } from '../support/events.ts';
import { type Connection, objectsOf, startLedger } from '../support/ledger.ts';
import { settle, startProcessing } from '../support/work.ts';

const ledger = await startLedger();
const events = createEventLedger(ledger.service);

const revisionOf = async ({ integrationId }: Connection): Promise<number> =>
  (
    await ledger.rows<{ revision: number }>('select revision from public.s3_integrations where id = $1', [
      integrationId,
    ])
  )[0]?.revision ?? 0;

const deliveryOf = (
  { integrationId }: Connection,
  revision: number,
  name: string,
  etag = 'v1',
  second = 0,
): DeliveryToRecord => ({
  integrationId,
  deliveryId: `${name}/${etag}`,
  secretVersion: 1,
  revision,
  objects: [told(`${name}.pdf`, etag, second)],
  leftKeys: [],
  refused: {},
});

test('each hears of its own, in whichever order they are recorded', async () => {
  const connection = await connectWithEvents(ledger);
  const revision = await revisionOf(connection);
  await tell(ledger, connection, [told('b.pdf', 'old', 9)]);
  const of = (name: string, more: Partial<DeliveryToRecord> = {}): DeliveryToRecord => ({
    ...deliveryOf(connection, revision, name),
    ...more,
  });
  const answers = await events.recordAll([
    of('z'),
    of('y', { revision: 99 }),
    of('b', { deliveryId: 'other', objects: [told('b.pdf', 'v1', 1)] }),
    of('z'),
    of('left', { objects: [], leftKeys: ['left.pdf'] }),
    of('a', { secretVersion: 9 }),
    of('a'),
    // The same delivery, judged before an edit and after it.
    of('c', { revision: 99 }),
    of('c'),
  ]);
  const recorded = (count: number) => ({ outcome: 'recorded', recorded: count, deferred: 0 });
  const [stale, replayed] = ['stale', 'replayed'].map((outcome) => ({ outcome, recorded: 0, deferred: 0 }));
  expect(answers).toEqual([
    recorded(1),
    stale,
    recorded(1),
    replayed,
    recorded(0),
    stale,
    recorded(1),
    stale,
    recorded(1),
  ]);
  expect(
    (await objectsOf(ledger, connection)).map(({ key, etag, state }) => `${key} ${etag} ${state}`),
  ).toEqual(['a.pdf v1 found', 'b.pdf old found', 'b.pdf v1 skipped', 'c.pdf v1 found', 'z.pdf v1 found']);
});

test('the same deliveries sent again to two Workers in opposite orders are recorded once each, and no write fails', async () => {
  const connection = await connectWithEvents(ledger);
  const revision = await revisionOf(connection);
  for (let round = 1; round <= 10; round += 1) {
    const all = Array.from({ length: 60 }, (_, n) =>
      deliveryOf(connection, revision, String(n).padStart(2, '0'), `v${round}`, round),
    );
    const answers = await Promise.all([events.recordAll(all), events.recordAll(all.toReversed())]);
    const outcomes = answers.flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(60);
    expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(60);
  }
});

describe('what waits for an event that is being recorded is not waited for by it', () => {
  /** Both keys have a version; while an event tells of newer ones, somebody holds the second. */
  const tellNewer = async (connection: Connection) => {
    const held = await hold(
      ledger,
      `select 1 from public.s3_processed_objects where integration_id = $1 and key = 'b.pdf' for update`,
      [connection.integrationId],
    );
    const telling = tell(ledger, connection, [told('a.pdf', 'v2', 9), told('b.pdf', 'v2', 9)]);
    await waitsOr(ledger, 'record_s3_events', telling);
    return { held, telling };
  };
  const known = async () => {
    const connection = await connectWithEvents(ledger);
    await tell(ledger, connection, [told('a.pdf'), told('b.pdf')]);
    return connection;
  };

  test('an attempt that found another version', async () => {
    const connection = await known();
    const [a] = await objectsOf(ledger, connection);
    const object = await startProcessing(ledger, a ?? { id: '' });
    const { held, telling } = await tellNewer(connection);
    const settling = settle(ledger, object, 'skipped', 'object_changed');
    await waitsOr(ledger, 'settle_attempt', settling);
    await held.commit();
    expect(await telling).toMatchObject({ outcome: 'recorded', recorded: 2 });
    expect(await settling).toBe('skipped');
  });

  test('a replay', async () => {
    const connection = await known();
    const { integrationId, tenant } = connection;
    await ledger.rows(
      `update public.s3_processed_objects set state = 'failed', reason = 'pdf_corrupt', due_at = null where integration_id = $1`,
      [integrationId],
    );
    await ledger.rows(
      `insert into public.s3_replays (id, tenant_id, integration_id, states, as_of, expected_objects, requested_by)
       values (gen_random_uuid(), $2, $1, '{failed}', clock_timestamp(), 2, $3)`,
      [integrationId, tenant.id, tenant.owner.id],
    );
    const { held, telling } = await tellNewer(connection);
    const replaying = createReplayLedger(ledger.service).runBatch({ limit: 10, scan: 10, maxWaiting: 1000 });
    await waitsOr(ledger, 'run_replay_batch', replaying);
    await held.commit();
    expect(await telling).toMatchObject({ outcome: 'recorded', recorded: 2 });
    expect(await replaying).toMatchObject({ integrationId, replayed: 0, superseded: 2, isEnded: true });
  });
});

test('tests of events end in turns between tenants, however many of them one has', async () => {
  const tests = createEventTestStore(ledger.service);
  const begin = async (connection: Connection) => {
    const { id } = await tests.begin(connection.tenant.owner.id, connection.integrationId, 'probe');
    await tests.note(id, null);
    return id;
  };
  const large = await createTenant(ledger.stack);
  const many = await Promise.all(
    Array.from({ length: 3 }, () => connectWithEvents(ledger, { tenant: large })),
  );
  const first: string[] = [];
  for (const connection of many) first.push(await begin(connection));
  const last = await begin(await connectWithEvents(ledger));
  await ledger.rows(
    `update public.s3_event_tests set written_at = now() - interval '2 minutes' where id = any ($1)`,
    [[...first, last]],
  );
  expect((await tests.due(100)).map(({ id }) => id)).toEqual([first[0], last, first[1], first[2]]);
  expect((await tests.due(2)).map(({ id }) => id)).toEqual([first[0], last]);
});
