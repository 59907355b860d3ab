import { randomUUID } from 'node:crypto';
import { type Client, createIntegrationStore, createReplayLedger, createServiceClient } from '@sluice/db';
import { createTenant, type Stack, startTemporaryStack, type TestTenant } from '@sluice/testkit';
import { afterAll } from 'vitest';

/** A database where nothing else moves, with the verbs as the engine and as a user call them. */
export interface ObjectWorld {
  readonly stack: Stack;
  readonly service: Client;
  readonly replays: ReturnType<typeof createReplayLedger>;
  rows<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
}

export async function startObjectWorld(): Promise<ObjectWorld> {
  const stack = await startTemporaryStack({ workers: false, buckets: [] });
  afterAll(() => stack.stop());
  const service = createServiceClient(stack.supabaseUrl, stack.secretKey);
  return {
    stack,
    service,
    replays: createReplayLedger(service),
    rows: async <T>(sql: string, values: readonly unknown[] = []) =>
      (await stack.sql.query(sql, [...values])).rows as T[],
  };
}

export interface Connection {
  readonly tenant: TestTenant;
  readonly integrationId: string;
}

const SEALED = {
  version: 1,
  formatVersion: 1,
  keyId: 'local',
  kmsKeyVersion: 1,
  dataKeyCiphertext: `\\x${'ab'.repeat(60)}`,
  secretCiphertext: `\\x${'cd'.repeat(90)}`,
};

/** A connected bucket of a tenant of its own. Results go to `out/`. */
export async function connect({ stack, service }: ObjectWorld): Promise<Connection> {
  const tenant = await createTenant(stack);
  const integrationId = randomUUID();
  await createIntegrationStore(service).create(
    tenant.owner.id,
    {
      id: integrationId,
      tenantId: tenant.id,
      name: 'Documents',
      provider: 'generic',
      bucket: `bucket-${integrationId}`,
      region: 'auto',
      endpoint: 'https://s3.example.test',
      addressingStyle: 'path',
      roleArn: null,
      externalId: null,
      accessKeyHint: 'WXYZ',
      inputPrefix: '',
      outputPrefix: 'out/',
      overwritePolicy: 'reprocess',
      language: null,
    },
    SEALED,
  );
  await stack.sql.query(`update public.s3_integrations set status = 'active' where id = $1`, [integrationId]);
  return { tenant, integrationId };
}

export interface Seed {
  readonly key: string;
  readonly state: string;
  readonly reason?: string | null;
  readonly etag?: string;
  readonly sizeBytes?: number;
  readonly isCurrent?: boolean;
  readonly pages?: number | null;
  /** Seconds after a fixed instant. */
  readonly foundAt?: number;
}

const PENDING = new Set(['found', 'queued', 'processing', 'staged']);
export const EPOCH = Date.parse('2026-11-01T00:00:00Z');

/** Puts rows into the ledger; gives their ids in the same order. */
export async function seed(
  world: ObjectWorld,
  { tenant, integrationId }: Connection,
  objects: readonly Seed[],
): Promise<string[]> {
  const rows = objects.map((object, n) => ({
    id: randomUUID(),
    key: object.key,
    etag: object.etag ?? `etag-${n}`,
    size_bytes: object.sizeBytes ?? 100,
    is_current: object.isCurrent ?? true,
    state: object.state,
    reason: object.reason ?? null,
    pages: object.pages ?? null,
    due_at: PENDING.has(object.state) ? '2026-12-01T00:00:00Z' : null,
    found_at: new Date(EPOCH + (object.foundAt ?? n) * 1000).toISOString(),
  }));
  await world.rows(
    `insert into public.s3_processed_objects (id, tenant_id, integration_id, key, etag, size_bytes, is_current, found_by, state, reason,
       pages, due_at, found_at, state_changed_at)
     select o.id, $1, $2, o.key, o.etag, o.size_bytes, o.is_current, 'poll', o.state, o.reason, o.pages, o.due_at, o.found_at, o.found_at
     from jsonb_to_recordset($3::jsonb) as o (id uuid, key text, etag text, size_bytes bigint, is_current bool, state text, reason text,
       pages int, due_at timestamptz, found_at timestamptz)`,
    [tenant.id, integrationId, JSON.stringify(rows)],
  );
  return rows.map(({ id }) => id);
}

/** The answer of a call of a user that must succeed. */
export async function rpc<T>(
  { tenant }: Connection,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<T> {
  const { data, error } = await tenant.owner.client.rpc(name, args);
  if (error !== null) throw new Error(`${name}: ${error.code} ${error.message} ${error.details}`);
  return data as T;
}
