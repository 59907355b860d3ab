import { randomUUID } from 'node:crypto';
import type { SealedRecord } from '@sluice/core';
import {
  createCredentialStore,
  createEventLedger,
  createIntegrationStore,
  createObjectLedger,
  createPollLedger,
  createReplayLedger,
  createSecretUpkeep,
  createServiceClient,
} from '@sluice/db';
import { createTenant, type Stack } from '@sluice/testkit';
import type { Backend, BookRow } from '../backend.ts';

export interface PostgresBackend extends Backend {
  /** Nothing of it is to be claimed by the next history. */
  end(): Promise<void>;
}

/** The real database, through PostgREST and the repositories that the Workers use. */
export const postgresBackend = async (stack: Stack): Promise<PostgresBackend> => {
  const service = createServiceClient(stack.supabaseUrl, stack.secretKey);
  const upkeep = createSecretUpkeep(service);
  const credentials = createCredentialStore(service);
  const { id: tenantId, owner } = await createTenant(stack);
  const query = async <T extends object>(sql: string, ...values: readonly unknown[]): Promise<T[]> =>
    (await stack.sql.query<T>(sql, [...values])).rows;
  return {
    polls: createPollLedger(service),
    objects: createObjectLedger(service),
    events: createEventLedger(service),
    replays: createReplayLedger(service),
    rollBack: upkeep.rollBack,
    sweepSecrets: () => upkeep.sweep(100),

    addIntegration: async ({ detectionMode, startFrom, ...wish }) => {
      const id = randomUUID();
      await createIntegrationStore(service).create(
        owner.id,
        {
          id,
          tenantId,
          name: 'Simulated',
          provider: 'generic',
          bucket: `bucket-${id}`,
          region: 'auto',
          endpoint: 'https://s3.example.test',
          addressingStyle: 'path',
          roleArn: null,
          externalId: null,
          accessKeyHint: 'WXYZ',
          language: null,
          ...wish,
        },
        sealedAs(1),
      );
      await query(
        `insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, since)
         values ($1, $2, 'event_secret', 1, 'current', now())`,
        id,
        tenantId,
      );
      await query(
        `update public.s3_integrations set status = 'active', start_from = $2, detection_mode = $3 where id = $1`,
        id,
        startFrom === null ? null : new Date(startFrom).toISOString(),
        detectionMode,
      );
      return id;
    },
    setStatus: async (id, status) => {
      const { error } = await owner.client.rpc('update_s3_integration', {
        p_integration_id: id,
        p_changes: { status },
      });
      if (error !== null) throw new Error(`The status was not set: ${error.message}`);
    },
    setDetectionMode: async (id, mode) => {
      const { error } = await owner.client.rpc('set_s3_detection_mode', {
        p_integration_id: id,
        p_mode: mode,
      });
      if (error !== null) throw new Error(`The mode was not set: ${error.message}`);
    },
    rotate: async (id, keepSeconds) => {
      const { version, configuration } = await credentials.begin(owner.id, id);
      const hours = keepSeconds / 3600;
      const rotation = await credentials.stage(owner.id, id, sealedAs(version), 'NEXT', hours, configuration);
      await credentials.swap(
        owner.id,
        rotation,
        { outcome: 'passed', testedAt: new Date(0).toISOString(), checks: [] },
        300,
      );
      return version;
    },
    credentialsVersion: async (id) => {
      const [row] = await query<{ version: number }>(
        `select version from public.s3_secret_versions where integration_id = $1 and field = 'credentials' and state = 'current'`,
        id,
      );
      return row?.version ?? 0;
    },
    replay: async (id, states) => {
      const args = { p_integration_id: id, p_states: states };
      const { data: shown, error } = await owner.client.rpc('preview_s3_replay', args);
      if (error !== null) throw new Error(`The replay was not shown: ${error.message}`);
      if (shown.objects === 0) return 0;
      const begun = await owner.client.rpc('create_s3_replay', {
        ...args,
        p_replay_id: shown.replayId,
        p_as_of: shown.asOf,
        p_expected_objects: shown.objects,
      });
      if (begun.error !== null) throw new Error(`The replay was not begun: ${begun.error.message}`);
      return Number(shown.objects);
    },

    books: async (id) => ({
      rows: await query<BookRow>(ROWS, id),
      charges: await query(CHARGES, tenantId),
      discrepancies: (await query('select * from public.check_s3_ledger($1)', id)).map((row) =>
        JSON.stringify(row),
      ),
    }),
    nextDueAt: async () => {
      const [row] = await query<{ at: string | null }>(NEXT_DUE, tenantId);
      return row?.at == null ? null : Number(row.at);
    },
    end: async () => {
      await query(`update public.s3_integrations set status = 'paused' where tenant_id = $1`, tenantId);
    },
  };
};

const ROWS = `select id, key, etag, size_bytes::int as "sizeBytes", state, reason, is_current as "isCurrent", job_id as "jobId",
    due_at is not null as "isDue", lease_id is not null as "isLeased"
  from public.s3_processed_objects where integration_id = $1`;

const CHARGES = `select c.job_id as "jobId", c.pages, c.amount_micros::int as "amountMicros",
    exists (select 1 from public.cost_ledger b where b.job_id = c.job_id and b.kind = 'credit') as "isCredited"
  from public.cost_ledger c where c.tenant_id = $1 and c.kind = 'processing'`;

const NEXT_DUE = `select extract(epoch from min(at)) * 1000 as at from (
    select greatest(s.next_poll_at, s.lease_expires_at) as at from public.s3_poll_states s
    join public.s3_integrations i on i.id = s.integration_id where i.tenant_id = $1 and i.status = 'active'
    union all
    select due_at from public.s3_processed_objects where tenant_id = $1 and due_at is not null) as due`;

const sealedAs = (version: number): SealedRecord => ({
  version,
  formatVersion: 1,
  keyId: 'simulated',
  kmsKeyVersion: 1,
  dataKeyCiphertext: `\\x${'ab'.repeat(60)}`,
  secretCiphertext: `\\x${'cd'.repeat(90)}`,
});
