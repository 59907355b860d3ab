import { addMember } from '@sluice/testkit';
import { type Answer, at, call, newTenant } from '@sluice/testkit/api-client';
import { type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { BUCKET, newFolderOf } from '../support/drafts.ts';
import { openSql, park } from '../support/fixtures.ts';

/** Draft, active, paused, disabled, deleted: what leads from one to the other, and what each of them stops. */

const sql = openSql();
const ROUTE = '/api/integrations/s3';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: [BUCKET] });
});
afterAll(() => fake.stop());

const newFolder = (
  tenant?: Awaited<ReturnType<typeof newTenant>>,
  changes: Readonly<Record<string, unknown>> = {},
) => newFolderOf(sql, fake, tenant, changes);

const code = ({ status, body }: Answer) => [status, at(body, 'code')];

/** Whether the cron would poll it now. Nothing is claimed: others' integrations are in the same database. */
const isDue = async (id: string): Promise<boolean> => {
  const client = await sql.connect();
  try {
    await client.query('begin');
    await client.query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
      id,
    ]);
    const { rows } = await client.query(
      'select 1 from public.claim_due_polls(1000, 60) where integration_id = $1',
      [id],
    );
    return rows.length > 0;
  } finally {
    await client.query('rollback');
    client.release();
  }
};

const overridesOf = async (id: string): Promise<unknown[]> =>
  (
    await sql.query(
      `select actor_id, after -> 'activation_override' as override from public.audit_events
       where record_id = $1 and jsonb_typeof(after -> 'activation_override') = 'object' order by id`,
      [id],
    )
  ).rows;

