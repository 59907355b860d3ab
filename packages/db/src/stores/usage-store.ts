import type { UsageStore } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { toJson } from '../json.ts';

/** {@link UsageStore} over the functions of `add_usage`. Needs a service client. */
export const createUsageStore = (client: Client): UsageStore => ({
  recordCalls: async (calls) => {
    unwrapNullable(await client.rpc('record_s3_calls', { p_calls: toJson(calls) }));
  },
  foldUsage: async (limit) => unwrap(await client.rpc('fold_s3_usage', { p_limit: limit })),
});
