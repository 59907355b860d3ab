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
