import { randomUUID } from 'node:crypto';
import { type BegunPoll, beginEach } from '@sluice/core';
import { createEventLedger, createIntegrationStore } from '@sluice/db';
import type { ConnectionTest } from '@sluice/shared';
import { expect, test } from 'vitest';
import { hold } from '../support/edits.ts';
import { connectWithEvents, told } from '../support/events.ts';
import { booksOf, brokenInvariants } from '../support/invariants.ts';
import {
  beginPoll,
  type Connection,
  connect,
  databaseNow,
  LEASE_SECONDS,
  leaseOf,
  listed,
  makeDue,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, completeWriteback, settle, sweep } from '../support/work.ts';

const ledger = await startLedger();
const events = createEventLedger(ledger.service);
const integrations = createIntegrationStore(ledger.service);
const passed: ConnectionTest = { outcome: 'passed', testedAt: '2026-01-01T00:00:00.000Z', checks: [] };

const ROUNDS = 25;
const KEYS = Array.from({ length: 60 }, (_, n) => `${n}.pdf`);

/** Does something again and again; the codes of what it threw. */
const repeat = async (rounds: number, act: (round: number) => Promise<unknown>): Promise<string[]> => {
  const codes: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    try {
      await act(round);
    } catch (error) {
      codes.push(describe(error));
    }
  }
  return codes;
};

/** The catalogue's code, and behind `internal` what PostgREST said. */
const describe = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.cause instanceof Error ? `${code}: ${error.cause.message}` : code;
};

/** A rotation and, every second time, a reversal: no two callers lock in the same order. */
const shuffled = (round: number): string[] => {
  const cut = (round * 17) % KEYS.length;
  const rotated = [...KEYS.slice(cut), ...KEYS.slice(0, cut)];
  return round % 2 === 0 ? rotated : rotated.reverse();
};

/** Records until it has succeeded often enough; another poll or a pause may take its lease at any time. */
const recorder = async (connection: Connection, begun: BegunPoll, offset: number): Promise<string[]> => {
  const codes: string[] = [];
  let poll = begun;
  for (let done = 0, tries = 0; done < ROUNDS; tries += 1) {
    if (tries > 100 * ROUNDS) return ['the recorder never came through'];
    const page = shuffled(done + offset).map((key, index) => listed(key, `v${(done + offset + index) % 3}`));
    try {
      await ledger.polls.recordObjects(leaseOf(poll), await databaseNow(ledger), page);
      await ledger.polls.savePollProgress(leaseOf(poll), {
        upserts: ['', '3', '6'].map((startAfter) => ({
          startAfter,
          objectCount: 1,
          digest: 'a'.repeat(32),
          isListed: true,
        })),
        removed: [],
      });
      done += 1;
    } catch (error) {
      if (describe(error) !== 'conflict') codes.push(describe(error));
      poll = await beginPoll(ledger, connection).catch(() => poll);
    }
  }
  return codes;
};

/** A hundred deliveries in one transaction, in an order of their own. */
const teller = (connection: Connection, offset: number) =>
  repeat(ROUNDS, async (round) => {
    const [row] = await ledger.rows<{ revision: number }>(
      'select revision from public.s3_integrations where id = $1',
      [connection.integrationId],
    );
    await events.recordAll(
      shuffled(round + offset).map((key, index) => ({
        integrationId: connection.integrationId,
        deliveryId: randomUUID(),
        secretVersion: 1,
        revision: row?.revision ?? 0,
        objects: [told(key, `v${(round + offset + index) % 3}`, round)],
        leftKeys: [],
        refused: {},
      })),
    );
  });

const idsOf = async (connection: Connection, state: string) =>
  (await objectsOf(ledger, connection)).filter((object) => object.state === state).map(({ id }) => id);

const worker = (connection: Connection, offset: number) =>
  repeat(ROUNDS, async (round) => {
    const ids = await idsOf(connection, 'queued');
    const begun = await beginEach(round % 2 === 0 ? ids : ids.reverse(), (id) =>
      ledger.objects.beginProcessing([id], LEASE_SECONDS),
    );
    if (begun.failures.length > 0) throw begun.failures[0];
    await Promise.all(
      begun.objects
        .slice(0, 12)
        .map((object, index) =>
          (index + offset) % 3 === 0
            ? settle(ledger, object, 'skipped', 'object_changed')
            : completeProcessing(ledger, object),
        ),
    );
  });

