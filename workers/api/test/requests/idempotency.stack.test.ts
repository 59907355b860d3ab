import { createUser } from '@sluice/testkit';
import {
  type Answer,
  at,
  call,
  fieldsOf,
  genericBody,
  loadDocument,
  newTenant,
  operationsOf,
  stringAt,
  takesToken,
  withoutRequestId,
} from '@sluice/testkit/api-client';
import * as fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { openSql, park, tablesHolding } from '../support/fixtures.ts';

const sql = openSql();
const ROUTE = '/api/integrations/s3';
const TARGETS = '/api/notification-targets';
const { document } = await loadDocument();

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

/** Connects a bucket under a key; each call of the result sends the same request again. */
const prepare = async () => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const body = genericBody(tenant.id);
  const key = crypto.randomUUID();
  const post = (options: { key?: string; body?: unknown; token?: string } = {}): Promise<Answer> =>
    call('POST', ROUTE, { token, body, ...options, ...withKey(options.key ?? key) });
  const count = async (): Promise<number> => {
    const { rows } = await sql.query('select id from public.s3_integrations where tenant_id = $1', [
      tenant.id,
    ]);
    await park(sql, ...rows.map(({ id }) => String(id)));
    return rows.length;
  };
  return { tenant, token, body, key, post, count };
};

const withoutReplayMark = (answer: Answer) => {
  const { status, body, headers } = withoutRequestId(answer);
  return { status, body, headers: headers.filter(([name]) => name !== 'idempotency-replayed') };
};

describe('the same request under the same key', () => {
  test('is done once, however often it is sent at once', async () => {
    const { post, count } = await prepare();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post()));
    const made = answers.filter(({ status }) => status === 201);
    const told = answers.filter(({ status }) => status === 409);
    expect(made.length).toBeGreaterThan(0);
    expect(made.length + told.length).toBe(20);
    expect(await count()).toBe(1);
    expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    expect(new Set(made.map(({ body }) => at(body, 'id'))).size).toBe(1);
    for (const answer of told) {
      expect(at(answer.body, 'code')).toBe('idempotency_running');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    }
  });

  test('is answered as it was, byte for byte, and says that it is told again', async () => {
    const { post, count } = await prepare();
    const first = await post();
    expect(first.status, first.text).toBe(201);
    const again = await post();
    expect(withoutReplayMark(again)).toEqual(withoutReplayMark(first));
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(await count()).toBe(1);
  });

  test('is done once whatever the method: an edit is no conflict with itself, a deletion does not miss what it deleted', async () => {
    const { token, post } = await prepare();
    const id = stringAt((await post()).body, 'id');
    await park(sql, id);
    const [edit, deletion] = [crypto.randomUUID(), crypto.randomUUID()];
    const change = (key: string, name: string) =>
      call('PATCH', `${ROUTE}/${id}`, {
        token,
        body: { name },
        headers: { 'if-match': '"1"', 'idempotency-key': key },
      });
    const first = await change(edit, 'Contracts');
    expect([first.status, at(first.body, 'revision')], first.text).toEqual([200, 2]);
    expect(withoutReplayMark(await change(edit, 'Contracts'))).toEqual(withoutReplayMark(first));
    expect((await change(edit, 'Letters')).status).toBe(422);
    expect((await change(crypto.randomUUID(), 'Contracts')).status).toBe(412);
    const remove = () => call('DELETE', `${ROUTE}/${id}`, { token, ...withKey(deletion) });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
    expect((await call('DELETE', `${ROUTE}/${id}`, { token, ...withKey(crypto.randomUUID()) })).status).toBe(
      404,
    );
  });

  test('with another body or for another path is refused', async () => {
    const { tenant, token, body, key, post } = await prepare();
    const id = stringAt((await post()).body, 'id');
    await park(sql, id);
    for (const answer of [
      await post({ body: { ...body, name: 'Another' } }),
      await post({ body: `${JSON.stringify(body)} ` }),
      await call('POST', `${ROUTE}/${id}/test-connection`, { token, ...withKey(key) }),
      await call('POST', TARGETS, {
        token,
        body: { tenantId: tenant.id, name: 'x', url: 'https://hooks.example.com/' },
        ...withKey(key),
      }),
    ]) {
      expect([answer.status, at(answer.body, 'code')]).toEqual([422, 'idempotency_key_reused']);
    }
  });

  test('is another request when another user sends it', async () => {
    const { post, count, key } = await prepare();
    expect((await post()).status).toBe(201);
    const stranger = await createUser(inject('stack'));
    const theirs = await post({ token: stranger.accessToken });
    expect(theirs.status).toBe(404);
    // Through PostgREST too a user sees keys of their own only.
    const { data } = await stranger.client.rpc('begin_idempotent_request', {
      p_key: key,
      p_fingerprint: '0'.repeat(64),
    });
    expect(data).toMatchObject({ outcome: 'begun' });
    expect((await post()).headers.get('idempotency-replayed')).toBe('true');
    expect(await count()).toBe(1);
  });
});

