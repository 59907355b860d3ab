import { runReplayBatches } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { connect, rpc, seed, startObjectWorld } from './object-world.ts';
import { begin, engineOf, failed, preview } from './replay-verbs.ts';

const world = await startObjectWorld();
const { batch, replay, runAll, takenUp } = engineOf(world);

describe('a replay', () => {
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