const writer = (connection: Connection) =>
  repeat(ROUNDS, async (round) => {
    const ids = await idsOf(connection, 'staged');
    const begun = await beginEach(round % 2 === 0 ? ids : ids.reverse(), (id) =>
      ledger.objects.beginWriteback([id], LEASE_SECONDS),
    );
    if (begun.failures.length > 0) throw begun.failures[0];
    await Promise.all(begun.objects.slice(0, 12).map((object) => completeWriteback(ledger, object)));
  });

test('beginning and recording never wait for one another in a circle', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf')]);
  await sweep(ledger);
  const [a, b] = (await objectsOf(ledger, connection)).map(({ id }) => id);
  const tells = 'update public.s3_processed_objects set event_at = now() where id = $1';
  const held = await hold(ledger, tells, [a]);
  const begun = beginEach([b ?? '', a ?? ''], (id) => ledger.objects.beginProcessing([id], LEASE_SECONDS));
  await held.untilWaitedFor();
  // The batch waits for `a`; what it began before may be told of meanwhile.
  await held.run(tells, [b]);
  await held.commit();
  expect(await begun).toMatchObject({ objects: [{ objectId: b }, { objectId: a }], failures: [] });
});

test('everything at once ends in no deadlock and no serialization failure, and the books balance', async () => {
  const connection = await connectWithEvents(ledger, { overwritePolicy: 'keep_versions' });
  const { tenant, integrationId } = connection;
  const change = async (status: string) => {
    const { error } = await tenant.owner.client.rpc('update_s3_integration', {
      p_integration_id: integrationId,
      p_changes: { status },
    });
    if (error !== null) throw new Error(error.code, { cause: error });
  };
  const poll = await beginPoll(ledger, connection);
  const codes = await Promise.all([
    recorder(connection, poll, 0),
    recorder(connection, poll, 7),
    repeat(ROUNDS, () => sweep(ledger, { limit: 20 })),
    repeat(ROUNDS, () => sweep(ledger, { limit: 50, visibilitySeconds: 0 })),
    teller(connection, 0),
    teller(connection, 5),
    worker(connection, 0),
    worker(connection, 1),
    writer(connection),
    writer(connection),
    repeat(ROUNDS, async () => {
      await change('paused');
      await change('active');
    }),
    repeat(ROUNDS, () => integrations.recordConnectionTest(tenant.owner.id, integrationId, passed)),
    repeat(ROUNDS, () => ledger.housekeeping.settleDeletedIntegrations(100)),
    repeat(ROUNDS, async () => {
      const { error } = await tenant.owner.client.rpc('set_tenant_member', {
        p_tenant_id: tenant.id,
        p_user_id: tenant.owner.id,
        p_role: 'owner',
      });
      if (error !== null) throw new Error(error.code, { cause: error });
    }),
  ]);
  expect(codes.flat()).toEqual([]);
  expect(brokenInvariants(await booksOf(ledger, connection))).toEqual([]);

  // And when it is quiet again, everything comes to its end.
  const pending = async () =>
    (await objectsOf(ledger, connection)).filter(({ due_at }) => due_at !== null).length;
  for (let round = 0; round < 50 && (await pending()) > 0; round += 1) {
    await makeDue(ledger, connection);
    await sweep(ledger, { maxAttempts: 1000 });
    const begun = await ledger.objects.beginProcessing(await idsOf(connection, 'queued'), LEASE_SECONDS);
    for (const object of begun.objects) await completeProcessing(ledger, object);
    const writing = await ledger.objects.beginWriteback(await idsOf(connection, 'staged'), LEASE_SECONDS);
    for (const object of writing.objects) await completeWriteback(ledger, object);
  }
  const books = await booksOf(ledger, connection);
  expect(brokenInvariants(books)).toEqual([]);
  expect(await pending()).toBe(0);
  expect(books.objects).toHaveLength(3 * KEYS.length);
  const ends = new Set(books.objects.map(({ state }) => state));
  expect([...ends].filter((state) => state !== 'skipped' && state !== 'dead')).toEqual(['written_back']);
}, 120_000);

test('deleting an integration in the midst of recording ends in no deadlock', async () => {
  for (let round = 0; round < 10; round += 1) {
    const connection = await connect(ledger);
    const poll = await beginPoll(ledger, connection);
    const recording = Array.from({ length: 4 }, (_, n) =>
      repeat(3, async (turn) => {
        const page = KEYS.map((key) => listed(`${n}/${turn}/${key}`));
        await ledger.polls.recordObjects(leaseOf(poll), poll.observedAt, page);
      }),
    );
    const { error } = await connection.tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    expect(error).toBeNull();
    expect(new Set((await Promise.all(recording)).flat())).toEqual(new Set(['conflict']));
  }
});
