import type { ReplayBatch, ReplayLedger } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrapNullable } from '../errors.ts';
import { fromJson } from '../json.ts';

/** {@link ReplayLedger} over `run_replay_batch`. Needs a service client. */
export const createReplayLedger = (client: Client): ReplayLedger => ({
  runBatch: async ({ limit, scan, maxWaiting }) =>
    fromJson<ReplayBatch | null>(
      unwrapNullable(
        await client.rpc('run_replay_batch', { p_limit: limit, p_scan: scan, p_max_waiting: maxWaiting }),
      ),
    ),
});
