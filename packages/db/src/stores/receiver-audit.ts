import type { ReceiverAct, ReceiverAudit } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrapNullable } from '../errors.ts';
import { toJson } from '../json.ts';

/** {@link ReceiverAudit} over the function of `audit_receivers`. Needs a service client. */
export const createReceiverAudit = (client: Client): ReceiverAudit => {
  const note = async (
    actorId: string,
    integrationId: string,
    { action, accountId }: ReceiverAct,
    outcome: 'begun' | 'done' | 'failed',
    steps: Readonly<Record<string, string>> | null,
  ): Promise<void> => {
    unwrapNullable(
      await client.rpc('note_r2_receiver', {
        p_actor: actorId,
        p_integration_id: integrationId,
        p_action: action,
        p_account_id: accountId,
        p_outcome: outcome,
        p_steps: toJson(steps),
      }),
    );
  };
  return {
    begun: (actorId, integrationId, act) => note(actorId, integrationId, act, 'begun', null),
    ended: (actorId, integrationId, act, { outcome, steps }) =>
      note(
        actorId,
        integrationId,
        act,
        outcome,
        Object.fromEntries(steps.map((step) => [step.name, step.outcome])),
      ),
  };
};
