import type { ResealLease, ResealLedger, StoredSecret } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link ResealLedger} over the reseal functions. Needs a service client. */
export const createResealLedger = (client: Client): ResealLedger => ({
  begin: async (actorId, { keyId, kmsKeyVersion }) =>
    unwrap(
      await client.rpc('begin_reseal', {
        p_actor: actorId,
        p_key_id: keyId,
        p_kms_key_version: kmsKeyVersion,
      }),
    ),
  claimDue: async () => fromJson<string | null>(unwrapNullable(await client.rpc('claim_due_reseal'))),
  claim: async ({ keyId, kmsKeyVersion }, leaseSeconds) =>
    fromJson<ResealLease | null>(
      unwrapNullable(
        await client.rpc('claim_reseal', {
          p_key_id: keyId,
          p_kms_key_version: kmsKeyVersion,
          p_lease_seconds: leaseSeconds,
        }),
      ),
    ),
  next: async (runId, after, limit) =>
    fromJson<StoredSecret[]>(
      unwrap(
        await client.rpc('next_reseal_batch', {
          p_run_id: runId,
          // The generated type does not know that it may be null.
          p_after: after as string,
          p_limit: limit,
        }),
      ),
    ),
  save: async ({ runId, leaseId }, { cursor, resealed, failed }, leaseSeconds) =>
    fromJson<number | null>(
      unwrapNullable(
        await client.rpc('save_reseal_batch', {
          p_run_id: runId,
          p_lease_id: leaseId,
          p_cursor: cursor,
          p_resealed: toJson(resealed),
          p_failed: toJson(failed),
          p_lease_seconds: leaseSeconds,
        }),
      ),
    ),
  endPass: async ({ runId, leaseId }) =>
    fromJson<Awaited<ReturnType<ResealLedger['endPass']>>>(
      unwrapNullable(await client.rpc('end_reseal_pass', { p_run_id: runId, p_lease_id: leaseId })),
    ),
  release: async ({ runId, leaseId }, heldUpBy) => {
    unwrapNullable(
      await client.rpc('release_reseal', {
        p_run_id: runId,
        p_lease_id: leaseId,
        ...(heldUpBy === null ? {} : { p_held_up_by: heldUpBy }),
      }),
    );
  },
});
