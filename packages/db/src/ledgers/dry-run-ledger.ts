import type { BegunDryRun, DryRunLedger } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link DryRunLedger} over the functions of `create_s3_dry_runs`. Needs a service client. */
export const createDryRunLedger = (client: Client): DryRunLedger => ({
  start: async (actorId, integrationId, startFrom) =>
    unwrap(
      await client.rpc('start_s3_dry_run', {
        p_actor: actorId,
        p_integration_id: integrationId,
        ...(startFrom === null ? {} : { p_start_from: startFrom }),
      }),
    ),
  claimDue: async (limit, visibilitySeconds) =>
    unwrap(
      await client.rpc('claim_due_dry_runs', { p_limit: limit, p_visibility_seconds: visibilitySeconds }),
    ),
  begin: async (dryRunId, leaseSeconds) =>
    fromJson<BegunDryRun | null>(
      unwrapNullable(
        await client.rpc('begin_dry_run', { p_dry_run_id: dryRunId, p_lease_seconds: leaseSeconds }),
      ),
    ),
  save: async ({ dryRunId, leaseId, leaseSeconds }, progress) => {
    unwrapNullable(
      await client.rpc('save_dry_run', {
        p_dry_run_id: dryRunId,
        p_lease_id: leaseId,
        p_lease_seconds: leaseSeconds,
        p_progress: toJson(progress),
      }),
    );
  },
  fail: async ({ dryRunId, leaseId }, { code, detail, delaySeconds }) =>
    unwrapNullable(
      await client.rpc('fail_dry_run', {
        p_dry_run_id: dryRunId,
        p_lease_id: leaseId,
        p_code: code,
        p_detail: detail,
        p_delay_seconds: fromJson<number>(delaySeconds),
      }),
    ),
});
