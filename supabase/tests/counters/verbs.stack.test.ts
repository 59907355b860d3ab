import { createIntegrationStore } from '@sluice/db';
import { expect, test } from 'vitest';
import { countedAndRows, differences, fold, moveInput, replay } from '../support/counters.ts';
import { connectWithEvents, tell, told } from '../support/events.ts';
import { type Connection, connect, listed, objectsOf, record, startLedger } from '../support/ledger.ts';
import {
  completeWriteback,
  settle,
  stage,
  startProcessing,
  startWriteback,
  sweep,
  versionOf,
} from '../support/work.ts';

const ledger = await startLedger();

/** The books as `state/reason`: objects. They and the counters must agree with the rows. */
const books = async (connection: Connection): Promise<Record<string, number>> => {
  const { shown, rows } = await countedAndRows(ledger, connection);
  expect(shown).toEqual(rows);
  expect(await differences(ledger, connection)).toEqual([]);
  // The same, whatever of it is folded.
  await fold(ledger, 3);
  expect(await differences(ledger, connection)).toEqual([]);
  await fold(ledger, 10_000);
  expect((await countedAndRows(ledger, connection)).shown).toEqual(rows);
  return Object.fromEntries(
    shown.map(({ state, reason, objects }) => [reason === null ? state : `${state}/${reason}`, objects]),
  );
};

test('polling: what is new, what is skipped, what has another version now, what is listed again', async () => {
  const connection = await connect(ledger);
  const objects = [listed('a.pdf'), listed('b.pdf'), listed('c.docx', 'v1', { skipReason: 'not_pdf' })];
  await record(ledger, connection, objects);
  expect(await books(connection)).toEqual({ found: 2, 'skipped/not_pdf': 1 });
  await record(ledger, connection, objects);
  expect(await books(connection)).toEqual({ found: 2, 'skipped/not_pdf': 1 });
  await record(ledger, connection, [listed('a.pdf', 'v2', { sizeBytes: 7 })]);
  expect(await books(connection)).toEqual({ found: 2, 'skipped/not_pdf': 1, 'skipped/superseded': 1 });
});

test('events: what is told, told again, told of late, and come back after it was gone', async () => {
  const connection = await connectWithEvents(ledger);
  await tell(ledger, connection, [told('a.pdf', 'v1', 5), told('b.pdf', 'v1', 5)]);
  expect(await books(connection)).toEqual({ found: 2 });
  await tell(ledger, connection, [told('a.pdf', 'v1', 5), told('b.pdf', 'v2', 9), told('a.pdf', 'v0', 1)]);
  expect(await books(connection)).toEqual({ found: 2, 'skipped/superseded': 2 });
  await settle(
    ledger,
    await startProcessing(ledger, await versionOf(ledger, connection, 'v1')),
    'skipped',
    'object_not_found',
  );
  expect(await books(connection)).toMatchObject({ 'skipped/object_not_found': 1 });
  await tell(ledger, connection, [told('a.pdf', 'v1', 60)]);
  expect(await books(connection)).toEqual({ found: 1, queued: 1, 'skipped/superseded': 2 });
});

test('the life of a document: queued, processed, staged, written back', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf', 'v2', { sizeBytes: 5 })]);
  const a = await versionOf(ledger, connection, 'v1');
  await sweep(ledger);
  expect(await books(connection)).toEqual({ queued: 2 });
  await stage(ledger, a);
  expect(await books(connection)).toEqual({ queued: 1, staged: 1 });
  await completeWriteback(ledger, await startWriteback(ledger, a));
  expect(await books(connection)).toEqual({ queued: 1, written_back: 1 });
});

