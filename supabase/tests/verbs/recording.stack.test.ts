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
import {
  completeWriteback,
  settle,
  stage,
  startProcessing,
  startWriteback,
  versionOf,
} from '../support/work.ts';

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

describe('a key that is overwritten', () => {
  test('has its new version processed, and the old one superseded if nobody is working on it', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    expect(await record(ledger, connection, [listed('a.pdf', 'B')])).toMatchObject({
      inserted: 1,
      revived: 0,
    });
    expect(await objectsOf(ledger, connection)).toMatchObject([
      { etag: 'A', is_current: false, state: 'skipped', reason: 'superseded', due_at: null },
      { etag: 'B', is_current: true, state: 'found' },
    ]);
  });

  test('and goes back to what it was has that version done again, as a new revision with a job of its own', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    await stage(ledger, await versionOf(ledger, connection, 'A'));
    await completeWriteback(ledger, await startWriteback(ledger, await versionOf(ledger, connection, 'A')));
    const before = await versionOf(ledger, connection, 'A');
    expect(before.state).toBe('written_back');
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    expect(await record(ledger, connection, [listed('a.pdf', 'A')])).toMatchObject({
      inserted: 0,
      revived: 1,
    });
    const after = await versionOf(ledger, connection, 'A');
    expect(after).toMatchObject({
      id: before.id,
      is_current: true,
      state: 'found',
      revision: 2,
      attempts: 0,
      lease_id: null,
    });
    expect(after.job_id).not.toBe(before.job_id);
    expect(await versionOf(ledger, connection, 'B')).toMatchObject({
      is_current: false,
      state: 'skipped',
      reason: 'superseded',
    });
  });

  test('and goes back while the old run is in flight leaves that run without effect', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    const running = await startProcessing(ledger, await versionOf(ledger, connection, 'A'));
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    const before = await fingerprint(ledger, connection);
    expect(
      await ledger.objects.completeProcessing(
        running,
        { outputs: [], pages: 1, report: {}, amountMicros: 1 },
        60,
      ),
    ).toBe(false);
    expect(await settle(ledger, running, 'failed', 'pdf_corrupt')).toBeNull();
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('and goes back while the old version is being written waits for the writer', async () => {
    const connection = await connect(ledger);
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    await stage(ledger, await versionOf(ledger, connection, 'A'));
    const writing = await startWriteback(ledger, await versionOf(ledger, connection, 'A'));
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    expect(await record(ledger, connection, [listed('a.pdf', 'A')])).toMatchObject({
      revived: 0,
      deferred: 1,
    });
    expect(await completeWriteback(ledger, writing)).toBe(true);
    expect(await record(ledger, connection, [listed('a.pdf', 'A')])).toMatchObject({
      revived: 1,
      deferred: 0,
    });
  });

  test('keeps its first result under the policy ignore, and says so once', async () => {
    const connection = await connect(ledger, { overwritePolicy: 'ignore' });
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    expect(await record(ledger, connection, [listed('a.pdf', 'B')])).toMatchObject({
      inserted: 1,
      skipped: 1,
    });
    expect(await objectsOf(ledger, connection)).toMatchObject([
      { etag: 'A', is_current: true, state: 'found' },
      { etag: 'B', is_current: false, state: 'skipped', reason: 'overwrite_ignored' },
    ]);
    const poll = await beginPoll(ledger, connection);
    const before = await fingerprint(ledger, connection);
    expect(await record(ledger, connection, [listed('a.pdf', 'B')], poll)).toMatchObject({
      inserted: 0,
      revived: 0,
      skipped: 0,
    });
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('is taken under the policy ignore when the first version was gone before it was read', async () => {
    const connection = await connect(ledger, { overwritePolicy: 'ignore' });
    await record(ledger, connection, [listed('a.pdf', 'A')]);
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    const running = await startProcessing(ledger, await versionOf(ledger, connection, 'A'));
    await settle(ledger, running, 'skipped', 'object_changed');
    expect(await record(ledger, connection, [listed('a.pdf', 'B')])).toMatchObject({ revived: 1 });
    expect(await versionOf(ledger, connection, 'B')).toMatchObject({
      is_current: true,
      state: 'found',
      revision: 2,
    });
  });

  test('is decided anew when the policy changes: nothing listed is vouched for, and no poll under way can', async () => {
    const connection = await connect(ledger, { overwritePolicy: 'ignore' });
    const { integrationId, tenant } = connection;
    const digest = '0123456789abcdef0123456789abcdef';
    const upserts = [
      { startAfter: '', objectCount: 1, digest, isListed: true },
      { startAfter: 'm', objectCount: 0, digest, isListed: true },
    ];
    const poll = await beginPoll(ledger, connection);
    await record(ledger, connection, [listed('a.pdf', 'A')], poll);
    await record(ledger, connection, [listed('a.pdf', 'B')], poll);
    await ledger.polls.savePollProgress(leaseOf(poll), { upserts, removed: [] });
    const patch = async (changes: Record<string, string>) => {
      const { error } = await tenant.owner.client.rpc('update_s3_integration', {
        p_integration_id: integrationId,
        p_changes: changes,
      });
      expect(error).toBeNull();
    };
    const save = () => ledger.polls.savePollProgress(leaseOf(poll), { upserts, removed: [] });

    // Neither another field nor the same policy again costs anything.
    await patch({ language: 'de', name: 'Other', overwritePolicy: 'ignore' });
    await save();
    await patch({ overwritePolicy: 'reprocess' });
    await expect(save()).rejects.toMatchObject({ code: 'conflict' });
    const next = await beginPoll(ledger, connection);
    expect(next.cycle).toBe(poll.cycle + 1);
    expect(next.slices).toEqual(upserts.map((slice) => ({ ...slice, digest: null, isListed: false })));
    expect(await record(ledger, connection, [listed('a.pdf', 'B')], next)).toMatchObject({ revived: 1 });
  });

  test('follows the policy of the folder with the longest prefix', async () => {
    const connection = await connect(ledger);
    await ledger.rows(
      `insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix, overwrite_policy)
       values ($1, $2, 'x/', 'ignore'), ($1, $2, 'x/y/', 'reprocess')`,
      [connection.tenant.id, connection.integrationId],
    );
    const page = (etag: string) => [
      listed('x/1.pdf', etag),
      listed('x/y/2.pdf', etag),
      listed('z.pdf', etag),
    ];
    await record(ledger, connection, page('A'));
    await record(ledger, connection, page('B'));
    const rows = await objectsOf(ledger, connection);
    expect(rows.filter(({ etag }) => etag === 'B').map(({ key, reason }) => [key, reason])).toEqual([
      ['x/1.pdf', 'overwrite_ignored'],
      ['x/y/2.pdf', null],
      ['z.pdf', null],
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
