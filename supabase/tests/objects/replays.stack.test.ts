import { runReplayBatches } from '@sluice/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Connection, connect, EPOCH, rpc, type Seed, seed, startObjectWorld } from './object-world.ts';

const world = await startObjectWorld();

interface Filter {
  readonly states?: readonly string[];
  readonly reasons?: readonly string[];
  readonly prefix?: string;
  readonly from?: number;
  readonly to?: number;
  readonly objectId?: string;
}
interface Preview {
  replayId: string;
  asOf: string;
  objects: number;
  bytes: number;
  superseded: number;
  leftAlone: number;
  knownPages: number;
  unknownObjects: number;
}
interface ReplayRow {
  status: string;
  replayed_objects: number;
  superseded_objects: number;
  examined_objects: number;
}

const ENDED = ['written_back', 'skipped', 'failed', 'dead'];
const at = (seconds: number) => new Date(EPOCH + seconds * 1000).toISOString();
const argumentsOf = (
  { integrationId }: Connection,
  { states, reasons, prefix, from, to, objectId }: Filter,
) => ({
  p_integration_id: integrationId,
  p_states: states ?? ENDED,
  ...(reasons === undefined ? {} : { p_reasons: reasons }),
  ...(prefix === undefined ? {} : { p_prefix: prefix }),
  ...(from === undefined ? {} : { p_found_from: at(from) }),
  ...(to === undefined ? {} : { p_found_to: at(to) }),
  ...(objectId === undefined ? {} : { p_object_id: objectId }),
});
const preview = (connection: Connection, filter: Filter) =>
  rpc<Preview>(connection, 'preview_s3_replay', argumentsOf(connection, filter));
const begin = (connection: Connection, filter: Filter, shown: Preview) =>
  rpc<string>(connection, 'create_s3_replay', {
    ...argumentsOf(connection, filter),
    p_replay_id: shown.replayId,
    p_as_of: shown.asOf,
    p_expected_objects: shown.objects,
  });

const batch = (limit = 1000, scan = 20_000, maxWaiting = 5_000) =>
  world.replays.runBatch({ limit, scan, maxWaiting });
const runAll = async (limit = 1000, scan = 20_000): Promise<void> => {
  for (let n = 0; n < 1000; n += 1) if ((await batch(limit, scan)) === null) return;
  throw new Error('the replays do not end');
};
const replay = async (id: string): Promise<ReplayRow> => {
  const [row] = await world.rows<ReplayRow>('select * from public.s3_replays where id = $1', [id]);
  if (row === undefined) throw new Error('no such replay');
  return row;
};
/** Ids of the objects that were taken up. */
const takenUp = async ({ integrationId }: Connection): Promise<string[]> =>
  (
    await world.rows<{ id: string }>(
      `select id from public.s3_processed_objects where integration_id = $1 and revision > 1 and state = 'found' order by id`,
      [integrationId],
    )
  ).map(({ id }) => id);

const failed = (count: number, more: Partial<Seed> = {}): Seed[] =>
  Array.from({ length: count }, (_, n) => ({
    key: `k${n}.pdf`,
    state: 'failed',
    reason: 'pdf_corrupt',
    ...more,
  }));

const LEFT_ALONE = [
  'own_output',
  'folder_marker',
  'object_name_unusable',
  'upstream_invalid',
  'not_pdf',
  'empty_object',
  'oversize',
];
const anObject = fc
  .record({
    folder: fc.constantFrom('a/', 'b/', 'out/'),
    state: fc.constantFrom('found', 'staged', ...ENDED),
    reason: fc.constantFrom('pdf_corrupt', 'not_pdf', 'access_denied', 'object_not_found', 'own_output'),
    foundAt: fc.integer({ min: 0, max: 6 }),
    sizeBytes: fc.integer({ min: 1, max: 1000 }),
    pages: fc.option(fc.integer({ min: 0, max: 9 })),
    isCurrent: fc.boolean(),
  })
  .map((object) => ({ ...object, reason: object.state === 'written_back' ? null : object.reason }));
