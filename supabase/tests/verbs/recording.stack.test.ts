import { describe, expect, test } from 'vitest';
import {
  beginPoll,
  connect,
  databaseNow,
  fingerprint,
  leaseOf,
  listed,
  objectsOf,
  record,
  startLedger,
} from '../support/ledger.ts';
import { settle, startProcessing, versionOf } from '../support/work.ts';

const ledger = await startLedger();

const AWKWARD = [
  'plain.pdf',
  'a b/c+d %20 & #?.pdf',
  'quote\'s "double" back\\slash.pdf',
  '{braces,and}NULL.pdf',
  'ümläut/日本語/\u{1f600}.pdf',
  '//leading//double.pdf',
  'tab\tnewline\n.pdf',
  'NULL',
];

describe('recording a page', () => {
  test('writes nothing at all for what the ledger holds already', async () => {
    const connection = await connect(ledger);
    const page = AWKWARD.map((key) => listed(key)).concat(
      listed('big.pdf', 'v1', { skipReason: 'oversize' }),
    );
    const poll = await beginPoll(ledger, connection);
    expect(await record(ledger, connection, page, poll)).toMatchObject({
      inserted: 9,
      revived: 0,
      skipped: 1,
      deferred: 0,
    });
    const before = await fingerprint(ledger, connection);
    expect(await record(ledger, connection, page, poll)).toMatchObject({
      inserted: 0,
      revived: 0,
      skipped: 0,
      deferred: 0,
    });
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('keeps every name as it is', async () => {
    const connection = await connect(ledger);
    await record(
      ledger,
      connection,
      AWKWARD.map((key) => listed(key, '"e\\\'t,ag"')),
    );
    const rows = await objectsOf(ledger, connection);
    expect(rows.map(({ key }) => key).toSorted()).toEqual(AWKWARD.toSorted());
    expect(new Set(rows.map(({ etag }) => etag))).toEqual(new Set(['"e\\\'t,ag"']));
  });

  test('takes a thousand objects in one call', async () => {
    const connection = await connect(ledger);
    const page = Array.from({ length: 1000 }, (_, n) =>
      listed(`${'deep/'.repeat(100)}${n}-${'x'.repeat(400)}.pdf`),
    );
    expect(await record(ledger, connection, page)).toMatchObject({ inserted: 1000 });
  });

  test('takes a key that comes twice once', async () => {
    const connection = await connect(ledger);
    expect(
      await record(ledger, connection, [listed('a.pdf'), listed('a.pdf'), listed('a.pdf', 'v2')]),
    ).toMatchObject({ inserted: 1 });
    expect(await objectsOf(ledger, connection)).toHaveLength(1);
  });

  test('says and logs why an object is skipped', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [
      listed('a.txt', 'v1', { skipReason: 'not_pdf' }),
      listed('b.pdf', 'v1', { skipReason: 'oversize' }),
    ]);
    expect(await objectsOf(ledger, connection)).toMatchObject([
      { key: 'a.txt', state: 'skipped', reason: 'not_pdf', due_at: null },
      { key: 'b.pdf', state: 'skipped', reason: 'oversize', due_at: null },
    ]);
    const lines = await ledger.rows<{ line: string }>(
      `select level || ' ' || message as line from public.app_logs where integration_id = $1 order by message`,
      [connection.integrationId],
    );
    expect(lines.map(({ line }) => line)).toEqual([
      'info skipped a.txt: not_pdf',
      'warn skipped b.pdf: oversize',
    ]);
  });
});

describe('a page that may be older than the ledger', () => {
  test('does not override it, and says to compare again', async () => {
    const connection = await connect(ledger);
    const poll = await beginPoll(ledger, connection);
    const earlier = await databaseNow(ledger);
    await record(ledger, connection, [listed('a.pdf', 'B')], poll);
    const before = await fingerprint(ledger, connection);
    expect(await ledger.polls.recordObjects(leaseOf(poll), earlier, [listed('a.pdf', 'A')])).toMatchObject({
      inserted: 0,
      deferred: 1,
    });
    expect(await fingerprint(ledger, connection)).toEqual(before);
    expect(await record(ledger, connection, [listed('a.pdf', 'A')], poll)).toMatchObject({
      inserted: 1,
      deferred: 0,
    });
  });
});

describe('an object that was gone', () => {
  test('is taken up again when a later listing shows it', async () => {
    const connection = await connect(ledger);
    const poll = await beginPoll(ledger, connection);
    await record(ledger, connection, [listed('a.pdf')], poll);
    const earlier = await databaseNow(ledger);
    const running = await startProcessing(ledger, await versionOf(ledger, connection, 'v1'));
    expect(await settle(ledger, running, 'skipped', 'object_not_found')).toBe('skipped');
    expect(await ledger.polls.recordObjects(leaseOf(poll), earlier, [listed('a.pdf')])).toMatchObject({
      revived: 0,
      deferred: 1,
    });
    expect(await record(ledger, connection, [listed('a.pdf')], poll)).toMatchObject({
      revived: 1,
      deferred: 0,
    });
    expect(await versionOf(ledger, connection, 'v1')).toMatchObject({
      state: 'found',
      revision: 2,
      reason: null,
    });
  });

  test('is believed later each time that the bucket lists it and then denies it', async () => {
    const connection = await connect(ledger);
    const poll = await beginPoll(ledger, connection);
    await record(ledger, connection, [listed('a.pdf')], poll);
    const vanish = async () =>
      settle(
        ledger,
        await startProcessing(ledger, await versionOf(ledger, connection, 'v1')),
        'skipped',
        'object_not_found',
      );
    await vanish();
    await record(ledger, connection, [listed('a.pdf')], poll);
    await vanish();
    expect(await record(ledger, connection, [listed('a.pdf')], poll)).toMatchObject({
      revived: 0,
      deferred: 1,
    });
    await ledger.rows(
      `update public.s3_processed_objects set state_changed_at = state_changed_at - interval '31 seconds' where integration_id = $1`,
      [connection.integrationId],
    );
    expect(await record(ledger, connection, [listed('a.pdf')], poll)).toMatchObject({
      revived: 1,
      deferred: 0,
    });
  });
});
