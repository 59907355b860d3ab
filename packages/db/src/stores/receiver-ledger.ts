import type { ReceiverAct, ReceiverLease, ReceiverLedger } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link ReceiverLedger} over the functions of `deploy_receivers_one_at_a_time`. Needs a service client. */
export const createReceiverLedger = (client: Client): ReceiverLedger => ({
  begin: async (actorId, integrationId, act) =>
    fromJson<ReceiverLease>(
      unwrap(
        await client.rpc('begin_r2_receiver', {
          p_actor: actorId,
          p_integration_id: integrationId,
          p_act: toJson(flat(act)),
        }),
      ),
    ),
  hold: async (integrationId, leaseId) => {
    unwrapNullable(
      await client.rpc('hold_r2_receiver', { p_integration_id: integrationId, p_lease_id: leaseId }),
    );
  },
  end: async (actorId, integrationId, leaseId, act, { outcome, steps }) => {
    unwrapNullable(
      await client.rpc('end_r2_receiver', {
        p_actor: actorId,
        p_integration_id: integrationId,
        p_lease_id: leaseId,
        p_act: toJson(flat(act)),
        p_outcome: outcome,
        p_steps: toJson(Object.fromEntries(steps.map((step) => [step.name, step.outcome]))),
      }),
    );
  },
});

const flat = ({ action, accountId, bucket }: ReceiverAct) => ({ action, accountId, ...bucket });