describe('a key', () => {
  test('is free again after a refusal, for the request mended', async () => {
    const { tenant, body, post, count } = await prepare();
    expect((await post({ body: { ...body, tenantId: crypto.randomUUID() } })).status).toBe(404);
    expect((await post({ body: { ...body, surprise: 1 } })).status).toBe(400);
    expect(await count()).toBe(0);
    expect((await post()).status).toBe(201);
    expect(await count()).toBe(1);
    const { rows } = await sql.query('select status from private.idempotency_keys where user_id = $1', [
      tenant.owner.id,
    ]);
    expect(rows).toEqual([{ status: 201 }]);
  });

  test('whose request was killed is free again when its lease has ended, and its late answer is not kept', async () => {
    const { tenant, post, key, count } = await prepare();
    const first = await post();
    const { rows } = await sql.query<{ fingerprint: string; claim_id: string }>(
      `update private.idempotency_keys set status = null, body = null, headers = null, lease_expires_at = now() + interval '41 seconds'
       where user_id = $1 returning fingerprint, claim_id`,
      [tenant.owner.id],
    );
    await sql.query('delete from public.s3_integrations where tenant_id = $1', [tenant.id]);
    const during = await post();
    expect([during.status, during.headers.get('retry-after')]).toEqual([409, '41']);
    expect(await count()).toBe(0);
    await sql.query(`update private.idempotency_keys set lease_expires_at = now() where user_id = $1`, [
      tenant.owner.id,
    ]);
    const after = await post();
    expect(after.status).toBe(201);
    expect(at(after.body, 'id')).not.toBe(at(first.body, 'id'));
    const late = await tenant.owner.client.rpc('end_idempotent_request', {
      p_key: key,
      p_claim_id: rows[0]?.claim_id ?? '',
      p_status: 200,
      p_headers: {},
      p_body: 'late',
    });
    expect(late.data).toBe(false);
    expect(withoutReplayMark(await post())).toEqual(withoutReplayMark(after));
  });

  test('is forgotten after a day', async () => {
    const { tenant, post, count } = await prepare();
    await post();
    const { rows } = await sql.query(
      `select expires_at = created_at + interval '24 hours' as kept from private.idempotency_keys where user_id = $1`,
      [tenant.owner.id],
    );
    expect(rows).toEqual([{ kept: true }]);
    await sql.query(`update private.idempotency_keys set expires_at = now() where user_id = $1`, [
      tenant.owner.id,
    ]);
    const again = await post();
    // Done again, so refused by what the first made.
    expect([again.status, at(again.body, 'code')]).not.toContain('idempotency_running');
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect(await count()).toBe(1);
    await sql.query(
      `insert into private.idempotency_keys (user_id, key, fingerprint, lease_expires_at, expires_at) values ($1, 'old', repeat('0', 64), now(), now())`,
      [tenant.owner.id],
    );
    await sql.query('select public.prune_idempotency_keys()');
    const left = await sql.query(
      `select 1 from private.idempotency_keys where user_id = $1 and expires_at <= now()`,
      [tenant.owner.id],
    );
    expect(left.rows).toEqual([]);
  });

  test('may be any visible ASCII of at most 255 characters, and nothing else', async () => {
    const { tenant, post, count } = await prepare();
    const visible = fc.string({
      unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
      minLength: 1,
      maxLength: 255,
    });
    await fc.assert(
      fc.asyncProperty(visible, async (key) => {
        const body = { tenantId: crypto.randomUUID(), name: 'x', url: 'https://hooks.example.com/' };
        const answer = await call('POST', TARGETS, {
          token: tenant.owner.accessToken,
          body,
          ...withKey(key),
        });
        expect(answer.status).toBe(404);
      }),
      { numRuns: 25 },
    );
    for (const key of ['', 'a b', 'x'.repeat(256), 'caf\u00e9', 'a\tb']) {
      const answer = await post({ key });
      expect([answer.status, fieldsOf(answer)], key).toEqual([400, ['idempotency-key']]);
    }
    expect(await count()).toBe(0);
  });
});