describe('starting', () => {
  test('a draft is never polled; a passed test of its configuration lets it start', async () => {
    const draft = await newFolder();
    expect((await draft.read()).body).toMatchObject({ status: 'draft', startedAt: null, startFrom: null });
    expect(await isDue(draft.id)).toBe(false);

    expect(code(await draft.start())).toEqual([409, 'connection_not_tested']);
    expect(at((await draft.test()).body, 'outcome')).toBe('passed');
    const started = await draft.start();
    expect(started.body).toMatchObject({ status: 'active', startFrom: null, activationOverride: null });
    expect(at(started.body, 'startedAt')).not.toBeNull();
    expect(await isDue(draft.id)).toBe(true);
    // Asked twice, it is started once.
    expect(at((await draft.start()).body, 'startedAt')).toBe(at(started.body, 'startedAt'));
    expect(await overridesOf(draft.id)).toEqual([]);
  });

  test('a failed test refuses it, naming the checks, unless an admin says why it may be', async () => {
    const draft = await newFolder();
    fake.addFault((request, proceed) =>
      request.key.startsWith(draft.folder) && request.method === 'DELETE'
        ? faults.denies('s3:DeleteObject')(request, proceed)
        : proceed(),
    );
    expect(at((await draft.test()).body, 'outcome')).toBe('failed');
    const refused = await draft.start();
    expect(code(refused)).toEqual([409, 'connection_test_failed']);
    expect(at(refused.body, 'detail')).toMatch(/delete/);
    expect(at(refused.body, 'remedy')).toMatch(/override/);

    const admin = await addMember(inject('stack'), draft.tenant, 'admin');
    const started = await call('POST', `${ROUTE}/${draft.id}/start`, {
      token: admin.accessToken,
      body: { override: { reason: '  Deleting is forbidden here. ' } },
    });
    await park(sql, draft.id);
    const override = {
      reason: 'Deleting is forbidden here.',
      checks: ['delete'],
      by: admin.id,
      at: expect.any(String) as unknown,
    };
    expect(started.body).toMatchObject({ status: 'active', activationOverride: override });
    expect(await overridesOf(draft.id)).toMatchObject([{ actor_id: admin.id, override }]);
    // Overridden once more in the same words, it is an event once more.
    await draft.change({ status: 'disabled' });
    expect((await draft.start({ override: { reason: override.reason } })).status).toBe(200);
    expect(await overridesOf(draft.id)).toHaveLength(2);
  });

  test('an override that was not needed is none', async () => {
    const draft = await newFolder();
    await draft.test();
    const started = await draft.start({ override: { reason: 'To be sure.' } });
    expect(started.body).toMatchObject({ status: 'active', activationOverride: null });
    expect(await overridesOf(draft.id)).toEqual([]);
  });

  test('takes an instant, now, or everything', async () => {
    const draft = await newFolder();
    await draft.test();
    const before = Date.now();
    const at1 = at((await draft.start({ startFrom: 'now' })).body, 'startFrom');
    expect(Math.abs(Date.parse(String(at1)) - before)).toBeLessThan(60_000);
    for (const [startFrom, expected] of [
      ['2025-01-01T00:00:00+01:00', Date.parse('2024-12-31T23:00:00Z')],
      ['everything', null],
      ['2025-06-01T00:00:00Z', Date.parse('2025-06-01T00:00:00Z')],
      [null, null],
    ] as const) {
      const changed = at((await draft.change({ startFrom })).body, 'startFrom');
      expect(typeof changed === 'string' ? Date.parse(changed) : changed, String(startFrom)).toBe(expected);
    }
    for (const startFrom of ['yesterday', '2025-13-01T00:00:00Z', 'infinity', '2025-01-01', '']) {
      expect((await draft.change({ startFrom })).status, startFrom).toBe(400);
      const { status } = await draft.tenant.owner.client.rpc('update_s3_integration', {
        p_integration_id: draft.id,
        p_changes: { startFrom },
      });
      expect(status, startFrom).toBe(400);
    }
  });

  test('is the same past the API: through PostgREST nothing starts that may not', async () => {
    const draft = await newFolder();
    const start = (client: typeof draft.tenant.owner.client, p_start: unknown) =>
      client.rpc('start_s3_integration', { p_integration_id: draft.id, p_start });
    const { owner } = draft.tenant;
    const member = await addMember(inject('stack'), draft.tenant, 'member');
    const stranger = (await newTenant()).owner;
    expect((await start(member.client, {})).status).toBe(403);
    expect((await start(stranger.client, {})).status).toBe(404);
    expect((await start(owner.client, {})).error).toMatchObject({ message: 'connection_not_tested' });
    for (const wrong of [
      [],
      'now',
      { surprise: 1 },
      { startFrom: 1 },
      { override: 'because' },
      { override: {} },
      { override: { reason: '  ' } },
      { override: { reason: 'x'.repeat(501) } },
      { override: { reason: 'ok', by: owner.id } },
    ]) {
      expect((await start(owner.client, wrong)).status, JSON.stringify(wrong)).toBe(400);
    }
    for (const status of ['active', 'paused']) {
      const { error } = await owner.client.rpc('update_s3_integration', {
        p_integration_id: draft.id,
        p_changes: { status },
      });
      expect(error).toMatchObject({ message: 'not_started' });
    }
    expect(at((await draft.read()).body, 'status')).toBe('draft');
    expect((await start(owner.client, { override: { reason: 'So be it.' } })).error).toBeNull();
    await park(sql, draft.id);
  });
});

describe('stopping', () => {
  test('paused is taken up without a test; disabled only by a start, which asks for one again', async () => {
    const draft = await newFolder();
    await draft.test();
    await draft.start();
    expect(at((await draft.change({ status: 'paused' })).body, 'status')).toBe('paused');
    expect(await isDue(draft.id)).toBe(false);
    // A test that failed since does not keep it from going on.
    await sql.query(
      `update public.s3_integrations set last_test = jsonb_set(last_test, '{outcome}', '"failed"') where id = $1`,
      [draft.id],
    );
    expect(at((await draft.change({ status: 'active' })).body, 'status')).toBe('active');

    expect(at((await draft.change({ status: 'disabled' })).body, 'status')).toBe('disabled');
    await park(sql, draft.id);
    expect(await isDue(draft.id)).toBe(false);
    for (const status of ['active', 'paused']) {
      expect(code(await draft.change({ status }))).toEqual([409, 'not_started']);
    }
    expect(code(await draft.start())).toEqual([409, 'connection_test_failed']);
    await draft.test();
    expect(at((await draft.start()).body, 'status')).toBe('active');
    const secrets = await sql.query('select 1 from private.sealed_secrets where record_id = $1', [draft.id]);
    expect(secrets.rows).toHaveLength(1);
  });
});