test('settling: tried again, skipped, failed, given up, and taken up after a test that passed', async () => {
  const connection = await connect(ledger);
  await record(
    ledger,
    connection,
    ['retry', 'skipped', 'failed', 'dead'].map((etag) => listed(`${etag}.pdf`, etag)),
  );
  const begin = async (etag: string) => startProcessing(ledger, await versionOf(ledger, connection, etag));
  await settle(ledger, await begin('retry'), 'retry', 'throttled');
  await settle(ledger, await begin('skipped'), 'skipped', 'object_changed');
  await settle(ledger, await begin('failed'), 'failed', 'pdf_corrupt');
  await settle(ledger, await begin('dead'), 'retry', 'throttled', 1);
  expect(await books(connection)).toEqual({
    'dead/throttled': 1,
    'failed/pdf_corrupt': 1,
    found: 1,
    'skipped/object_changed': 1,
  });
  await createIntegrationStore(ledger.service).recordConnectionTest(
    connection.tenant.owner.id,
    connection.integrationId,
    { outcome: 'passed', testedAt: '2026-01-01T00:00:00.000Z', checks: [] },
  );
  expect(await books(connection)).toEqual({ 'failed/pdf_corrupt': 1, found: 2, 'skipped/object_changed': 1 });
});

test('a start: what is older is skipped, and taken in when the start moves', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [
    listed('old.pdf', 'v1', { skipReason: 'before_start' }),
    listed('new.pdf', 'v2'),
  ]);
  expect(await books(connection)).toEqual({ found: 1, 'skipped/before_start': 1 });
  await record(ledger, connection, [listed('old.pdf')]);
  expect(await books(connection)).toEqual({ found: 2 });
});

test('an edit of the input folder ends what lies outside of it, whatever its state', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [
    listed('in/a.pdf', 'in'),
    listed('b.pdf', 'staged'),
    listed('c.pdf', 'found'),
  ]);
  await stage(ledger, await versionOf(ledger, connection, 'staged'));
  await moveInput(ledger, connection, 'in/');
  expect(await books(connection)).toEqual({ queued: 1, 'skipped/outside_prefix': 2 });
});

test('an overwrite policy, of the integration and of a rule, leaves later versions out', async () => {
  const connection = await connect(ledger, { overwritePolicy: 'ignore' });
  const { error } = await connection.tenant.owner.client.rpc('set_s3_folder_rule', {
    p_integration_id: connection.integrationId,
    p_prefix: 'again/',
    p_rule: { overwritePolicy: 'reprocess' },
  });
  expect(error).toBeNull();
  await record(ledger, connection, [listed('a.pdf'), listed('again/b.pdf')]);
  await record(ledger, connection, [listed('a.pdf', 'v2'), listed('again/b.pdf', 'v2')]);
  expect(await books(connection)).toEqual({
    found: 2,
    'skipped/overwrite_ignored': 1,
    'skipped/superseded': 1,
  });
});

test('a replay takes up what had ended', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf', 'v2')]);
  await settle(
    ledger,
    await startProcessing(ledger, await versionOf(ledger, connection, 'v1')),
    'failed',
    'pdf_corrupt',
  );
  expect(await books(connection)).toEqual({ 'failed/pdf_corrupt': 1, queued: 1 });
  await replay(ledger, connection, ['failed']);
  expect(await books(connection)).toEqual({ found: 1, queued: 1 });
});

test('a deletion ends what is pending; what goes with its row is counted no more', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf'), listed('b.pdf', 'v2'), listed('c.pdf', 'v3')]);
  await stage(ledger, await versionOf(ledger, connection, 'v1'));
  const { error } = await connection.tenant.owner.client.rpc('delete_s3_integration', {
    p_integration_id: connection.integrationId,
  });
  expect(error).toBeNull();
  expect(await ledger.housekeeping.settleDeletedIntegrations(100)).toBe(3);
  expect(await books(connection)).toEqual({ 'skipped/integration_deleted': 3 });
  const [first] = await objectsOf(ledger, connection);
  await ledger.rows('delete from public.s3_processed_objects where id = $1', [first?.id]);
  expect(await books(connection)).toEqual({ 'skipped/integration_deleted': 2 });
});

test('what is rolled back is counted nowhere', async () => {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed('a.pdf')]);
  const client = await ledger.stack.sql.connect();
  try {
    await client.query('begin');
    await client.query(
      `update public.s3_processed_objects set state = 'failed', reason = 'pdf_corrupt', due_at = null where integration_id = $1`,
      [connection.integrationId],
    );
    await client.query('savepoint here');
    await client.query('delete from public.s3_processed_objects where integration_id = $1', [
      connection.integrationId,
    ]);
    await client.query('rollback to savepoint here');
    await client.query('rollback');
  } finally {
    client.release();
  }
  expect(await books(connection)).toEqual({ found: 1 });
});
