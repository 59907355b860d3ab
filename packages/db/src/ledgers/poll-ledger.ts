import type { BegunPoll, PollLedger, RecordedPage } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link PollLedger} over the functions of `add_polling_verbs`. Needs a service client. */
export const createPollLedger = (client: Client): PollLedger => ({
  claimDuePolls: async (limit, leaseSeconds) => {
    const rows = unwrap(
      await client.rpc('claim_due_polls', { p_limit: limit, p_lease_seconds: leaseSeconds }),
    );
    return rows.map((row) => ({ integrationId: row.integration_id, leaseId: row.lease_id }));
  },
  beginPoll: async (integrationId, leaseId, leaseSeconds) =>
    fromJson<BegunPoll | null>(
      unwrapNullable(
        await client.rpc('begin_poll', {
          p_integration_id: integrationId,
          p_lease_id: leaseId,
          p_lease_seconds: leaseSeconds,
        }),
      ),
    ),
  recordObjects: async (lease, observedAt, objects) =>
    fromJson<RecordedPage>(
      unwrap(
        await client.rpc('record_s3_objects', {
          p_integration_id: lease.integrationId,
          p_lease_id: lease.leaseId,
          p_lease_seconds: lease.leaseSeconds,
          p_observed_at: observedAt,
          p_keys: objects.map((object) => object.key),
          p_etags: objects.map((object) => object.etag),
          p_sizes: objects.map((object) => object.sizeBytes),
          p_modified: fromJson<string[]>(objects.map((object) => object.lastModified)),
          p_skip_reasons: fromJson<string[]>(objects.map((object) => object.skipReason)),
        }),
      ),
    ),
  savePollProgress: async (lease, { upserts, removed }) => {
    unwrapNullable(
      await client.rpc('save_poll_progress', {
        p_integration_id: lease.integrationId,
        p_lease_id: lease.leaseId,
        p_lease_seconds: lease.leaseSeconds,
        p_upserts: toJson(upserts),
        p_removed: [...removed],
      }),
    );
  },
  completePoll: async (integrationId, leaseId, result) => {
    unwrapNullable(
      await client.rpc('complete_poll', {
        p_integration_id: integrationId,
        p_lease_id: leaseId,
        p_upserts: toJson(result.upserts),
        p_removed: [...result.removed],
        p_is_finished: result.isFinished,
        p_is_unordered: result.isUnordered,
        p_listed_objects: result.listedObjects,
        p_list_calls: result.listCalls,
        p_interval_seconds: result.intervalSeconds,
      }),
    );
  },
  failPoll: async (integrationId, leaseId, failure) => {
    unwrapNullable(
      await client.rpc('fail_poll', {
        p_integration_id: integrationId,
        p_lease_id: leaseId,
        p_code: failure.code,
        p_detail: failure.detail,
        p_interval_seconds: failure.intervalSeconds,
        p_max_interval_seconds: failure.maxIntervalSeconds,
      }),
    );
  },
});