const aFilter = fc.record(
  {
    states: fc.uniqueArray(fc.constantFrom(...ENDED), { minLength: 1, maxLength: 4 }),
    reasons: fc.uniqueArray(fc.constantFrom('pdf_corrupt', 'access_denied', 'not_pdf'), { minLength: 1 }),
    prefix: fc.constantFrom('a', 'a/', 'b/k1', 'o', 'zz'),
    from: fc.integer({ min: 0, max: 6 }),
    to: fc.integer({ min: 0, max: 7 }),
  },
  { requiredKeys: [] },
);

describe('a replay', () => {
  test('takes up exactly what its preview showed, whatever the filter and the size of a batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anObject, { maxLength: 40 }),
        aFilter,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        async (generated, filter, limit, scan) => {
          const connection = await connect(world);
          const objects = generated.map(({ folder, ...object }, n) => ({
            ...object,
            key: `${folder}k${n}.pdf`,
          }));
          const ids = await seed(world, connection, objects);
          const chosen = objects.flatMap((object, n) => {
            const isChosen =
              ENDED.includes(object.state) &&
              (filter.states?.includes(object.state) ?? true) &&
              (filter.reasons?.some((reason) => reason === object.reason) ?? true) &&
              object.key.startsWith(filter.prefix ?? '') &&
              object.foundAt >= (filter.from ?? 0) &&
              object.foundAt < (filter.to ?? 99);
            return isChosen ? [{ ...object, id: ids[n] ?? '' }] : [];
          });
          const replayable = chosen.filter(
            ({ key, state, reason }) =>
              !key.startsWith('out/') && !(state === 'skipped' && LEFT_ALONE.includes(reason ?? '')),
          );
          const expected = replayable.filter(({ isCurrent }) => isCurrent);

          const shown = await preview(connection, filter);
          expect(shown).toMatchObject({
            objects: expected.length,
            bytes: expected.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
            superseded: replayable.length - expected.length,
            leftAlone: chosen.length - replayable.length,
            knownPages: expected.reduce((sum, { pages }) => sum + (pages ?? 0), 0),
            unknownObjects: expected.filter(({ pages }) => pages === null).length,
          });
          const id = await begin(connection, filter, shown);
          await runAll(limit, scan);
          expect(await takenUp(connection)).toEqual(expected.map((object) => object.id).toSorted());
          expect(await replay(id)).toMatchObject({ status: 'completed', replayed_objects: expected.length });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('gives an object a new revision and a new job, keeps its row, and remembers who asked', async () => {
    const connection = await connect(world);
    const [id] = await seed(world, connection, failed(1));
    const read = () =>
      world.rows<Record<string, unknown>>('select * from public.s3_processed_objects where id = $1', [id]);
    const [before] = await read();
    await begin(connection, { states: ['failed'] }, await preview(connection, { states: ['failed'] }));
    await runAll();
    const [after] = await read();
    expect(after).toMatchObject({
      state: 'found',
      reason: null,
      revision: 2,
      attempts: 0,
      found_by: 'poll',
      found_at: before?.['found_at'],
    });
    expect(after?.['job_id']).not.toBe(before?.['job_id']);
    expect(after?.['state_changed_by']).toBe(connection.tenant.owner.id);
    expect(after?.['history']).toEqual([
      { at: expect.any(String) as string, state: 'failed', reason: 'pdf_corrupt' },
    ]);
  });

  test('that is asked for twice is begun once', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(3));
    const shown = await preview(connection, {});
    const [one, two] = await Promise.all([begin(connection, {}, shown), begin(connection, {}, shown)]);
    expect(one).toBe(two);
    await runAll();
    expect(await begin(connection, {}, shown)).toBe(one);
    await runAll();
    const rows = await world.rows(
      'select 1 from public.s3_processed_objects where integration_id = $1 and revision = 2',
      [connection.integrationId],
    );
    expect(rows).toHaveLength(3);
  });

  test('and another of the same objects do the work once', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(9));
    const [first, second] = [await preview(connection, {}), await preview(connection, { prefix: 'k' })];
    const ids = [await begin(connection, {}, first), await begin(connection, { prefix: 'k' }, second)];
    // Two sweeps at once.
    await Promise.all([runAll(2), runAll(2)]);
    const done = await Promise.all(ids.map((id) => replay(id)));
    expect(done.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(done.reduce((sum, { replayed_objects }) => sum + replayed_objects, 0)).toBe(9);
    const revisions = await world.rows<{ revision: number }>(
      'select distinct revision from public.s3_processed_objects where integration_id = $1',
      [connection.integrationId],
    );
    expect(revisions).toEqual([{ revision: 2 }]);
  });

  test('goes on where it stood after a kill between, and in the midst of, its batches', async () => {
    const connection = await connect(world);
    const ids = await seed(world, connection, failed(25));
    const id = await begin(connection, {}, await preview(connection, {}));
    let calls = 0;
    const dying = {
      runBatch: async (input: { limit: number; scan: number; maxWaiting: number }) => {
        calls += 1;
        if (calls % 2 === 0) throw new Error('killed');
        return world.replays.runBatch({ ...input, limit: 4 });
      },
    };
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const settings = { limit: 4, scan: 100, maxWaiting: 5_000, budgetMs: 10_000 };
    for (let sweep = 0; sweep < 5; sweep += 1) {
      await runReplayBatches({ ledger: dying, clock: { now: () => 0 }, log: quiet, settings }).catch(
        () => undefined,
      );
      // A batch whose process dies before its end leaves nothing of itself.
      const client = await world.stack.sql.connect();
      try {
        await client.query('begin');
        await client.query('select public.run_replay_batch(4, 100, 5000)');
        await client.query('rollback');
      } finally {
        client.release();
      }
    }
    expect((await takenUp(connection)).length).toBe(20);
    expect((await replay(id)).status).toBe('running');
    await runAll(4);
    expect(await takenUp(connection)).toEqual(ids.toSorted());
    expect(await replay(id)).toMatchObject({ status: 'completed', replayed_objects: 25 });
  });

  test('leaves alone, and counts, what a newer version has replaced since the preview', async () => {
    const connection = await connect(world);
    const ids = await seed(world, connection, failed(5));
    const id = await begin(connection, {}, await preview(connection, {}));
    await world.rows('update public.s3_processed_objects set is_current = false where id = any ($1)', [
      ids.slice(0, 2),
    ]);
    await runAll();
    expect(await replay(id)).toMatchObject({
      status: 'completed',
      replayed_objects: 3,
      superseded_objects: 2,
    });
    expect(await takenUp(connection)).toEqual(ids.slice(2).toSorted());
  });

  test('takes up nothing that settled after its preview', async () => {
    const connection = await connect(world);
    const [pending] = await seed(world, connection, [{ key: 'later.pdf', state: 'found' }, ...failed(2)]);
    const shown = await preview(connection, {});
    await world.rows(
      `update public.s3_processed_objects set state = 'failed', reason = 'pdf_corrupt', due_at = null, state_changed_at = now() where id = $1`,
      [pending],
    );
    const id = await begin(connection, {}, shown);
    await runAll();
    expect(await replay(id)).toMatchObject({ replayed_objects: 2 });
    expect(await takenUp(connection)).not.toContain(pending);
  });

  test('is refused when much has changed since its preview', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(40));
    const shown = await preview(connection, {});
    await world.rows(
      `update public.s3_processed_objects set is_current = false where integration_id = $1 and key like 'k1%'`,
      [connection.integrationId],
    );
    await expect(begin(connection, {}, shown)).rejects.toThrow(/PT409 conflict .*showed 40 .* 29 are left/);
  });

  test('stops when it is cancelled, and when its integration is deleted', async () => {
    for (const stop of ['cancel_s3_replay', 'delete_s3_integration']) {
      const connection = await connect(world);
      await seed(world, connection, failed(6));
      const id = await begin(connection, {}, await preview(connection, {}));
      await batch(2);
      await rpc(connection, stop, {
        p_integration_id: connection.integrationId,
        ...(stop === 'cancel_s3_replay' ? { p_replay_id: id } : {}),
      });
      await runAll();
      expect(await replay(id), stop).toMatchObject({ status: 'cancelled', replayed_objects: 2 });
    }
  });

  test('waits while its integration is paused, and while enough objects wait already', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(6));
    const id = await begin(connection, {}, await preview(connection, {}));
    const setStatus = (status: string) =>
      rpc(connection, 'update_s3_integration', {
        p_integration_id: connection.integrationId,
        p_changes: { status },
      });
    await setStatus('paused');
    expect(await batch()).toBeNull();
    await setStatus('active');
    expect(await batch(3, 100, 3)).toMatchObject({ replayed: 3, isEnded: false });
    expect(await batch(3, 100, 3)).toBeNull();
    await world.rows(
      `update public.s3_processed_objects set state = 'queued' where integration_id = $1 and state = 'found'`,
      [connection.integrationId],
    );
    expect(await batch(3, 100, 3)).toMatchObject({ replayed: 3, isEnded: true });
    expect(await replay(id)).toMatchObject({ status: 'completed' });
  });

  test('takes turns with others', async () => {
    const connections = await Promise.all([connect(world), connect(world)]);
    for (const connection of connections) {
      await seed(world, connection, failed(4));
      await begin(connection, {}, await preview(connection, {}));
    }
    const turns = [];
    for (let n = 0; n < 4; n += 1) turns.push((await batch(2))?.integrationId);
    expect(new Set(turns.slice(0, 2)).size).toBe(2);
    expect(new Set(turns.slice(2)).size).toBe(2);
  });

  test('is audited with who asked for what', async () => {
    const connection = await connect(world);
    await seed(world, connection, failed(1));
    await begin(connection, { prefix: 'k' }, await preview(connection, { prefix: 'k' }));
    await runAll();
    const events = await world.rows<{
      action: string;
      actor_kind: string;
      actor_id: string | null;
      after: Record<string, unknown>;
    }>(
      `select action, actor_kind, actor_id, after from public.audit_events where tenant_id = $1 and record_type = 's3_replays' order by id`,
      [connection.tenant.id],
    );
    expect(events).toMatchObject([
      {
        action: 'insert',
        actor_kind: 'user',
        actor_id: connection.tenant.owner.id,
        after: { prefix: 'k', expected_objects: 1 },
      },
      { action: 'update', actor_kind: 'engine', actor_id: null, after: { status: 'completed' } },
    ]);
  });
});

test('the history of an object holds its last 50 changes', async () => {
  const connection = await connect(world);
  const [id] = await seed(world, connection, [{ key: 'a.pdf', state: 'found' }]);
  for (let n = 0; n < 60; n += 1) {
    await world.rows(
      `update public.s3_processed_objects set reason = $2, attempts = $3, state_changed_at = now() where id = $1`,
      [id, `reason_${n}`, n],
    );
  }
  // What changes nothing is not remembered.
  await world.rows('update public.s3_processed_objects set due_at = now() where id = $1', [id]);
  const [row] = await world.rows<{ history: { reason: string; attempt: number }[] }>(
    'select history from public.s3_processed_objects where id = $1',
    [id],
  );
  expect(row?.history.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 50 }, (_, n) => `reason_${n + 9}`),
  );
  expect(row?.history.at(-1)).toMatchObject({ attempt: 58, state: 'found' });
});
