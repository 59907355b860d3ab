import { describe, expect, test } from 'vitest';
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
import {
  completeProcessing,
  completeWriteback,
  OUTPUTS,
  stage,
  startProcessing,
  startWriteback,
  sweep,
  versionOf,
} from '../support/work.ts';

const ledger = await startLedger();

const staged = async (wanted: Parameters<typeof connect>[1] = {}) => {
  const connection = await connect(ledger, wanted);
  await record(ledger, connection, [listed('a.pdf')]);
  const row = await onlyObject(ledger, connection);
  await stage(ledger, row);
  return { connection, row };
};

/** A key of which two versions are staged, under keep_versions. */
const twoVersions = async (): Promise<{ connection: Connection; ids: string[] }> => {
  const connection = await connect(ledger, { overwritePolicy: 'keep_versions' });
  await record(ledger, connection, [listed('a.pdf', 'A')]);
  const running = await startProcessing(ledger, await versionOf(ledger, connection, 'A'));
  await record(ledger, connection, [listed('a.pdf', 'B')]);
  await completeProcessing(ledger, running);
  await stage(ledger, await versionOf(ledger, connection, 'B'));
  return { connection, ids: (await objectsOf(ledger, connection)).map(({ id }) => id) };
};

describe('writing back', () => {
  test('is begun once, however often its message is delivered', async () => {
    const { row } = await staged();
    const begun = await Promise.all(
      Array.from({ length: 10 }, () => ledger.objects.beginWriteback([row.id, row.id], LEASE_SECONDS)),
    );
    expect(begun.flatMap(({ objects }) => objects)).toMatchObject([
      { objectId: row.id, stagedOutputs: OUTPUTS, overwritePolicy: 'reprocess' },
    ]);
  });

  test('ends in written_back with what was written, once', async () => {
    const { connection, row } = await staged();
    const object = await startWriteback(ledger, row);
    expect(await completeWriteback(ledger, object)).toBe(true);
    expect(await onlyObject(ledger, connection)).toMatchObject({
      state: 'written_back',
      staged_outputs: null,
      lease_id: null,
      due_at: null,
    });
    const before = await fingerprint(ledger, connection);
    expect(await completeWriteback(ledger, object)).toBe(false);
    expect(await fingerprint(ledger, connection)).toEqual(before);
  });

  test('is taken from a writer that died, which is then too late', async () => {
    const { connection, row } = await staged();
    const dead = await startWriteback(ledger, row);
    await makeDue(ledger, connection);
    expect(await sweep(ledger)).toMatchObject([{ target: 'writeback' }]);
    const object = await startWriteback(ledger, row);
    expect(object.attempts).toBe(2);
    expect(await completeWriteback(ledger, dead)).toBe(false);
    expect(await completeWriteback(ledger, object)).toBe(true);
    expect((await onlyObject(ledger, connection)).state).toBe('written_back');
  });

  test('never happens for a paused integration', async () => {
    const { connection, row } = await staged();
    await connection.tenant.owner.client.rpc('update_s3_integration', {
      p_integration_id: connection.integrationId,
      p_changes: { status: 'paused' },
    });
    const others = async () =>
      (await fingerprint(ledger, connection)).filter((line) => !line.startsWith('s3_processed_objects '));
    const [[before], untouched] = [await objectsOf(ledger, connection), await others()];
    expect((await ledger.objects.beginWriteback([row.id], LEASE_SECONDS)).objects).toEqual([]);
    // Its message is used up: it is the sweep's again, as soon as the integration is active. Nothing else has changed.
    const [after] = await objectsOf(ledger, connection);
    expect(after).toEqual({ ...before, due_at: after?.due_at });
    expect(
      await ledger.rows('select 1 from public.s3_processed_objects where id = $1 and due_at <= now()', [
        row.id,
      ]),
    ).toHaveLength(1);
    expect(await others()).toEqual(untouched);
  });

  test('never happens for a version that is superseded', async () => {
    const { connection, row } = await staged();
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    expect((await ledger.objects.beginWriteback([row.id], LEASE_SECONDS)).objects).toEqual([]);
    expect(await versionOf(ledger, connection, 'v1')).toMatchObject({
      state: 'skipped',
      reason: 'superseded',
      due_at: null,
    });
  });

  test('of a new version waits for the one that is being written', async () => {
    const { connection, row } = await staged();
    const writing = await startWriteback(ledger, row);
    await record(ledger, connection, [listed('a.pdf', 'B')]);
    const next = await versionOf(ledger, connection, 'B');
    await stage(ledger, next);
    expect((await ledger.objects.beginWriteback([next.id], LEASE_SECONDS)).objects).toEqual([]);
    expect(await versionOf(ledger, connection, 'B')).toMatchObject({
      state: 'staged',
      lease_id: null,
      attempts: 0,
    });
    expect(await completeWriteback(ledger, writing)).toBe(true);
    expect((await ledger.objects.beginWriteback([next.id], LEASE_SECONDS)).objects).toHaveLength(1);
  });

  test('never takes two versions of a key at once, asked for together', async () => {
    const { connection, ids } = await twoVersions();
    const first = await ledger.objects.beginWriteback(ids, LEASE_SECONDS);
    expect(first.objects).toHaveLength(1);
    const [object] = first.objects;
    if (object === undefined) throw new Error('nothing was taken');
    await completeWriteback(ledger, object);
    expect((await ledger.objects.beginWriteback(ids, LEASE_SECONDS)).objects).toHaveLength(1);
    expect((await objectsOf(ledger, connection)).map(({ state }) => state).toSorted()).toEqual([
      'staged',
      'written_back',
    ]);
  });

  test('never takes two versions of a key at once, asked for by two at the same time', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { ids } = await twoVersions();
      const begun = await Promise.all(ids.map((id) => ledger.objects.beginWriteback([id], LEASE_SECONDS)));
      expect(begun.flatMap(({ objects }) => objects).length).toBeLessThanOrEqual(1);
    }
  });

  test('of two versions asked for in one transaction after the other began waits for its decision', async () => {
    const { ids } = await twoVersions();
    const [first, second] = ids;
    const client = await ledger.stack.sql.connect();
    try {
      await client.query('begin');
      await client.query('select public.begin_writeback(array[$1::uuid], 60)', [first]);
      // Not committed: nobody can see its lease yet.
      expect((await ledger.objects.beginWriteback([second ?? ''], LEASE_SECONDS)).objects).toEqual([]);
    } finally {
      await client.query('rollback');
      client.release();
    }
    expect((await ledger.objects.beginWriteback([second ?? ''], LEASE_SECONDS)).objects).toHaveLength(1);
  });

  test('writes every version under keep_versions, an earlier one too', async () => {
    const { connection, ids } = await twoVersions();
    for (const id of ids) await completeWriteback(ledger, await startWriteback(ledger, { id }));
    expect((await objectsOf(ledger, connection)).map(({ state }) => state)).toEqual([
      'written_back',
      'written_back',
    ]);
  });
});
