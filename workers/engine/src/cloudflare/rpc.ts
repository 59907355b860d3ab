import { deployReceiver, removeReceiver } from '@sluice/core';
import { CloudflareAccess, DeployR2Receiver, type R2ReceiverRpc } from '@sluice/shared';
import * as z from 'zod';
import type { Door } from '../door.ts';
import type { Engine } from '../wiring.ts';
import { cloudflareWith } from './ask-cloudflare.ts';

const EventsUrl = z.url({ protocol: /^https?$/ }).max(1000);

/** Deploying a receiver into the customer's account, and taking it back. */
export const r2ReceiverRpcOf = (engine: Engine, { asCaller, parsed }: Door): R2ReceiverRpc => ({
  deployR2Receiver: (caller, integrationId, eventsUrl, request) =>
    asCaller(caller, 'deployR2Receiver', (actorId) => {
      const { accountId, apiToken, newSecret } = parsed(DeployR2Receiver, request);
      return deployReceiver(
        {
          actorId,
          accountId,
          ask: cloudflareWith(engine.settings, apiToken),
          receivers: engine.receivers,
          integrations: engine.integrations,
          eventSecrets: engine.secrets.events,
          secrets: engine.secrets.eventSecrets,
        },
        parsed(z.uuid(), integrationId),
        parsed(EventsUrl, eventsUrl),
        { newSecret },
      );
    }),
  removeR2Receiver: (caller, integrationId, access) =>
    asCaller(caller, 'removeR2Receiver', (actorId) => {
      const { accountId, apiToken } = parsed(CloudflareAccess, access);
      return removeReceiver(
        {
          actorId,
          accountId,
          ask: cloudflareWith(engine.settings, apiToken),
          receivers: engine.receivers,
          integrations: engine.integrations,
        },
        parsed(z.uuid(), integrationId),
      );
    }),
});
