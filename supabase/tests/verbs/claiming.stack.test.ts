import { createTenant } from '@sluice/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Connection,
  connect,
  fingerprint,
  LEASE_SECONDS,
  listed,
  makeDue,
  objectsOf,
  onlyObject,
  record,
  startLedger,
} from '../support/ledger.ts';
import { stage, startProcessing, startWriteback, sweep } from '../support/work.ts';

const ledger = await startLedger();

// Claims look at the whole database: what earlier tests left pending is out of the way.
beforeEach(() =>
  ledger.rows(
    `update public.s3_processed_objects set state = 'skipped', reason = 'test_over', due_at = null, lease_id = null where due_at is not null`,
  ),
);

const pages = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, n) => listed(`${prefix}${n}.pdf`));

/** How many of the claimed objects belong to each connection. */
const sharesOf = async (claimed: readonly { objectId: string }[], connections: readonly Connection[]) => {
  const ids = new Set(claimed.map(({ objectId }) => objectId));
  return Promise.all(
    connections.map(
      async (connection) => (await objectsOf(ledger, connection)).filter(({ id }) => ids.has(id)).length,
    ),
  );
};

describe('claiming due objects', () => {
  test('takes turns between tenants, however much more one of them has', async () => {
    const large = await connect(ledger);
    await record(ledger, large, pages(900));
    const small = await connect(ledger);
    await record(ledger, small, pages(5));
    expect(await sharesOf(await sweep(ledger, { limit: 20 }), [large, small])).toEqual([15, 5]);
  });

  test('gives each to one of twenty who ask at once', async () => {
    const connections = [await connect(ledger), await connect(ledger)];
    for (const connection of connections) await record(ledger, connection, pages(100));
    const answers = await Promise.all(Array.from({ length: 20 }, () => sweep(ledger, { limit: 30 })));
    const claimed = [...answers, await sweep(ledger)].flat().map(({ objectId }) => objectId);
    expect(claimed).toHaveLength(200);
    expect(new Set(claimed).size).toBe(200);
  });

  test('never has more of a tenant in flight than it is allowed, also when several ask at once', async () => {
    const tenant = await createTenant(ledger.stack);
    const connections = await Promise.all([connect(ledger, { tenant }), connect(ledger, { tenant })]);
    for (const connection of connections) await record(ledger, connection, pages(60));
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => sweep(ledger, { inFlightPerTenant: 40 })),
    );
    expect(answers.flat()).toHaveLength(40);
    expect(await sweep(ledger, { inFlightPerTenant: 40 })).toEqual([]);
    expect(await sweep(ledger, { inFlightPerTenant: 50 })).toHaveLength(10);
  });

  test('lets a paused integration hold no room of its tenant', async () => {
    const tenant = await createTenant(ledger.stack);
    const [paused, active] = [await connect(ledger, { tenant }), await connect(ledger, { tenant })];
    await record(ledger, paused, pages(10));
    expect(await sweep(ledger, { inFlightPerTenant: 10 })).toHaveLength(10);
    await tenant.owner.client.rpc('update_s3_integration', {
      p_integration_id: paused.integrationId,
      p_changes: { status: 'paused' },
    });
    await record(ledger, active, pages(10));
    expect(await sharesOf(await sweep(ledger, { inFlightPerTenant: 10 }), [paused, active])).toEqual([0, 10]);
  });

  test('leaves paused and deleted integrations untouched, and goes on with what is resumed', async () => {
    const connection = await connect(ledger);
    const { client } = connection.tenant.owner;
    await record(ledger, connection, pages(3));
    const change = (status: string) =>
      client.rpc('update_s3_integration', {
        p_integration_id: connection.integrationId,
        p_changes: { status },
      });
    await change('paused');
    const before = await fingerprint(ledger, connection);
    expect(await sweep(ledger)).toEqual([]);
    expect(await fingerprint(ledger, connection)).toEqual(before);
    await change('active');
    const claimed = await sweep(ledger);
    expect(claimed).toHaveLength(3);
    await change('paused');
    expect(
      (
        await ledger.objects.beginProcessing(
          claimed.map(({ objectId }) => objectId),
          LEASE_SECONDS,
        )
      ).objects,
    ).toEqual([]);
    await client.rpc('delete_s3_integration', { p_integration_id: connection.integrationId });
    expect(await sweep(ledger)).toEqual([]);
  });

  test('never claims more than an answer of PostgREST can hold', async () => {
    const connection = await connect(ledger);
    for (const prefix of ['a', 'b']) await record(ledger, connection, pages(600, prefix));
    expect(await sweep(ledger, { limit: 5000, perIntegration: 5000, inFlightPerTenant: 5000 })).toHaveLength(
      1000,
    );
    const states = (await objectsOf(ledger, connection)).map(({ state }) => state);
    expect(states.filter((state) => state === 'queued')).toHaveLength(1000);
  });

  test('sends a message again that was lost, but not before its time', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    const first = await sweep(ledger);
    expect(first).toMatchObject([{ target: 'process' }]);
    expect(await sweep(ledger)).toEqual([]);
    await makeDue(ledger, connection);
    expect(await sweep(ledger)).toEqual(first);
    expect(await onlyObject(ledger, connection)).toMatchObject({ state: 'queued', attempts: 0 });
  });

  test('sends staged results to be written, and again when that message is lost', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    await stage(ledger, await onlyObject(ledger, connection));
    expect(await sweep(ledger)).toEqual([]);
    await makeDue(ledger, connection);
    expect(await sweep(ledger)).toMatchObject([{ target: 'writeback' }]);
  });

  test('takes an object from a worker that died, which is then too late', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    const dead = await startProcessing(ledger, await onlyObject(ledger, connection));
    await makeDue(ledger, connection);
    const again = await startProcessing(ledger, await onlyObject(ledger, connection));
    expect(again).toMatchObject({ objectId: dead.objectId, jobId: dead.jobId, attempts: 2 });
    expect(again.leaseId).not.toBe(dead.leaseId);
    const before = await fingerprint(ledger, connection);
    expect(
      await ledger.objects.completeProcessing(
        dead,
        { outputs: [], pages: 1, report: {}, amountMicros: 1 },
        60,
      ),
    ).toBe(false);
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('gives an object up that crashes its worker again and again, and says so in the log', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    for (let crash = 0; crash < 3; crash += 1) {
      await startProcessing(ledger, await onlyObject(ledger, connection));
      await makeDue(ledger, connection);
    }
    expect(await sweep(ledger, { maxAttempts: 3 })).toMatchObject([{ target: 'dead' }]);
    expect(await onlyObject(ledger, connection)).toMatchObject({
      state: 'dead',
      reason: 'retries_exhausted',
      due_at: null,
      lease_id: null,
    });
    const lines = await ledger.rows<{ message: string }>(
      `select message from public.app_logs where integration_id = $1 and event = 'object_dead' and level = 'error'`,
      [connection.integrationId],
    );
    expect(lines).toEqual([{ message: 'dead a.pdf: retries_exhausted' }]);
  });

  test('likewise when it crashes its writer', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    await stage(ledger, await onlyObject(ledger, connection));
    for (let crash = 0; crash < 2; crash += 1) {
      await startWriteback(ledger, await onlyObject(ledger, connection));
      await makeDue(ledger, connection);
      expect(await sweep(ledger, { maxAttempts: 2 })).toMatchObject([
        { target: crash === 0 ? 'writeback' : 'dead' },
      ]);
    }
    expect(await onlyObject(ledger, connection)).toMatchObject({
      state: 'dead',
      reason: 'retries_exhausted',
    });
  });
});
