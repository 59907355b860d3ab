import type { Begun, DueObject, ObjectLedger, ObjectToProcess, ObjectToWrite } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link ObjectLedger} over the functions of `add_object_verbs`. Needs a service client. */
export const createObjectLedger = (client: Client): ObjectLedger => ({
  claimDueObjects: async (input) => {
    const rows = unwrap(
      await client.rpc('claim_due_objects', {
        p_limit: input.limit,
        p_per_integration: input.perIntegration,
        p_in_flight_per_tenant: input.inFlightPerTenant,
        p_visibility_seconds: input.visibilitySeconds,
        p_max_attempts: input.maxAttempts,
      }),
    );
    return rows.map((row) => ({
      objectId: row.object_id,
      target: fromJson<DueObject['target']>(row.target),
    }));
  },
  beginProcessing: async (objectIds, leaseSeconds) =>
    fromJson<Begun<ObjectToProcess>>(
      unwrap(
        await client.rpc('begin_processing', { p_object_ids: [...objectIds], p_lease_seconds: leaseSeconds }),
      ),
    ),
  reportProgress: async ({ objectId, leaseId }, progress, leaseSeconds) =>
    unwrap(
      await client.rpc('report_progress', {
        p_object_id: objectId,
        p_lease_id: leaseId,
        p_progress: toJson(progress),
        p_lease_seconds: leaseSeconds,
      }),
    ),
  completeProcessing: async ({ objectId, leaseId }, result, visibilitySeconds) =>
    unwrap(
      await client.rpc('complete_processing', {
        p_object_id: objectId,
        p_lease_id: leaseId,
        p_outputs: toJson(result.outputs),
        p_pages: result.pages,
        p_report: toJson(result.report),
        p_amount_micros: result.amountMicros,
        p_visibility_seconds: visibilitySeconds,
      }),
    ),
  beginWriteback: async (objectIds, leaseSeconds) =>
    fromJson<Begun<ObjectToWrite>>(
      unwrap(
        await client.rpc('begin_writeback', { p_object_ids: [...objectIds], p_lease_seconds: leaseSeconds }),
      ),
    ),
  completeWriteback: async ({ objectId, leaseId }, outputs) =>
    unwrap(
      await client.rpc('complete_writeback', {
        p_object_id: objectId,
        p_lease_id: leaseId,
        p_outputs: toJson(outputs),
      }),
    ),
  settleAttempt: async ({ objectId, leaseId }, attempt) =>
    fromJson<string | null>(
      unwrapNullable(
        await client.rpc('settle_attempt', {
          p_object_id: objectId,
          p_lease_id: leaseId,
          p_disposition: attempt.disposition,
          p_reason: attempt.reason,
          p_detail: fromJson<string>(attempt.detail),
          p_provider_code: fromJson<string>(attempt.providerCode),
          p_delay_seconds: attempt.delaySeconds,
          p_max_attempts: attempt.maxAttempts,
          p_owner: attempt.owner,
          p_max_attempts_in_all: attempt.maxAttemptsInAll,
        }),
      ),
    ),
});