describe('an answer with a secret', () => {
  test('is shown once and kept nowhere: the second time says what to do', async () => {
    const tenant = await newTenant();
    const token = tenant.owner.accessToken;
    const create = () =>
      call('POST', TARGETS, {
        token,
        body: { tenantId: tenant.id, name: 'Ours', url: 'https://hooks.example.com/' },
        ...withKey('create'),
      });
    const first = await create();
    expect(first.status).toBe(201);
    const id = stringAt(first.body, 'id');
    const rotate = () =>
      call('POST', `${TARGETS}/${id}/rotate-secret`, {
        token,
        body: { overlapSeconds: 60 },
        ...withKey('rotate'),
      });
    const rotated = await rotate();
    for (const again of [await create(), await rotate()]) {
      expect([again.status, at(again.body, 'code')]).toEqual([409, 'idempotency_secret_shown']);
      expect(stringAt(again.body, 'remedy')).toContain('rotate');
    }
    const read = await call('GET', `${TARGETS}/${id}`, { token });
    expect(at(read.body, 'secretVersion')).toBe(2);
    for (const answer of [first, rotated]) {
      expect(await tablesHolding(sql, stringAt(answer.body, 'signingSecret'))).toEqual([]);
    }
  });
});

test('keys are the user’s own business: no table, no other way in', async () => {
  const { tenant, post } = await prepare();
  await post();
  const { client } = tenant.owner;
  expect((await client.schema('private').from('idempotency_keys').select('*')).status).toBe(406);
  expect((await client.from('idempotency_keys').select('*')).status).toBe(404);
  const bad = [
    { p_key: 'a b', p_fingerprint: '0'.repeat(64) },
    { p_key: 'x'.repeat(256), p_fingerprint: '0'.repeat(64) },
    { p_key: 'x', p_fingerprint: 'no hash' },
    { p_key: null, p_fingerprint: '0'.repeat(64) },
  ];
  for (const parameters of bad)
    expect((await client.rpc('begin_idempotent_request', parameters)).status).toBe(400);
  await sql.query(
    `insert into private.idempotency_keys (user_id, key, fingerprint, lease_expires_at)
     select $1, 'k' || n, repeat('0', 64), now() from generate_series(1, 10000) n on conflict do nothing`,
    [tenant.owner.id],
  );
  const full = await client.rpc('begin_idempotent_request', {
    p_key: 'one-more',
    p_fingerprint: '0'.repeat(64),
  });
  expect(full.status).toBe(429);
});

test('a user who fills their share with answers is still answered once, and fills no more', async () => {
  const { tenant, post, count } = await prepare();
  await sql.query(
    `insert into private.idempotency_keys (user_id, key, fingerprint, lease_expires_at, status, headers, body)
     select $1, 'k' || n, repeat('0', 64), now(), 200, '{}', repeat('x', 262144) from generate_series(1, 256) n`,
    [tenant.owner.id],
  );
  expect((await post()).status).toBe(201);
  const again = await post();
  expect([again.status, at(again.body, 'code')]).toEqual([409, 'idempotency_secret_shown']);
  expect(await count()).toBe(1);
});

test.each(operationsOf(document).filter((operation) => operation.method === 'POST' && takesToken(operation)))(
  '$name takes a key',
  ({ spec }) => {
    expect(spec.parameters?.map(({ name }) => name)).toContain('idempotency-key');
    expect(Object.keys(spec.responses)).toEqual(expect.arrayContaining(['409', '422', '429']));
  },
);
