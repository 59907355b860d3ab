import { addMember, createAnonymousClient, type TestUser } from '@sluice/testkit';
import { newIntegration, newTenant } from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { openSql, park, seedObjects } from '../support/fixtures.ts';

/**
 * PostgREST is a second front door: a browser with a user's token can call it past the API. What the API forbids must be
 * forbidden there too.
 */

const sql = openSql();

let tenant: Awaited<ReturnType<typeof newTenant>>;
let integrationId: string;
let owner: TestUser['client'];
let member: TestUser['client'];
let stranger: TestUser['client'];
let anonymous: TestUser['client'];

beforeAll(async () => {
  const stack = inject('stack');
  tenant = await newTenant();
  integrationId = await newIntegration(tenant);
  await park(sql, integrationId);
  await seedObjects(sql, tenant.id, integrationId, [{ state: 'found' }, { state: 'written_back' }]);
  owner = tenant.owner.client;
  member = (await addMember(stack, tenant, 'member')).client;
  stranger = (await newTenant()).owner.client;
  anonymous = createAnonymousClient(stack);
});

const publicTables = async (): Promise<{ name: string; columns: string[] }[]> => {
  const { rows } = await sql.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') group by 1 order by 1`,
  );
  return rows;
};

const rowAsIs = async () =>
  (
    await sql.query('select to_jsonb(i) - $2::text[] as row from public.s3_integrations i where id = $1', [
      integrationId,
      [],
    ])
  ).rows;

describe('tables', () => {
  test('can be changed by nobody, whatever the table, whoever asks', async () => {
    const before = await rowAsIs();
    const tables = await publicTables();
    expect(tables.length).toBeGreaterThan(8);
    for (const { name, columns } of tables) {
      // Not a generated id: Postgres would refuse that before it asks who we are.
      const column = columns.at(-1) ?? '';
      for (const client of [owner, member, stranger, anonymous]) {
        const inserted = await client.from(name).insert({});
        const updated = await client
          .from(name)
          .update({ [column]: null })
          .not(column, 'is', null);
        const deleted = await client.from(name).delete().not(column, 'is', null);
        for (const { status, error } of [inserted, updated, deleted]) {
          expect(error?.code, `${name}: ${status}`).toBe('42501');
        }
      }
    }
    expect(await rowAsIs()).toEqual(before);
  });

  test('show a member their tenant’s rows, and a stranger or nobody none of them', async () => {
    for (const { name, columns } of await publicTables()) {
      const column = columns.includes('tenant_id') ? 'tenant_id' : name === 'tenants' ? 'id' : null;
      expect(column, `${name} belongs to no tenant`).not.toBeNull();
      const own = await member
        .from(name)
        .select(column ?? '')
        .eq(column ?? '', tenant.id)
        .limit(1);
      expect(own.error, name).toBeNull();
      const theirs = await stranger
        .from(name)
        .select(column ?? '')
        .eq(column ?? '', tenant.id);
      expect(theirs.error, name).toBeNull();
      expect(theirs.data, name).toEqual([]);
      const nobodys = await anonymous.from(name).select(column ?? '');
      expect(nobodys.error?.code, name).toBe('42501');
    }
    const { data } = await member
      .from('s3_processed_objects')
      .select('id')
      .eq('integration_id', integrationId);
    expect(data).toHaveLength(2);
  });

  test('do not show the engine’s columns', async () => {
    for (const column of ['lease_id', 'staged_outputs']) {
      expect((await owner.from('s3_processed_objects').select(column)).error?.code, column).toBe('42501');
    }
    expect((await owner.from('s3_poll_states').select('lease_id')).error?.code).toBe('42501');
  });

  test('of secrets are not there at all', async () => {
    const { error, status } = await owner.schema('private').from('sealed_secrets').select('*');
    expect(status).toBe(406);
    expect(error?.code).toBe('PGRST106');
    expect((await owner.from('sealed_secrets').select('*')).status).toBe(404);
    const users = await owner.schema('auth').from('users').select('*');
    expect(users.status).toBe(406);
  });
});

