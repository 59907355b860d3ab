import { randomUUID } from 'node:crypto';
import type { IntegrationConfig, IntegrationStore, SealedRecord } from '@sluice/core';
import type { ConnectionTest } from '@sluice/shared';
import { pollUntil } from '@sluice/testkit';
import type { Connection, Ledger } from './ledger.ts';

export const PASSED: ConnectionTest = {
  outcome: 'passed',
  testedAt: '2026-01-01T00:00:00.000Z',
  checks: [],
};

export const sealedAs = (version: number): SealedRecord => ({
  version,
  formatVersion: 1,
  keyId: 'local',
  kmsKeyVersion: 1,
  dataKeyCiphertext: `\\x${'ab'.repeat(60)}`,
  secretCiphertext: `\\x${'cd'.repeat(90)}`,
});

/** Edits the integration as it stands; with credentials when told to. */
export async function edit(
  integrations: IntegrationStore,
  { tenant, integrationId }: Connection,
  changes: Partial<IntegrationConfig>,
  isWithCredentials = false,
): Promise<void> {
  const { integration, revision, nextVersion } = await integrations.getForEdit(
    tenant.owner.id,
    integrationId,
  );
  const { bucket, region, endpoint, addressingStyle, roleArn, inputPrefix, outputPrefix } = {
    ...integration,
    ...changes,
  };
  await integrations.edit(tenant.owner.id, integrationId, {
    connection: { bucket, region, endpoint, addressingStyle, roleArn, inputPrefix, outputPrefix },
    settings: {},
    credentials: isWithCredentials ? sealedAs(nextVersion) : null,
    accessKeyHint: isWithCredentials ? 'EDIT' : null,
    revision,
  });
}

/** Records a passed connection test of the integration as it stands. */
export async function pass(
  integrations: IntegrationStore,
  { tenant, integrationId }: Connection,
): Promise<void> {
  const { configuration } = await integrations.getWithSecrets(tenant.owner.id, integrationId);
  await integrations.recordConnectionTest(tenant.owner.id, integrationId, PASSED, configuration);
}

/** Starts it as its owner; the code of the refusal, null when there was none. */
export async function start(
  { tenant, integrationId }: Connection,
  p_start: object = {},
): Promise<string | null> {
  const { error } = await tenant.owner.client.rpc('start_s3_integration', {
    p_integration_id: integrationId,
    p_start: p_start as never,
  });
  return error?.message ?? null;
}

/** Runs a statement in a transaction that stays open until it is committed, or its process is killed. */
export async function hold(ledger: Ledger, sql: string, values: readonly unknown[], asUser?: string) {
  const client = await ledger.stack.sql.connect();
  client.on('error', () => {});
  await client.query('begin');
  const claims = asUser === undefined ? '' : JSON.stringify({ sub: asUser, role: 'authenticated' });
  await client.query(`select set_config('request.jwt.claims', $1, true)`, [claims]);
  const { rows: pids } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await client.query(sql, [...values]);
  return {
    /** In the same transaction. */
    run: (text: string, more: readonly unknown[]) => client.query(text, [...more]),
    /** Until somebody waits for it. */
    untilWaitedFor: () =>
      pollUntil(
        async () =>
          (
            await ledger.rows('select 1 from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [
              pids[0]?.pid,
            ])
          )[0],
        { what: 'somebody to wait for the lock', timeoutMs: 30_000, intervalMs: 20 },
      ),
    commit: async () => {
      await client.query('commit');
      client.release();
    },
    kill: async () => {
      await ledger.rows('select pg_terminate_backend($1)', [pids[0]?.pid]);
      client.release(true);
    },
  };
}

/** Does something while another's transaction holds rows, which is committed once what is done waits for it. Throws when that never waits. */
export async function whileHeld<T>(
  ledger: Ledger,
  sql: string,
  values: readonly unknown[],
  act: () => Promise<T>,
): Promise<T> {
  const held = await hold(ledger, sql, values);
  const acted = act();
  try {
    await held.untilWaitedFor();
    await held.commit();
  } catch (error) {
    await held.kill();
    await acted.catch(() => undefined);
    throw error;
  }
  return acted;
}

/** Until a call of the function waits for somebody's lock, or `other` has ended. */
export const waitsOr = async (ledger: Ledger, functionName: string, other: Promise<unknown>) => {
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  other.then(end, end);
  await pollUntil(
    async () =>
      isOver ||
      (
        await ledger.rows(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%' || $1 || '%'`,
          [functionName],
        )
      ).length > 0,
    { what: `a call of ${functionName} that waits`, timeoutMs: 30_000, intervalMs: 20 },
  );
};

/** Where secrets, their versions and rotations contradict one another; nothing when they do not. */
export const brokenSecrets = async (ledger: Ledger, { integrationId }: Connection): Promise<unknown[]> =>
  ledger.rows(
    `select 'sealed without a version' as what, s.version from private.sealed_secrets s
     where s.record_id = $1 and s.field = 'credentials' and not exists (
       select 1 from public.s3_secret_versions v where v.integration_id = $1 and v.field = 'credentials'
         and v.version = s.version and v.state <> 'destroyed')
     union all
     select 'version without a secret', v.version from public.s3_secret_versions v
     where v.integration_id = $1 and v.field = 'credentials' and v.state <> 'destroyed' and not exists (
       select 1 from private.sealed_secrets s where s.record_id = $1 and s.field = 'credentials' and s.version = v.version)
     union all
     select 'open rotation ' || r.state, r.to_version from public.s3_credential_rotations r
     where r.integration_id = $1 and r.ended_at is null and not exists (
       select 1 from public.s3_secret_versions v where v.integration_id = $1 and v.field = 'credentials'
         and v.version = r.to_version and v.state = case r.state when 'staged' then 'staged' else 'current' end)
     union all
     select 'staged for nobody', v.version from public.s3_secret_versions v
     where v.integration_id = $1 and v.field = 'credentials' and v.state = 'staged' and not exists (
       select 1 from public.s3_credential_rotations r where r.integration_id = $1 and r.state = 'staged' and r.to_version = v.version)`,
    [integrationId],
  );

export const newBucket = (): string => `bucket-${randomUUID()}`;
