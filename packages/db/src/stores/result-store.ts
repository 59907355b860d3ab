import type { ResultStore, StoredResult } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap } from '../errors.ts';
import { fromJson } from '../json.ts';

/** {@link ResultStore} over the functions of `add_result_reads`. Needs a service client. */
export const createResultStore = (client: Client): ResultStore => ({
  getResult: async (actorId, integrationId, objectId, kind) =>
    fromJson<StoredResult>(
      unwrap(
        await client.rpc('get_s3_result', {
          p_actor: actorId,
          p_integration_id: integrationId,
          p_object_id: objectId,
          p_kind: kind,
        }),
      ),
    ),
});
