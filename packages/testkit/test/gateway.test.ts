import { createClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createAnonymousClient,
  createServiceClient,
  createUser,
  type Stack,
  startTemporaryStack,
} from '../src/index.ts';
import { FIXTURE_MIGRATIONS } from './support.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTemporaryStack({
    workers: false,
    buckets: ['one'],
    migrationsDir: FIXTURE_MIGRATIONS,
    auth: { refreshReuseIntervalS: 0 },
  });
}, 60_000);
afterAll(() => stack?.stop());

describe('signing up and in', () => {
  test('gives a session whose token carries the claims of hosted Supabase', async () => {
    const user = await createUser(stack, { email: 'Ada@Example.test', data: { name: 'Ada' } });
    const { data, error } = await user.client.auth.getClaims();
    expect(error).toBeNull();
    expect(data?.header.alg).toBe('ES256');
    expect(data?.claims).toMatchObject({
      sub: user.id,
      role: 'authenticated',
      aud: 'authenticated',
      email: 'ada@example.test',
      iss: `${stack.supabaseUrl}/auth/v1`,
      app_metadata: { provider: 'email', providers: ['email'] },
      user_metadata: { name: 'Ada' },
    });
    expect(data?.claims.exp).toBeGreaterThan(Date.now() / 1_000 + 3_000);
  });

  test('works again with the password, in any case of the address, and not with another', async () => {
    const { email, password, id } = await createUser(stack);
    const client = createAnonymousClient(stack);
    const good = await client.auth.signInWithPassword({ email: email.toUpperCase(), password });
    expect(good.data.user?.id).toBe(id);
    const bad = await client.auth.signInWithPassword({ email, password: `${password}x` });
    expect(bad.error).toMatchObject({ status: 400, code: 'invalid_credentials' });
    const unknown = await client.auth.signInWithPassword({ email: `x${email}`, password });
    expect(unknown.error?.message).toBe(bad.error?.message);
  });

  test('refuses an address that is taken, one that is none, and a short password', async () => {
    const { email, password } = await createUser(stack);
    const { auth } = createAnonymousClient(stack);
    expect((await auth.signUp({ email, password })).error).toMatchObject({
      status: 422,
      code: 'user_already_exists',
    });
    expect((await auth.signUp({ email: 'nobody', password })).error).toMatchObject({
      code: 'validation_failed',
    });
    expect((await auth.signUp({ email: `y${email}`, password: '12345' })).error).toMatchObject({
      code: 'weak_password',
      reasons: ['length'],
    });
  });

  test('runs the triggers on auth.users in the same transaction', async () => {
    const { id } = await createUser(stack);
    const greeted = await stack.sql.query('select 1 from public.greetings where user_id = $1', [id]);
    expect(greeted.rowCount).toBe(1);
    const email = 'refuse-me@example.test';
    const refused = await createAnonymousClient(stack).auth.signUp({ email, password: 'long enough' });
    expect(refused.error).toMatchObject({ status: 500, message: 'Database error saving new user' });
    expect((await stack.sql.query('select 1 from auth.users where email = $1', [email])).rowCount).toBe(0);
  });
});

describe('a session', () => {
  test('is refreshed by rotation: the new token works, the one used before is refused and ends the session', async () => {
    const { client } = await createUser(stack);
    const first = (await client.auth.getSession()).data.session;
    const refreshed = await client.auth.refreshSession();
    expect(refreshed.error).toBeNull();
    expect(refreshed.data.session?.refresh_token).not.toBe(first?.refresh_token);
    const again = await client.auth.refreshSession();
    expect(again.error).toBeNull();

    const thief = createAnonymousClient(stack);
    const replayed = await thief.auth.refreshSession({ refresh_token: first?.refresh_token ?? '' });
    expect(replayed.error).toMatchObject({ status: 400, code: 'refresh_token_already_used' });
    const after = await thief.auth.refreshSession({ refresh_token: again.data.session?.refresh_token ?? '' });
    expect(after.error).toMatchObject({ code: 'refresh_token_already_used' });
    const unknown = await thief.auth.refreshSession({ refresh_token: 'never issued' });
    expect(unknown.error).toMatchObject({ code: 'refresh_token_not_found' });
  });

  test('lets its user read and change itself', async () => {
    const { client, email } = await createUser(stack, { data: { plan: 'a' } });
    expect((await client.auth.getUser()).data.user).toMatchObject({ email, user_metadata: { plan: 'a' } });
    const changed = await client.auth.updateUser({
      password: 'quite another',
      data: { plan: 'b', extra: 1 },
    });
    expect(changed.data.user?.user_metadata).toMatchObject({ plan: 'b', extra: 1 });
    const signedIn = await createAnonymousClient(stack).auth.signInWithPassword({
      email,
      password: 'quite another',
    });
    expect(signedIn.error).toBeNull();
  });

  test('is over after sign-out: neither its token nor its refresh token is good any more', async () => {
    const { client, accessToken } = await createUser(stack);
    const session = (await client.auth.getSession()).data.session;
    expect((await client.auth.signOut()).error).toBeNull();
    expect((await createAnonymousClient(stack).auth.getUser(accessToken)).error).not.toBeNull();
    const refresh = await createAnonymousClient(stack).auth.refreshSession({
      refresh_token: session?.refresh_token ?? '',
    });
    expect(refresh.error).toMatchObject({ code: 'refresh_token_not_found' });
  });

  test('with a forged token is none', async () => {
    const { accessToken } = await createUser(stack);
    const [header, payload] = accessToken.split('.');
    const forged = `${header}.${payload}.${Buffer.alloc(64, 7).toString('base64url')}`;
    expect((await createAnonymousClient(stack).auth.getUser(forged)).error).toMatchObject({
      code: 'bad_jwt',
    });
    const rest = await withBearer(forged).from('notes').select();
    expect(rest.status).toBe(401);
  });
});

