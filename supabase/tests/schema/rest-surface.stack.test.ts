import { createTenant } from '@sluice/testkit';
import { describe, expect, inject, test } from 'vitest';

const stack = inject('stack');

type Caller = Readonly<Record<'apikey' | 'authorization', string>>;

const withKey = (key: string): Caller => ({ apikey: key, authorization: `Bearer ${key}` });
const anonymous = withKey(stack.publishableKey);
const service = withKey(stack.secretKey);
const userOf = (accessToken: string): Caller => ({
  apikey: stack.publishableKey,
  authorization: `Bearer ${accessToken}`,
});

interface Request {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks PostgREST through the project's URL, as any client on the internet can. */
const ask = async (path: string, caller: Caller, init: Request = {}) => {
  const response = await fetch(`${stack.supabaseUrl}/rest/v1${path}`, {
    ...init,
    headers: { ...caller, 'content-type': 'application/json', ...init.headers },
  });
  return { status: response.status, body: await response.text() };
};

/** What PostgREST tells a caller there is: tables and functions it has a right on. */
const surfaceOf = async (caller: Caller): Promise<string[]> => {
  const { body } = await ask('/', caller);
  const { paths } = JSON.parse(body) as { paths: Record<string, unknown> };
  return Object.keys(paths).filter((path) => path !== '/');
};

describe('the REST API', () => {
  test('has no way to the private schema, for anybody', async () => {
    const { owner } = await createTenant(stack);
    for (const caller of [anonymous, userOf(owner.accessToken), service]) {
      expect((await ask('/sealed_secrets?select=*', caller)).status).toBe(404);
      const profile = { 'accept-profile': 'private', 'content-profile': 'private' };
      expect((await ask('/sealed_secrets?select=*', caller, { headers: profile })).status).toBe(406);
      const call = { method: 'POST', headers: profile, body: JSON.stringify({ p_actor: owner.id }) };
      expect((await ask('/rpc/act_as', caller, call)).status).toBe(406);
    }
  });

  test('shows a signed-in user only the verbs that are theirs, and the anonymous none', async () => {
    const { owner } = await createTenant(stack);
    const verbs = (await surfaceOf(userOf(owner.accessToken))).filter((path) => path.startsWith('/rpc/'));
    expect(verbs.toSorted()).toEqual([
      '/rpc/accept_tenant_invitation',
      '/rpc/begin_idempotent_request',
      '/rpc/cancel_credential_rotation',
      '/rpc/cancel_s3_dry_run',
      '/rpc/cancel_s3_replay',
      '/rpc/create_s3_replay',
      '/rpc/create_tenant',
      '/rpc/delete_notification_target',
      '/rpc/delete_s3_folder_rule',
      '/rpc/delete_s3_integration',
      '/rpc/end_event_secret_overlap',
      '/rpc/end_idempotent_request',
      '/rpc/finish_credential_rotation',
      '/rpc/invite_tenant_member',
      '/rpc/list_audit_events',
      '/rpc/list_reseals',
      '/rpc/list_s3_duplicates',
      '/rpc/list_s3_objects',
      '/rpc/list_tenant_invitations',
      '/rpc/list_tenant_members',
      '/rpc/open_support_access',
      '/rpc/preview_s3_replay',
      '/rpc/read_reseal',
      '/rpc/release_idempotency_key',
      '/rpc/remove_tenant_member',
      '/rpc/renew_tenant_invitation',
      '/rpc/replay_notification',
      '/rpc/revoke_tenant_invitation',
      '/rpc/s3_accessibility_scores',
      '/rpc/s3_integration_credentials',
      '/rpc/s3_integration_ledger',
      '/rpc/s3_integration_usage_summary',
      '/rpc/set_integration_notification_target',
      '/rpc/set_s3_detection_mode',
      '/rpc/set_s3_folder_rule',
      '/rpc/set_tenant_member',
      '/rpc/start_s3_integration',
      '/rpc/support_list_audit_events',
      '/rpc/support_list_integrations',
      '/rpc/support_list_logs',
      '/rpc/support_usage_summary',
      '/rpc/update_s3_integration',
    ]);
    expect(await surfaceOf(anonymous)).toEqual([]);
    expect(await surfaceOf(service)).toContain('/rpc/claim_due_objects');
  });

  test('shows a signed-in user nothing of anybody else, in any table', async () => {
    await createTenant(stack);
    const { owner } = await createTenant(stack);
    const user = userOf(owner.accessToken);
    const { data } = await owner.client.from('tenant_members').select('tenant_id').eq('user_id', owner.id);
    const own = new Set((data ?? []).map((member) => String(member.tenant_id)));
    expect(own.size).toBe(2);
    const tables = (await surfaceOf(user)).filter((path) => !path.startsWith('/rpc/'));
    expect(tables).toContain('/s3_integrations');
    for (const table of tables) {
      const column = table === '/tenants' ? 'id' : 'tenant_id';
      const seen = await ask(`${table}?select=${column}`, user);
      expect([table, seen.status]).toEqual([table, 200]);
      const rows = JSON.parse(seen.body) as Record<string, string>[];
      expect(rows.filter((row) => !own.has(row[column] ?? ''))).toEqual([]);
      expect([table, (await ask(`${table}?select=${column}`, anonymous)).status]).toEqual([table, 401]);
    }
  });

  test('takes a null for credentials as none', async () => {
    const { owner, id } = await createTenant(stack);
    const integration = {
      id: crypto.randomUUID(),
      tenantId: id,
      name: 'n',
      provider: 'generic',
      bucket: 'b',
      region: 'auto',
      endpoint: 'https://s3.example.test',
      addressingStyle: 'path',
      inputPrefix: '',
      outputPrefix: 'out/',
    };
    const answer = await ask('/rpc/create_s3_integration', service, {
      method: 'POST',
      body: JSON.stringify({ p_actor: owner.id, p_integration: integration, p_credentials: null }),
    });
    expect([answer.status, answer.body]).toEqual([200, JSON.stringify(integration.id)]);
  });
});
