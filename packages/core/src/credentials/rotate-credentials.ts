import type { ConnectionTest, RotateS3Credentials, RotationOutcome } from '@sluice/shared';
import { type ConnectionCheckContext, runConnectionChecks } from '../integrations/connection-checks.ts';
import type { CredentialStore } from '../ports/credentials.ts';
import type { OpenBucket, SealCredentials } from '../ports/engine.ts';

export interface RotateCredentialsContext extends ConnectionCheckContext {
  readonly actorId: string;
  readonly credentials: CredentialStore;
  readonly seal: SealCredentials;
  /** Opens the bucket for a test: without retries. */
  readonly openBucket: OpenBucket;
  /** How long work that began before the swap may go on with the old credentials. */
  readonly inFlightSeconds: number;
}

/**
 * Gives an integration other credentials, or its first. They are sealed and staged, tried on the live prefixes with
 * everything the integration has to do, and used from the moment that has passed, in one transaction. When it does not
 * pass nothing has changed and they are destroyed. Killed on the way, the sweep destroys what is staged.
 *
 * @throws SluiceError `not_found`, `forbidden`, `credentials_by_role`, `rotation_in_progress`, `conflict`.
 */
export const rotateCredentials = async (
  context: RotateCredentialsContext,
  integrationId: string,
  { credentials, keepOldFor }: RotateS3Credentials,
): Promise<RotationOutcome> => {
  const { actorId, credentials: store } = context;
  const { integration, version, configuration } = await store.begin(actorId, integrationId);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const sealed = await context.seal(integration, version, {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const hint = accessKeyId.slice(-4);
  const rotationId = await store.stage(actorId, integrationId, sealed, hint, keepOldFor, configuration);
  const checks = await runConnectionChecks(context, integration, () =>
    context.openBucket({ integration, sealed: { credentials: sealed } }),
  );
  const test: ConnectionTest = {
    outcome: checks.every((check) => check.outcome !== 'failed') ? 'passed' : 'failed',
    testedAt: new Date(context.clock.now()).toISOString(),
    checks: [...checks],
  };
  if (test.outcome === 'failed') {
    await store.refuse(actorId, rotationId, test);
    return { outcome: 'refused', test };
  }
  await store.swap(actorId, rotationId, test, context.inFlightSeconds);
  return { outcome: 'swapped', test };
};
