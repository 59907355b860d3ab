import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type ApiClient, createApiClient, eachItem, unwrap } from '@sluice/api-client';
import { createAnonymousClient, createTenant, createUser, type TestUser } from '../factory.ts';
import { readJsonFile, writeJsonFile } from '../stack/data-dir.ts';
import type { DemoUser } from '../stack/dev-json.ts';
import type { StackCoordinates } from '../stack/stack-types.ts';

export interface DemoAccount {
  readonly user: TestUser;
  readonly tenantId: string;
  readonly api: ApiClient;
}

type Passwords = Record<string, string>;

/**
 * The user and the tenant, made if they are not there yet. The password is kept in the data directory before the
 * user is made, so that a kill in between leaves nobody locked out.
 */
export async function ensureAccount(
  stack: StackCoordinates,
  wanted: { email: string; tenantName: string },
): Promise<DemoAccount> {
  const user = await ensureUser(stack, wanted.email);
  const api = createApiClient({ baseUrl: apiUrlOf(stack), accessToken: user.accessToken });
  const { items: tenants } = await unwrap(api.GET('/api/tenants'));
  const known = tenants.find(({ name }) => name === wanted.tenantName);
  const { id: tenantId } = known ?? (await createTenant(stack, { name: wanted.tenantName, owner: user }));
  return { user, tenantId, api };
}

/** A bucket to connect, of the stack's own. */
export interface DemoConnection {
  readonly name: string;
  readonly bucket: string;
  readonly inputPrefix: string;
  readonly outputPrefix: string;
}

/**
 * Connects a bucket of the stack to the tenant, tests it and starts it, as far as that is not done yet: a kill in between
 * leaves a draft, which is taken up again.
 *
 * @returns the integration's id.
 * @throws when the connection test does not pass.
 */
export async function ensureIntegration(
  { s3 }: Pick<StackCoordinates, 's3'>,
  { api, tenantId }: DemoAccount,
  { name, bucket, inputPrefix, outputPrefix }: DemoConnection,
): Promise<string> {
  const existing = await integrationOn(api, { tenantId, bucket, inputPrefix });
  const { id, status } =
    existing ??
    (await unwrap(
      api.POST('/api/integrations/s3', {
        body: {
          tenantId,
          name,
          bucket,
          inputPrefix,
          outputPrefix,
          provider: 'generic',
          endpoint: s3.endpoint,
          region: s3.region,
          addressingStyle: 'path',
          credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
        },
      }),
    ));
  if (status === 'draft') {
    const params = { path: { id } };
    await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', { params }));
    await unwrap(api.POST('/api/integrations/s3/{id}/start', { params, body: {} }));
  }
  return id;
}

async function integrationOn(
  api: ApiClient,
  wanted: { tenantId: string; bucket: string; inputPrefix: string },
) {
  const { tenantId } = wanted;
  const pages = eachItem((cursor) =>
    unwrap(api.GET('/api/integrations/s3', { params: { query: { tenantId, ...cursor } } })),
  );
  for await (const integration of pages) {
    const { bucket, inputPrefix } = integration;
    if (bucket === wanted.bucket && inputPrefix === wanted.inputPrefix) return integration;
  }
  return undefined;
}

/** The demo's users of a data directory, as far as they were made. */
export async function demoUsers(dataDir: string): Promise<DemoUser[]> {
  const passwords = (await readJsonFile<Passwords>(passwordFile(dataDir))) ?? {};
  return Object.entries(passwords).map(([email, password]) => ({ email, password }));
}

/** Origin of the api Worker. @throws when the stack runs without Workers. */
export function apiUrlOf({ apiUrl }: Pick<StackCoordinates, 'apiUrl'>): string {
  if (apiUrl === null) throw new Error('this stack was started without Workers');
  return apiUrl;
}

async function ensureUser(stack: StackCoordinates, email: string): Promise<TestUser> {
  const passwords = (await readJsonFile<Passwords>(passwordFile(stack.dataDir))) ?? {};
  const password = passwords[email] ?? randomBytes(12).toString('base64url');
  if (passwords[email] === undefined) {
    await writeJsonFile(passwordFile(stack.dataDir), { ...passwords, [email]: password });
    return createUser(stack, { email, password });
  }
  const client = createAnonymousClient(stack);
  const { data } = await client.auth.signInWithPassword({ email, password });
  // Killed before the sign-up: the password is kept, the user is not there.
  if (data.session === null) return createUser(stack, { email, password });
  return { id: data.session.user.id, email, password, accessToken: data.session.access_token, client };
}

function passwordFile(dataDir: string): string {
  return join(dataDir, 'demo-users.json');
}
