import { describe, expect, test } from 'vitest';
import {
  beginPoll,
  connect,
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

  test('is vouched for by no slice until that is saved again, whatever becomes of the listing', async () => {
    const connection = await connect(ledger);
    await ledger.rows(`update public.s3_integrations set overwrite_policy = 'ignore' where id = $1`, [
      connection.integrationId,
    ]);
    const poll = await beginPoll(ledger, connection);
    const [first, second] = ['', 'm'].map((startAfter) => ({
      startAfter,
      objectCount: 1,
      digest: (startAfter === '' ? 'a' : 'b').repeat(32),
      isListed: true,
    }));
    if (first === undefined || second === undefined) throw new Error('Two slices.');
    const save = (...upserts: readonly (typeof first)[]) =>
      ledger.polls.savePollProgress(leaseOf(poll), { upserts, removed: [] });
    const digests = async () =>
      (
        await ledger.rows<{ digest: string | null }>(
          'select digest from public.s3_listing_slices where integration_id = $1 order by start_after',
          [connection.integrationId],
        )
      ).map(({ digest }) => digest);
    await record(ledger, connection, [listed('a.pdf', 'A'), listed('n.pdf', 'A')], poll);
    await save(first, second);
    // Neither what is new nor a version that is left out puts another aside.
    await record(ledger, connection, [listed('b.pdf', 'A'), listed('n.pdf', 'B')], poll);
    expect(await digests()).toEqual([first.digest, second.digest]);
    await ledger.rows(`update public.s3_integrations set overwrite_policy = 'reprocess' where id = $1`, [
      connection.integrationId,
    ]);
    await record(ledger, connection, [listed('a.pdf', 'A'), listed('n.pdf', 'C')], poll);
    expect(await digests()).toEqual([first.digest, null]);
    await save(second);
    expect(await digests()).toEqual([first.digest, second.digest]);
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
