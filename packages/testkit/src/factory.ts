import { randomBytes } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { StackCoordinates } from './stack/stack-types.ts';

/** A signed-up user, with a client that holds its session. */
export interface TestUser {
  id: string;
  email: string;
  password: string;
  accessToken: string;
  client: SupabaseClient;
}

export interface TestTenant {
  id: string;
  name: string;
  owner: TestUser;
}

type Project = Pick<StackCoordinates, 'supabaseUrl' | 'publishableKey'>;

/** A client that keeps its session to itself: many users live side by side in one test process. */
export function createAnonymousClient(project: Project): SupabaseClient {
  return clientWith(project.supabaseUrl, project.publishableKey);
}

/** A client with the secret key: it bypasses row level security. */
export function createServiceClient(
  stack: Pick<StackCoordinates, 'supabaseUrl' | 'secretKey'>,
): SupabaseClient {
  return clientWith(stack.supabaseUrl, stack.secretKey);
}

/**
 * Signs a new user up through the gateway.
 * @param wanted anything not given is made up; the address is unique.
 */
export async function createUser(
  project: Project,
  wanted: { email?: string; password?: string; data?: Record<string, unknown> } = {},
): Promise<TestUser> {
  const client = createAnonymousClient(project);
  const email = wanted.email ?? `user-${randomBytes(6).toString('hex')}@example.test`;
  const password = wanted.password ?? randomBytes(12).toString('base64url');
  const { data, error } = await client.auth.signUp({ email, password, options: { data: wanted.data ?? {} } });
  if (error !== null) throw new Error(`signing up ${email} failed`, { cause: error });
  if (data.user === null || data.session === null) throw new Error(`signing up ${email} gave no session`);
  return { id: data.user.id, email, password, accessToken: data.session.access_token, client };
}

/** Makes a team tenant with an owner: a new user unless one is given. */
export async function createTenant(
  project: Project,
  wanted: { name?: string; owner?: TestUser } = {},
): Promise<TestTenant> {
  const owner = wanted.owner ?? (await createUser(project));
  const name = wanted.name ?? `Tenant ${randomBytes(4).toString('hex')}`;
  const { data, error } = await owner.client.rpc('create_tenant', { p_name: name });
  if (error !== null)
    throw new Error(`creating the tenant ${name} failed: ${error.message}`, { cause: error });
  if (typeof data !== 'string') throw new Error('create_tenant gave no id');
  return { id: data, name, owner };
}

/** Adds a member: a new user unless one is given. The tenant's owner invites them, and they accept. */
export async function addMember(
  project: Project,
  tenant: TestTenant,
  role: 'owner' | 'admin' | 'member',
  user?: TestUser,
): Promise<TestUser> {
  const member = user ?? (await createUser(project));
  const invited = await tenant.owner.client.rpc('invite_tenant_member', {
    p_tenant_id: tenant.id,
    p_email: member.email,
    p_role: role,
  });
  const token: unknown = invited.data?.token;
  const { error } =
    invited.error === null
      ? await member.client.rpc('accept_tenant_invitation', { p_token: token })
      : invited;
  if (error !== null)
    throw new Error(`adding a ${role} to ${tenant.name} failed: ${error.message}`, { cause: error });
  return member;
}

/** An access token of a user with the support claim, who is made if not there yet; with a new password either way. */
export async function supportToken(
  stack: Pick<StackCoordinates, 'supabaseUrl' | 'publishableKey' | 'secretKey'>,
  email = `support-${randomBytes(6).toString('hex')}@example.test`,
): Promise<string> {
  const { admin } = createServiceClient(stack).auth;
  const password = randomBytes(12).toString('base64url');
  const user = { email, password, email_confirm: true, app_metadata: { platform_role: 'support' } };
  const made = await admin.createUser(user);
  if (made.error !== null) {
    const { data } = await admin.listUsers({ perPage: 1_000 });
    const known = data.users.find((one) => one.email === email);
    if (known === undefined) throw new Error(`making ${email} failed`, { cause: made.error });
    await admin.updateUserById(known.id, user);
  }
  const { data, error } = await createAnonymousClient(stack).auth.signInWithPassword({ email, password });
  if (data.session === null) throw new Error(`signing in as ${email} failed`, { cause: error });
  return data.session.access_token;
}

function clientWith(url: string, key: string): SupabaseClient {
  return createClient(url, key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  });
}
