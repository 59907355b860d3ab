import { createIntegrationStore } from '@sluice/db';
import type { ConnectionTest } from '@sluice/shared';
import { describe, expect, test } from 'vitest';
import {
  beginPoll,
  connect,
  fingerprint,
  listed,
  makeDue,
  objectsOf,
  onlyObject,
  record,
  startLedger,
} from '../support/ledger.ts';
import { completeProcessing, settle, stage, startProcessing, sweep } from '../support/work.ts';

const ledger = await startLedger();
const integrations = createIntegrationStore(ledger.service);

describe('a deleted integration', () => {
  test('has what was pending settled, a batch at a time, and what was done left alone', async () => {
    const connection = await connect(ledger);
    const keys = ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.pdf`);
    await record(
      ledger,
      connection,
      keys.map((key) => listed(key)),
    );
    const rows = await objectsOf(ledger, connection);
    const [first, second, third] = rows;
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few objects');
    const running = await startProcessing(ledger, first);
    await stage(ledger, second);
    await settle(ledger, await startProcessing(ledger, third), 'failed', 'pdf_corrupt');
    await connection.tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    expect(await ledger.housekeeping.settleDeletedIntegrations(3)).toBe(3);
    expect(await ledger.housekeeping.settleDeletedIntegrations(3)).toBe(1);
    expect(await ledger.housekeeping.settleDeletedIntegrations(3)).toBe(0);
    const after = await objectsOf(ledger, connection);
    expect(after.map(({ key, state, reason }) => [key, state, reason])).toEqual([
      ['a.pdf', 'skipped', 'integration_deleted'],
      ['b.pdf', 'skipped', 'integration_deleted'],
      ['c.pdf', 'failed', 'pdf_corrupt'],
      ['d.pdf', 'skipped', 'integration_deleted'],
      ['e.pdf', 'skipped', 'integration_deleted'],
    ]);
    expect(await completeProcessing(ledger, running)).toBe(false);
  });

  test('is settled by several at once without one waiting for another or one counted twice', async () => {
    const connection = await connect(ledger);
    await record(
      ledger,
      connection,
      Array.from({ length: 300 }, (_, n) => listed(`${n}.pdf`)),
    );
    await connection.tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    const counts = await Promise.all(
      Array.from({ length: 5 }, () => ledger.housekeeping.settleDeletedIntegrations(100)),
    );
    let total = counts.reduce((sum, count) => sum + count, 0);
    for (let more = -1; more !== 0; total += more)
      more = await ledger.housekeeping.settleDeletedIntegrations(1000);
    expect(total).toBe(300);
  });

  test('touches nothing of the others', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    const before = await fingerprint(ledger, connection);
    expect(await ledger.housekeeping.settleDeletedIntegrations(1000)).toBe(0);
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });
});

describe('a connection test', () => {
  const passed: ConnectionTest = { outcome: 'passed', testedAt: '2026-01-01T00:00:00.000Z', checks: [] };

  test('that passes ends the waiting for a bucket that had refused', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    const row = await onlyObject(ledger, connection);
    await settle(ledger, await startProcessing(ledger, row), 'retry', 'access_denied');
    const poll = await beginPoll(ledger, connection);
    await ledger.polls.failPoll(connection.integrationId, poll.leaseId, {
      code: 'access_denied',
      detail: '',
      intervalSeconds: 900,
      maxIntervalSeconds: 900,
    });
    await integrations.recordConnectionTest(connection.tenant.owner.id, connection.integrationId, passed);
    expect((await sweep(ledger)).map(({ objectId }) => objectId)).toContain(row.id);
    expect((await ledger.polls.claimDuePolls(1000, 60)).map(({ integrationId }) => integrationId)).toContain(
      connection.integrationId,
    );
  });

  /** A connection with `count` objects that ended as given, under ETag v1. */
  const stopped = async (count: number, state: 'dead' | 'failed', reason: string) => {
    const connection = await connect(ledger);
    for (let from = 0; from < count; from += 1000) {
      const page = Array.from({ length: Math.min(1000, count - from) }, (_, n) => listed(`${from + n}.pdf`));
      await record(ledger, connection, page);
    }
    await ledger.rows(
      `update public.s3_processed_objects set state = $2, reason = $3, due_at = null, attempts = 9
       where integration_id = $1`,
      [connection.integrationId, state, reason],
    );
    const test = (outcome: ConnectionTest['outcome']) =>
      integrations.recordConnectionTest(connection.tenant.owner.id, connection.integrationId, {
        ...passed,
        outcome,
      });
    return { connection, test };
  };
  const statesOf = async (connection: Parameters<typeof objectsOf>[1]) =>
    Object.fromEntries(
      [...Map.groupBy(await objectsOf(ledger, connection), ({ state }) => state)].map(([state, rows]) => [
        state,
        rows.length,
      ]),
    );
  const reviveAll = async () => {
    for (let revived = -1; revived !== 0; ) revived = await ledger.housekeeping.reviveAfterTest(5_000);
  };

  test.each([
    ['dead', 'retries_exhausted'],
    ['dead', 'access_denied'],
    ['failed', 'object_archived'],
    ['failed', 'output_taken'],
    ['failed', 'unsupported_by_provider'],
    ['failed', 'object_too_large'],
    ['failed', 'quota_exceeded'],
  ] as const)('that passes takes up again what is %s of %s, under the same job', async (state, reason) => {
    const { connection, test: run } = await stopped(1, state, reason);
    const before = await onlyObject(ledger, connection);
    await run('failed');
    expect((await onlyObject(ledger, connection)).state).toBe(state);
    await run('passed');
    expect(await onlyObject(ledger, connection)).toMatchObject({
      state: 'found',
      attempts: 0,
      job_id: before.job_id,
      revision: before.revision,
    });
    await stage(ledger, before);
    expect((await onlyObject(ledger, connection)).state).toBe('staged');
  });

  test('leaves alone what no connection mends, and versions that are not current', async () => {
    const damaged = await stopped(1, 'failed', 'pdf_corrupt');
    const old = await stopped(1, 'dead', 'retries_exhausted');
    await record(ledger, old.connection, [listed('0.pdf', 'newer', { skipReason: 'oversize' })]);
    for (const { connection, test: run } of [damaged, old]) {
      const before = await statesOf(connection);
      await run('passed');
      await reviveAll();
      expect(await statesOf(connection)).toEqual(before);
    }
  });

  test('takes up any number: what exceeds one batch is left to the sweep, not to a back-off', async () => {
    const { connection, test: run } = await stopped(5_003, 'dead', 'access_denied');
    await run('passed');
    expect(await statesOf(connection)).toEqual({ found: 5_000, dead: 3 });
    await reviveAll();
    expect(await statesOf(connection)).toEqual({ found: 5_003 });
    // And it is over: what stops now stays so until the next test.
    const [row] = await objectsOf(ledger, connection);
    if (row === undefined) throw new Error('there is nothing');
    await settle(ledger, await startProcessing(ledger, row), 'failed', 'object_archived');
    await reviveAll();
    expect((await objectsOf(ledger, connection)).find(({ id }) => id === row.id)?.state).toBe('failed');
  });

  test('makes due whatever number waits', async () => {
    const { connection, test: run } = await stopped(5_003, 'dead', 'access_denied');
    await ledger.rows(
      `update public.s3_processed_objects set state = 'found', due_at = now() + interval '6 hours' where integration_id = $1`,
      [connection.integrationId],
    );
    const waiting = async () =>
      (await objectsOf(ledger, connection)).filter(({ due_at }) => Number(due_at) > Date.now() + 60_000)
        .length;
    await run('passed');
    expect(await waiting()).toBe(3);
    await reviveAll();
    expect(await waiting()).toBe(0);
  });

  test('does not take up what stopped again after it, while the rest is still to come', async () => {
    const { connection, test: run } = await stopped(5_003, 'dead', 'access_denied');
    await run('passed');
    const row = (await objectsOf(ledger, connection)).find(({ state }) => state === 'found');
    if (row === undefined) throw new Error('nothing was found');
    await ledger.rows(
      `update public.s3_processed_objects set state = 'dead', due_at = null, state_changed_at = now() where id = $1`,
      [row.id],
    );
    await reviveAll();
    expect(await statesOf(connection)).toEqual({ found: 5_002, dead: 1 });
  });

  test('of a deleted integration takes up nothing more', async () => {
    const { connection, test: run } = await stopped(5_003, 'dead', 'access_denied');
    await run('passed');
    await connection.tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    await reviveAll();
    expect((await statesOf(connection))['dead']).toBe(3);
  });

  test('of a deleted integration writes nothing', async () => {
    const connection = await connect(ledger);
    await connection.tenant.owner.client.rpc('delete_s3_integration', {
      p_integration_id: connection.integrationId,
    });
    const before = await fingerprint(ledger, connection);
    await integrations.recordConnectionTest(connection.tenant.owner.id, connection.integrationId, passed);
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('does not disturb what is being worked on', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf')]);
    await makeDue(ledger, connection);
    const running = await startProcessing(ledger, await onlyObject(ledger, connection));
    await integrations.recordConnectionTest(connection.tenant.owner.id, connection.integrationId, passed);
    expect((await onlyObject(ledger, connection)).lease_id).toBe(running.leaseId);
  });
});