describe('the REST interface', () => {
  test('shows a user their own rows only, and the service role all of them', async () => {
    const [ada, bob] = await Promise.all([createUser(stack), createUser(stack)]);
    expect((await ada.client.from('notes').insert({ body: 'of Ada' })).status).toBe(201);
    expect((await bob.client.from('notes').insert({ body: 'of Bob' })).status).toBe(201);
    expect((await ada.client.from('notes').select('body')).data).toEqual([{ body: 'of Ada' }]);
    const all = await createServiceClient(stack)
      .from('notes')
      .select('body')
      .in('owner', [ada.id, bob.id])
      .order('body');
    expect(all.data).toEqual([{ body: 'of Ada' }, { body: 'of Bob' }]);
    const foreign = await ada.client.from('notes').insert({ body: 'x', owner: bob.id });
    expect(foreign.error?.code).toBe('42501');
  });

  test('denies the anonymous what was revoked', async () => {
    const denied = await createAnonymousClient(stack).from('notes').select();
    expect([denied.status, denied.error?.code]).toEqual([401, '42501']);
  });

  test('wants an API key, and the right one', async () => {
    const without = await fetch(`${stack.supabaseUrl}/rest/v1/notes`);
    expect([without.status, await without.json()]).toMatchObject([
      401,
      { message: 'No API key found in request' },
    ]);
    const wrong = await createClient(stack.supabaseUrl, 'sb_secret_wrong').from('notes').select();
    expect([wrong.status, wrong.error?.message]).toEqual([401, 'Invalid API key']);
  });

  test('gives at most 1000 rows, as hosted does', async () => {
    const { client, id } = await createUser(stack);
    await stack.sql.query(
      `insert into public.notes (owner, body) select $1, 'n' from generate_series(1, 1001)`,
      [id],
    );
    const page = await client.from('notes').select('id', { count: 'exact' });
    expect([page.data?.length, page.count]).toEqual([1_000, 1_001]);
  });

  test('knows of DDL soon after it', async () => {
    await stack.sql.query('create function public.added_later() returns int language sql as $$ select 42 $$');
    await expect
      .poll(async () => (await createServiceClient(stack).rpc('added_later')).data, { timeout: 15_000 })
      .toBe(42);
  }, 30_000);

  test('answers pages of this machine across origins, and no others', async () => {
    const ask = (origin: string): Promise<Response> =>
      fetch(`${stack.supabaseUrl}/rest/v1/notes`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'apikey',
        },
      });
    expect((await ask('http://localhost:5173')).headers.get('access-control-allow-origin')).toBe(
      'http://localhost:5173',
    );
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the admin interface', () => {
  test('creates, lists, changes, bans and deletes users', async () => {
    const { admin } = createServiceClient(stack).auth;
    const email = 'managed@example.test';
    const created = await admin.createUser({
      email,
      password: 'first password',
      app_metadata: { support: true },
    });
    const id = created.data.user?.id ?? '';
    expect(created.data.user?.app_metadata).toMatchObject({ support: true, provider: 'email' });
    const listed = await admin.listUsers({ page: 1, perPage: 1_000 });
    expect(listed.data.users.map((user) => user.id)).toContain(id);

    await admin.updateUserById(id, { password: 'second password', ban_duration: '1h' });
    const { auth } = createAnonymousClient(stack);
    const banned = await auth.signInWithPassword({ email, password: 'second password' });
    expect(banned.error).toMatchObject({ code: 'user_banned' });
    await admin.updateUserById(id, { ban_duration: 'none' });
    expect((await auth.signInWithPassword({ email, password: 'second password' })).error).toBeNull();

    expect((await admin.deleteUser(id)).error).toBeNull();
    expect((await admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' });
  });

  test('is closed to users and to the publishable key', async () => {
    const { client } = await createUser(stack);
    expect((await client.auth.admin.listUsers()).error).toMatchObject({ status: 403, code: 'not_admin' });
    expect((await createAnonymousClient(stack).auth.admin.listUsers()).error).toMatchObject({ status: 403 });
    const { accessToken } = await createUser(stack);
    const mixed = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`, {
      headers: { apikey: stack.secretKey, authorization: `Bearer ${accessToken}` },
    });
    expect(mixed.status).toBe(403);
  });
});

function withBearer(token: string): ReturnType<typeof createClient> {
  return createClient(stack.supabaseUrl, stack.publishableKey, {
    global: { headers: { authorization: `Bearer ${token}` } },
    auth: { persistSession: false, autoRefreshToken: false },
  });
}
