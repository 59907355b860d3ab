import { issueEventSecret, rotateCredentials, rotateEventSecret } from '@sluice/core';
import { RotateEventSecret, RotateS3Credentials, type SecretRpc } from '@sluice/shared';
import * as z from 'zod';
import type { Door } from '../door.ts';
import type { Engine } from '../wiring.ts';

/** The verbs on integrations' secrets that the api Worker may call. */
export const secretRpcOf = (engine: Engine, { asCaller, parsed }: Door): SecretRpc => ({
  rotateS3Credentials: (caller, integrationId, input) =>
    asCaller(caller, 'rotateCredentials', (actorId) =>
      rotateCredentials(
        {
          actorId,
          credentials: engine.secrets.credentials,
          seal: engine.seal,
          openBucket: engine.openBucketForTest,
          principalArn: engine.settings.AWS_PRINCIPAL_ARN || null,
          clock: engine.polling.clock,
          newId: () => crypto.randomUUID(),
          inFlightSeconds: engine.secrets.inFlightSeconds,
        },
        parsed(z.uuid(), integrationId),
        parsed(RotateS3Credentials, input),
      ),
    ),
  issueEventSecret: (caller, integrationId) =>
    asCaller(caller, 'issueEventSecret', (actorId) =>
      issueEventSecret(
        { actorId, eventSecrets: engine.secrets.events, secrets: engine.secrets.eventSecrets },
        parsed(z.uuid(), integrationId),
      ),
    ),
  rotateEventSecret: (caller, integrationId, input) =>
    asCaller(caller, 'rotateEventSecret', (actorId) =>
      rotateEventSecret(
        { actorId, eventSecrets: engine.secrets.events, secrets: engine.secrets.eventSecrets },
        parsed(z.uuid(), integrationId),
        parsed(RotateEventSecret, input),
      ),
    ),
});
