import type { IssuedEventSecret, RotateEventSecret } from '@sluice/shared';
import type { EventSecretStore, EventSecrets } from '../ports/credentials.ts';

export interface EventSecretContext {
  readonly actorId: string;
  readonly eventSecrets: EventSecretStore;
  readonly secrets: EventSecrets;
}

const add = async (
  { actorId, eventSecrets, secrets }: EventSecretContext,
  integrationId: string,
  keepOldHours: number | null,
): Promise<IssuedEventSecret> => {
  const { tenantId, version } = await eventSecrets.begin(actorId, integrationId, keepOldHours !== null);
  const secret = secrets.generate();
  const sealed = await secrets.seal({ id: integrationId, tenantId }, version, secret);
  return { secret, ...(await eventSecrets.add(actorId, integrationId, sealed, keepOldHours)) };
};

/**
 * Makes the first event secret of an integration. It is sealed before anything is stored, and given out here only.
 *
 * @throws SluiceError `not_found`, `forbidden`, `event_secret_exists`, `conflict`.
 */
export const issueEventSecret = (
  context: EventSecretContext,
  integrationId: string,
): Promise<IssuedEventSecret> => add(context, integrationId, null);

/**
 * Makes another. The one before it stays valid for a while, so that the event source can change over in its own time.
 *
 * @throws SluiceError `not_found`, `forbidden`, `event_secret_missing`, `conflict`.
 */
export const rotateEventSecret = (
  context: EventSecretContext,
  integrationId: string,
  { keepOldFor }: RotateEventSecret,
): Promise<IssuedEventSecret> => add(context, integrationId, keepOldFor);
