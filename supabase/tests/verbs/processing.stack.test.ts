import { describe, expect, test } from 'vitest';
import { whileHeld } from '../support/edits.ts';
import {
  connect,
  fingerprint,
  LEASE_SECONDS,
  listed,
  makeDue,
  objectsOf,
  record,
  startLedger,
  withObject,
} from '../support/ledger.ts';
import { completeProcessing, settle, startProcessing, sweep, versionOf } from '../support/work.ts';

const ledger = await startLedger();

describe('processing', () => {
  test('takes an object once, however often its message is delivered', async () => {
    const { row } = await withObject(ledger);
    await sweep(ledger);
    const begun = await Promise.all(
      Array.from({ length: 10 }, () => ledger.objects.beginProcessing([row.id, row.id], LEASE_SECONDS)),
    );
    expect(begun.flatMap(({ objects }) => objects)).toHaveLength(1);
    expect((await ledger.objects.beginProcessing([row.id], LEASE_SECONDS)).objects).toEqual([]);
  });

  test('waits for what another holds: a message comes once, and must not come to nothing because a row was locked', async () => {
    const { row } = await withObject(ledger);
    await sweep(ledger);
    const begun = await whileHeld(
      ledger,
      'select from public.s3_processed_objects where id = $1 for update',
      [row.id],
      () => ledger.objects.beginProcessing([row.id], LEASE_SECONDS),
    );
    expect(begun.objects).toMatchObject([{ objectId: row.id, attempts: 1 }]);
  });

  test('does not take what another is taking at this moment', async () => {
    const { connection, row } = await withObject(ledger);
    await sweep(ledger);
    const begun = await whileHeld(
      ledger,
      'select public.begin_processing(array[$1::uuid], 60)',
      [row.id],
      () => ledger.objects.beginProcessing([row.id], LEASE_SECONDS),
    );
    expect(begun.objects).toEqual([]);
    expect(await objectsOf(ledger, connection)).toMatchObject([{ state: 'processing', attempts: 1 }]);
  });

  test('does not take what the sweep has not queued', async () => {
    const { connection, row } = await withObject(ledger);
    const before = await fingerprint(ledger, connection);
    expect(await ledger.objects.beginProcessing([row.id], LEASE_SECONDS)).toEqual({
      objects: [],
      integrations: {},
    });
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('comes with what the work needs: the folder rule, its language, the integration and its sealed credentials', async () => {
    const connection = await connect(ledger, { language: 'en' });
    const [rule] = await ledger.rows<{ id: string }>(
      `insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix, language) values ($1, $2, 'de/', 'de') returning id`,
      [connection.tenant.id, connection.integrationId],
    );
    await record(ledger, connection, [listed('de/a.pdf'), listed('b.pdf')]);
    await sweep(ledger);
    const rows = await objectsOf(ledger, connection);
    const begun = await ledger.objects.beginProcessing(
      rows.map(({ id }) => id),
      LEASE_SECONDS,
    );
    expect(begun.objects.toSorted((a, b) => a.key.localeCompare(b.key))).toMatchObject([
      { key: 'b.pdf', ruleId: null, language: 'en', attempts: 1, tenantId: connection.tenant.id },
      { key: 'de/a.pdf', ruleId: rule?.id, language: 'de', attempts: 1 },
    ]);
    expect(begun.integrations[connection.integrationId]).toMatchObject({
      integration: { id: connection.integrationId },
      sealed: { credentials: { version: 1 } },
    });
  });

  test('with a lost lease writes nothing, by any verb', async () => {
    const { connection, row } = await withObject(ledger);
    const lost = await startProcessing(ledger, row);
    await makeDue(ledger, connection);
    const object = await startProcessing(ledger, row);
    const before = await fingerprint(ledger, connection);
    expect(await completeProcessing(ledger, lost)).toBe(false);
    expect(await ledger.objects.completeWriteback(lost, [])).toBe(false);
    expect(await ledger.objects.completeWriteback(object, [])).toBe(false);
    for (const disposition of ['retry', 'skipped', 'failed'] as const)
      expect(await settle(ledger, lost, disposition, 'object_not_found')).toBeNull();
    expect((await ledger.objects.beginProcessing([row.id], LEASE_SECONDS)).objects).toEqual([]);
    expect((await ledger.objects.beginWriteback([row.id], LEASE_SECONDS)).objects).toEqual([]);
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });
});

describe('a version that is overwritten while it is processed', () => {
  test('is staged, and superseded when it comes to writing', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    const running = await startProcessing(ledger, await versionOf(ledger, connection, 'A'));
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    expect(await versionOf(ledger, connection, 'A')).toMatchObject({
      state: 'processing',
      is_current: false,
    });
    expect(await completeProcessing(ledger, running)).toBe(true);
    expect((await ledger.objects.beginWriteback([running.objectId], LEASE_SECONDS)).objects).toEqual([]);
    expect(await versionOf(ledger, connection, 'A')).toMatchObject({
      state: 'skipped',
      reason: 'superseded',
      staged_outputs: null,
    });
  });
});
