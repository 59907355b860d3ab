import { addMember } from '@sluice/testkit';
import { at, call, type newTenant } from '@sluice/testkit/api-client';
import type { FakeAccount } from '@sluice/testkit/fake-cloudflare';
import { describe, expect, inject, test } from 'vitest';
import { openSql } from '../support/fixtures.ts';
import { BUCKET, failure, newR2World, outcomes } from '../support/r2-world.ts';

const sql = openSql();
const NAMES = ['queue', 'dead_letter_queue', 'rule', 'worker', 'consumer', 'address'];

const world = (given: Partial<FakeAccount> = {}) => newR2World(sql, given);

const all = (outcome: string, changes: object = {}) => ({
  ...Object.fromEntries(NAMES.map((name) => [name, outcome])),
  ...changes,
});

const now = async () =>
  (await sql.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now ?? new Date();

/** What the tenant's audit tells of the receiver of an integration. */
const auditOf = async (tenant: Awaited<ReturnType<typeof newTenant>>, id: string, since: Date) =>
  (
    await sql.query<{ action: string; after: unknown }>(
      `select action, after from public.audit_events
       where tenant_id = $1 and actor_id = $2 and at >= $3 and record_type = 's3_r2_receivers' and record_id = $4 order by id`,
      [tenant.id, tenant.owner.id, since, id],
    )
  ).rows;

describe('a deployment', () => {
  test('sets everything up that the files would', async () => {
    const { account, deploy, receiver, id, tenant, answerToWorker } = await world();
    const begunAt = await now();
    const answer = await deploy();
    expect(answer.status, answer.text).toBe(200);
    expect(outcomes(answer), answer.text).toEqual(all('done'));
    const { worker, queue, deadLetterQueue } = receiver.names;
    expect(answer.body).toMatchObject({
      outcome: 'done',
      healthUrl: `https://${worker}.acme.workers.dev/health`,
    });
    const made = await account.read();
    expect(Object.keys(made.queues).toSorted()).toEqual([queue, deadLetterQueue]);
    expect(made.queues[queue]?.consumers).toEqual([
      expect.objectContaining({
        script_name: worker,
        dead_letter_queue: deadLetterQueue,
        settings: { batch_size: 100, max_wait_time_ms: 1000, max_retries: 30 },
      }),
    ]);
    expect(Object.values(made.rules[BUCKET] ?? {}).flat()).toMatchObject([
      { prefix: 'incoming/', suffix: '.pdf' },
      { prefix: 'incoming/', suffix: '.PDF' },
    ]);
    const script = made.scripts[worker];
    expect(script?.isOnWorkersDev).toBe(true);
    expect(script?.module).toContain('export class Wiring extends DurableObject');
    expect(script?.module).not.toContain('interface Env');
    const vars = ((script?.metadata['bindings'] ?? []) as Record<string, string>[]).filter(
      ({ type }) => type === 'plain_text',
    );
    expect(Object.fromEntries(vars.map(({ name, text }) => [name, text]))).toEqual({
      SLUICE_EVENTS_URL: receiver.eventsUrl,
      BUCKET_NAME: BUCKET,
      QUEUE_NAME: queue,
    });
    expect(await auditOf(tenant, id, begunAt)).toEqual([
      { action: 'deploy', after: { account_id: account.id, outcome: 'begun' } },
      { action: 'deploy', after: { account_id: account.id, outcome: 'done', steps: all('done') } },
    ]);
    // The secret that the Worker was given is one that Sluice accepts.
    expect(await answerToWorker()).toBe('mode_mismatch');
  });

  test('done again changes nothing, and makes no other secret', async () => {
    const { account, deploy, secretVersions } = await world();
    await deploy();
    const before = await account.read();
    const again = await deploy();
    expect(outcomes(again)).toEqual(all('unchanged', { worker: 'done', address: 'done' }));
    const after = await account.read();
    const { queues, rules } = before;
    expect({ queues: after.queues, rules: after.rules }).toEqual({ queues, rules });
    expect(Object.values(after.scripts).map(({ secrets }) => secrets)).toEqual(
      Object.values(before.scripts).map(({ secrets }) => secrets),
    );
    expect(await secretVersions()).toBe(1);
  });

  test('that was interrupted goes on where it stopped', async () => {
    const { account, deploy, receiver } = await world({
      troubles: [{ method: 'PUT', path: '', status: 502 }],
    });
    const first = await deploy();
    expect(outcomes(first)).toEqual(
      all('not_tried', { queue: 'done', dead_letter_queue: 'done', rule: 'failed' }),
    );
    expect(at(first.body, 'outcome')).toBe('failed');
    const second = await deploy();
    expect(outcomes(second)).toEqual(all('done', { queue: 'unchanged', dead_letter_queue: 'unchanged' }));
    expect(Object.keys((await account.read()).scripts)).toEqual([receiver.names.worker]);
  });

  test('is undone, and that again, and nothing else is', async () => {
    const { account, deploy, remove, tenant, id } = await world({
      queues: { other: { id: 'other', consumers: [] } },
    });
    await deploy();
    const begunAt = await now();
    const removed = await remove();
    expect(at(removed.body, 'outcome'), removed.text).toBe('done');
    expect(new Set(Object.values(outcomes(removed)))).toEqual(new Set(['done']));
    expect(await auditOf(tenant, id, begunAt)).toEqual([
      { action: 'remove', after: { account_id: account.id, outcome: 'begun' } },
      { action: 'remove', after: { account_id: account.id, outcome: 'done', steps: outcomes(removed) } },
    ]);
    const left = await account.read();
    expect([Object.keys(left.queues), left.scripts]).toEqual([['other'], {}]);
    expect(Object.values(left.rules[BUCKET] ?? {}).flat()).toEqual([]);
    const again = await remove();
    expect(at(again.body, 'outcome')).toBe('unchanged');
    expect(new Set(Object.values(outcomes(again)))).toEqual(new Set(['unchanged']));
    expect(at((await deploy()).body, 'outcome')).toBe('done');
  });
});

describe('what Cloudflare refuses is told with a remedy', () => {
  test('a token that is not known', async () => {
    const { post, account } = await world();
    const answer = await post('deploy', { accountId: account.id, apiToken: 'x'.repeat(40) });
    expect(failure(answer)).toMatchObject({
      name: 'queue',
      detail: 'Cloudflare does not accept the token.',
      providerCodes: [10000],
    });
  });

  test.each([
    ['queues', 'queue', 'Queues: Edit'],
    ['r2', 'rule', 'Workers R2 Storage: Edit'],
    ['scripts', 'worker', 'Workers Scripts: Edit'],
  ])('a token without the permission %s', async (missing, step, permission) => {
    const { account, apiToken, deploy, secretVersions } = await world();
    const permissions = (['queues', 'r2', 'scripts'] as const).filter((one) => one !== missing);
    await account.change({ tokens: { [apiToken]: permissions } });
    const failed = failure(await deploy());
    expect(failed).toMatchObject({ name: step, providerCodes: [10000] });
    expect(at(failed, 'detail')).toContain(permission);
    expect(at(failed, 'remedy')).toContain(permission);
    expect(await secretVersions()).toBe(0);
  });

  test.each(['queues', 'enabled queues'])('a plan without %s', async (missing) => {
    const { deploy } = await world({ lacks: [missing] });
    const failed = failure(await deploy());
    expect(failed).toMatchObject({ name: 'queue', detail: 'The plan of the account does not have this.' });
  });

  test('a rule for the same files', async () => {
    const { account, deploy } = await world({
      queues: { other: { id: 'other', consumers: [] } },
      rules: { [BUCKET]: { other: [{ prefix: 'incoming/2026/', actions: ['PutObject'] }] } },
    });
    const failed = failure(await deploy());
    expect(failed).toMatchObject({ name: 'rule', providerCodes: [11020] });
    expect(at(failed, 'detail')).toContain('another queue, "other"');
    expect((await account.read()).rules[BUCKET]?.['other']).toHaveLength(1);
  });

  test('a bucket of another account', async () => {
    const { deploy } = await world({ buckets: [] });
    expect(failure(await deploy())).toMatchObject({ name: 'rule', providerCodes: [10085] });
  });

  test('a queue with another consumer', async () => {
    const { account, deploy, receiver } = await world();
    await account.change({
      queues: {
        [receiver.names.queue]: {
          id: 'theirs',
          consumers: [{ consumer_id: 'c', script_name: 'another', type: 'worker' }],
        },
      },
    });
    const failed = failure(await deploy());
    expect(failed).toMatchObject({ name: 'consumer' });
    expect(at(failed, 'detail')).toContain('another consumer');
  });
});

test('the token is kept nowhere, whatever comes of it', async () => {
  const { apiToken, deploy, account, path, token } = await world();
  await deploy();
  const key = crypto.randomUUID();
  const body = { accountId: account.id, apiToken };
  const headers = { 'idempotency-key': key };
  const kept = await call('POST', `${path}/deploy`, { token, body, headers });
  expect((await call('POST', `${path}/deploy`, { token, body, headers })).body).toEqual(kept.body);
  const { rows } = await sql.query<{ name: string }>(
    `select table_schema || '.' || quote_ident(table_name) as name from information_schema.tables
     where table_schema in ('public', 'private') and table_type = 'BASE TABLE'`,
  );
  for (const { name } of rows) {
    const found = await sql.query(`select 1 from ${name} t where t::text like '%' || $1 || '%' limit 1`, [
      apiToken,
    ]);
    expect(found.rows, name).toEqual([]);
  }
});

test('takes an admin', async () => {
  const { tenant, path, account, apiToken } = await world();
  const { accessToken } = await addMember(inject('stack'), tenant, 'member');
  const body = { accountId: account.id, apiToken };
  for (const verb of ['deploy', 'remove']) {
    const answer = await call('POST', `${path}/${verb}`, { token: accessToken, body });
    expect([answer.status, at(answer.body, 'code')]).toEqual([403, 'forbidden']);
  }
  expect((await account.read()).queues).toEqual({});
});
