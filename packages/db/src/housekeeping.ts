import type { Client } from './clients.ts';
import { unwrap, unwrapNullable } from './errors.ts';
import { toJson } from './json.ts';

/** One line of `app_logs`. */
export interface AppLogEntry {
  readonly service: 's3-integrations' | 's3-poller' | 's3-ingest' | 's3-integration-writeback';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly message: string;
  readonly tenantId: string | null;
  readonly integrationId: string | null;
  readonly requestId: string | null;
  /** Redacted already. */
  readonly fields: unknown;
}

export interface Housekeeping {
  writeLogs(entries: readonly AppLogEntry[]): Promise<void>;
  /** Settles what was pending in deleted integrations; returns how many rows, at most `limit`. */
  settleDeletedIntegrations(limit: number): Promise<number>;
  /** Settles what is pending outside of input folders that were changed; returns how many rows, at most `limit`. */
  settleChangedPrefixes(limit: number): Promise<number>;
  /** Takes up again what passed connection tests are to take up; returns how many rows, at most `limit`. */
  reviveAfterTest(limit: number): Promise<number>;
  /** Tells tenants of integrations whose bucket holds documents up, and of their recovery; returns how many. */
  notifyHeldUp(): Promise<number>;
  /** Deletes log lines older than `days`; returns how many, at most 10,000. */
  pruneLogs(days: number): Promise<number>;
  /** Deletes daily figures of usage older than `days`; returns how many, at most 10,000. */
  pruneUsage(days: number): Promise<number>;
  /** Deletes dry runs that ended more than `days` ago; returns how many, at most 10,000. */
  pruneDryRuns(days: number): Promise<number>;
  /** Forgets idempotency keys that have expired; returns how many, at most 10,000. */
  pruneIdempotencyKeys(): Promise<number>;
}

/** What cron does besides polling. Needs a service client. */
export const createHousekeeping = (client: Client): Housekeeping => ({
  writeLogs: async (entries) => {
    if (entries.length > 0)
      unwrapNullable(await client.rpc('write_app_logs', { p_entries: toJson(entries) }));
  },
  settleDeletedIntegrations: async (limit) =>
    unwrap(await client.rpc('settle_deleted_integrations', { p_limit: limit })),
  settleChangedPrefixes: async (limit) =>
    unwrap(await client.rpc('settle_changed_prefixes', { p_limit: limit })),
  reviveAfterTest: async (limit) => unwrap(await client.rpc('revive_after_test', { p_limit: limit })),
  notifyHeldUp: async () => unwrap(await client.rpc('notify_held_up')),
  pruneLogs: async (days) => unwrap(await client.rpc('prune_app_logs', { p_days: days })),
  pruneUsage: async (days) => unwrap(await client.rpc('prune_s3_usage', { p_days: days })),
  pruneDryRuns: async (days) => unwrap(await client.rpc('prune_s3_dry_runs', { p_days: days })),
  pruneIdempotencyKeys: async () => unwrap(await client.rpc('prune_idempotency_keys', {})),
});