describe('functions', () => {
  /** What a signed-in user may call; everything else is the engine's. */
  const FOR_USERS = [
    'accept_tenant_invitation',
    'begin_idempotent_request',
    'cancel_credential_rotation',
    'cancel_s3_dry_run',
    'cancel_s3_replay',
    'create_s3_replay',
    'create_tenant',
    'delete_notification_target',
    'delete_s3_folder_rule',
    'delete_s3_integration',
    'end_event_secret_overlap',
    'end_idempotent_request',
    'finish_credential_rotation',
    'invite_tenant_member',
    'list_audit_events',
    'list_reseals',
    'list_s3_duplicates',
    'list_s3_objects',
    'list_tenant_invitations',
    'list_tenant_members',
    'open_support_access',
    'preview_s3_replay',
    'read_reseal',
    'release_idempotency_key',
    'remove_tenant_member',
    'renew_tenant_invitation',
    'replay_notification',
    'revoke_tenant_invitation',
    's3_integration_credentials',
    's3_accessibility_scores',
    's3_integration_ledger',
    's3_integration_usage_summary',
    'set_integration_notification_target',
    'set_s3_detection_mode',
    'set_s3_folder_rule',
    'set_tenant_member',
    'start_s3_integration',
    'support_list_audit_events',
    'support_list_integrations',
    'support_list_logs',
    'support_usage_summary',
    'update_s3_integration',
  ];

  test('of the engine can be called by no user, and no function by nobody', async () => {
    const { rows } = await sql.query<{ name: string; arguments: string[] }>(
      `select proname as name, coalesce(proargnames[1:pronargs], '{}') as arguments from pg_proc
       where pronamespace = 'public'::regnamespace and prokind = 'f'
         -- A field of a row is no function of the API.
         and not exists (select 1 from pg_type t where t.oid = proargtypes[0] and t.typtype = 'c')
         and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)`,
    );
    const names = rows.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([...FOR_USERS, 'begin_processing', 'create_s3_integration']),
    );
    for (const { name, arguments: names } of rows) {
      const parameters = Object.fromEntries(names.map((argument) => [argument, null]));
      const refusedFor = FOR_USERS.includes(name) ? [anonymous] : [owner, stranger, anonymous];
      for (const client of refusedFor) {
        const { error, status } = await client.rpc(name, parameters);
        expect(error?.code, `${name}: ${status}`).toBe('42501');
      }
    }
  });

  test('show a user nothing when nothing is named', async () => {
    const { rows } = await sql.query<{ name: string; arguments: string[] }>(
      `select proname as name, coalesce(proargnames[1:pronargs], '{}') as arguments from pg_proc
       where pronamespace = 'public'::regnamespace and proname = any ($1)`,
      [FOR_USERS],
    );
    expect(rows).toHaveLength(FOR_USERS.length);
    for (const { name, arguments: names } of rows) {
      const nulls = Object.fromEntries(names.map((argument) => [argument, null]));
      for (const client of [stranger, member]) {
        const { data, error } = await client.rpc(name, nulls);
        expect(error === null ? data : null, name).toSatisfy(
          (answer) => answer === null || (Array.isArray(answer) && answer.length === 0),
        );
      }
    }
  });

  test('for users answer nothing but a refusal of ours to arguments that are null', async () => {
    const { rows } = await sql.query<{ name: string; arguments: string[] }>(
      `select proname as name, coalesce(proargnames[1:pronargs], '{}') as arguments from pg_proc
       where pronamespace = 'public'::regnamespace and proname = any ($1)`,
      [FOR_USERS],
    );
    expect(rows.length).toBeGreaterThanOrEqual(FOR_USERS.length);
    const isOurs = (code: string | undefined): boolean => /^PT4\d\d$/.test(code ?? '');
    for (const { name, arguments: names } of rows) {
      const nothing = Object.fromEntries(names.map((argument) => [argument, null]));
      // All of them, and then each of the others, where the first names something of the caller's.
      const first = names[0] ?? '';
      const own = first === 'p_integration_id' ? integrationId : first === 'p_tenant_id' ? tenant.id : null;
      for (const parameters of [nothing, { ...nothing, ...(own === null ? {} : { [first]: own }) }]) {
        // Not what it was made for here: with nothing else to say it does what it says.
        if (
          own !== null &&
          parameters[first] === own &&
          /^(delete_s3_integration|cancel_|set_integration_notification)/.test(name)
        )
          continue;
        const { error, status } = await owner.rpc(name, parameters);
        if (error !== null)
          expect(
            isOurs(error.code),
            `${name} ${JSON.stringify(parameters)}: ${status} ${error.code} ${error.message}`,
          ).toBe(true);
      }
    }
  });

  test('that change an integration ask for a role, and a stranger does not learn that it exists', async () => {
    const change = { p_integration_id: integrationId, p_changes: { name: 'Taken' } };
    const absent = { p_integration_id: crypto.randomUUID(), p_changes: { name: 'Taken' } };
    expect((await member.rpc('update_s3_integration', change)).status).toBe(403);
    expect((await member.rpc('delete_s3_integration', { p_integration_id: integrationId })).status).toBe(403);
    const theirs = await stranger.rpc('update_s3_integration', change);
    const missing = await stranger.rpc('update_s3_integration', absent);
    expect(theirs.status).toBe(404);
    expect(theirs.error).toEqual(missing.error);
    expect((await stranger.rpc('delete_s3_integration', { p_integration_id: integrationId })).status).toBe(
      404,
    );
    const ledger = await stranger.rpc('s3_integration_ledger', { p_integration_id: integrationId });
    expect(ledger.data).toEqual([]);
  });

  test('take no change the API would not take', async () => {
    const before = await rowAsIs();
    for (const changes of [
      { status: 'deleted' },
      { status: 'nonsense' },
      { bucket: 'elsewhere' },
      { endpoint: 'https://elsewhere.example' },
      { input_prefix: '' },
      { tenantId: crypto.randomUUID() },
      { name: '' },
      { name: 'x'.repeat(201) },
      { name: 'ok', surprise: 1 },
      { overwritePolicy: 'sometimes' },
      { language: 'x' },
      ['name'],
      'name',
      { name: ' padded' },
      { name: 'bell\u0007' },
      { language: 'not a language' },
    ]) {
      const { status } = await owner.rpc('update_s3_integration', {
        p_integration_id: integrationId,
        p_changes: changes,
      });
      expect(status, JSON.stringify(changes)).toBe(400);
    }
    expect(await rowAsIs()).toEqual(before);
  });

  test('cannot be made to act for somebody else by a setting of the request', async () => {
    const { error } = await stranger.rpc('act_as', { p_actor: tenant.owner.id });
    expect(error?.code).toBe('PGRST202');
    const inPrivate = await stranger.schema('private').rpc('act_as', { p_actor: tenant.owner.id });
    expect(inPrivate.error?.code).toBe('PGRST106');
  });
});
