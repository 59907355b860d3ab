import { randomUUID } from 'node:crypto';
import type {
  BegunPoll,
  ListedObject,
  NewIntegration,
  ObjectLedger,
  PollLedger,
  SealedRecord,
} from '@sluice/core';
import {
  type Client,
  createHousekeeping,
  createIntegrationStore,
  createObjectLedger,
  createPollLedger,
  createServiceClient,
  type Housekeeping,
} from '@sluice/db';
import { createTenant, type Stack, startTemporaryStack, type TestTenant } from '@sluice/testkit';
import { afterAll } from 'vitest';

/** The engine's view of a database, through real PostgREST, on a stack where nothing else moves. */
export interface Ledger {
  readonly stack: Stack;
  readonly service: Client;
  readonly polls: PollLedger;
  readonly objects: ObjectLedger;
  readonly housekeeping: Housekeeping;
  /** Rows of a query as superuser: laying the ground, and looking behind the verbs. */
  rows<T>(sql: string, values?: readonly unknown[]): Promise<T[]>;
}

export interface Connection {
  readonly tenant: TestTenant;
  readonly integrationId: string;
}

/** Claims look at the whole database, so each file has one of its own. It goes when the file's tests are over. */
export async function startLedger(): Promise<Ledger> {
  const stack = await startTemporaryStack({ workers: false, buckets: [] });
  afterAll(() => stack.stop());
  const service = createServiceClient(stack.supabaseUrl, stack.secretKey);
  return {
    stack,
    service,
    polls: createPollLedger(service),
    objects: createObjectLedger(service),
    housekeeping: createHousekeeping(service),
    rows: async <T>(sql: string, values: readonly unknown[] = []) => {
      const { rows } = await stack.sql.query(sql, [...values]);
      return rows as T[];
    },
  };
}

const SEALED: SealedRecord = {
  version: 1,
  formatVersion: 1,
  keyId: 'local',
  kmsKeyVersion: 1,
  dataKeyCiphertext: `\\x${'ab'.repeat(60)}`,
  secretCiphertext: `\\x${'cd'.repeat(90)}`,
};

/** Connects a bucket and starts it: of a new tenant unless one is given. */
export async function connect(
  ledger: Ledger,
  wanted: Partial<NewIntegration> & { tenant?: TestTenant } = {},
): Promise<Connection> {
  const { stack, service } = ledger;
  const { tenant = await createTenant(stack), ...fields } = wanted;
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
      ...fields,
    },
    SEALED,
  );
  await ledger.rows(`update public.s3_integrations set status = 'active' where id = $1`, [integrationId]);
  return { tenant, integrationId };
}

export const LEASE_SECONDS = 600;

/** Begins a poll of the integration, as if it were due and any earlier lease had run out. */
export async function beginPoll(ledger: Ledger, { integrationId }: Connection): Promise<BegunPoll> {
  await ledger.rows(
    `update public.s3_poll_states set next_poll_at = now() - interval '1 hour', lease_expires_at = now() where integration_id = $1`,
    [integrationId],
  );
  const claimed = await ledger.polls.claimDuePolls(1000, LEASE_SECONDS);
  const lease = claimed.find((claim) => claim.integrationId === integrationId);
  if (lease === undefined) throw new Error('the poll was not claimed');
  const poll = await ledger.polls.beginPoll(integrationId, lease.leaseId, LEASE_SECONDS);
  if (poll === null) throw new Error('the poll did not begin');
  return poll;
}

/** The lease of a poll, as the verbs take it. */
export const leaseOf = (poll: BegunPoll) => ({
  integrationId: poll.integration.id,
  leaseId: poll.leaseId,
  leaseSeconds: LEASE_SECONDS,
});

export const listed = (key: string, etag = 'v1', more: Partial<ListedObject> = {}): ListedObject => ({
  key,
  etag,
  sizeBytes: 100,
  lastModified: '2026-01-01T00:00:00.000Z',
  skipReason: null,
  ...more,
});

/** Records objects as a page requested now, in a poll of its own unless one is given. */
export async function record(
  ledger: Ledger,
  connection: Connection,
  objects: readonly ListedObject[],
  given?: BegunPoll,
): ReturnType<PollLedger['recordObjects']> {
  const poll = given ?? (await beginPoll(ledger, connection));
  return ledger.polls.recordObjects(leaseOf(poll), await databaseNow(ledger), objects);
}

export async function databaseNow(ledger: Ledger): Promise<string> {
  const [row] = await ledger.rows<{ now: string }>('select clock_timestamp()::text as now');
  if (row === undefined) throw new Error('no clock');
  return row.now;
}

export interface ObjectRow {
  id: string;
  key: string;
  etag: string;
  is_current: boolean;
  state: string;
  reason: string | null;
  attempts: number;
  revision: number;
  job_id: string;
  lease_id: string | null;
  due_at: Date | null;
  staged_outputs: unknown;
}

/** The versions of a connection's objects, by key and ETag. */
export const objectsOf = (ledger: Ledger, { integrationId }: Connection): Promise<ObjectRow[]> =>
  ledger.rows<ObjectRow>(
    `select id, key, etag, is_current, state, reason, attempts, revision, job_id, lease_id, due_at, staged_outputs
     from public.s3_processed_objects where integration_id = $1 order by key, etag`,
    [integrationId],
  );

/** The one object that a connection has. */
export async function onlyObject(ledger: Ledger, connection: Connection): Promise<ObjectRow> {
  const [row, ...others] = await objectsOf(ledger, connection);
  if (row === undefined || others.length > 0) throw new Error(`there are ${others.length + 1} objects`);
  return row;
}

/** A connection with one object, found. */
export async function withObject(
  ledger: Ledger,
  key = 'a.pdf',
): Promise<{ connection: Connection; row: ObjectRow }> {
  const connection = await connect(ledger);
  await record(ledger, connection, [listed(key)]);
  return { connection, row: await onlyObject(ledger, connection) };
}

/** How a listing ends that saw one object in one call, and comes again in an hour. */
export const FINISHED = {
  upserts: [],
  removed: [],
  isFinished: true,
  isUnordered: false,
  listedObjects: 1,
  listCalls: 1,
  intervalSeconds: 3600,
};

/** Lets everything that is pending become due: as if much time went by. */
export const makeDue = (ledger: Ledger, { integrationId }: Connection): Promise<unknown> =>
  ledger.rows(
    `update public.s3_processed_objects set due_at = now() - interval '1 second' where integration_id = $1 and due_at is not null`,
    [integrationId],
  );

/** Identity and version of every row that a connection has: equal before and after means nothing was written. */
export async function fingerprint(ledger: Ledger, { integrationId, tenant }: Connection): Promise<string[]> {
  const tables = [
    's3_integrations',
    's3_processed_objects',
    's3_poll_states',
    's3_listing_slices',
    'cost_ledger',
    'app_logs',
  ];
  const rows = await Promise.all(
    tables.map((table) =>
      ledger.rows<{ row: string }>(
        `select format('%s %s %s %s', '${table}', ctid, xmin, to_jsonb(t)) as row from public.${table} t
         where ${table === 's3_integrations' ? 'id' : 'integration_id'} = $1 order by 1`,
        [integrationId],
      ),
    ),
  );
  const audits = await ledger.rows<{ row: string }>(
    `select format('audit %s', id) as row from public.audit_events where tenant_id = $1 order by id`,
    [tenant.id],
  );
  return [...rows.flat(), ...audits].map(({ row }) => row);
}
