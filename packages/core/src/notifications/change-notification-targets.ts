import type {
  CreateNotificationTarget,
  RevealedSecret,
  RotateNotificationSecret,
  UpdateNotificationTarget,
} from '@sluice/shared';
import type { IntegrationStore } from '../ports/integrations.ts';
import type { NotificationTargetStore, WebhookSecrets } from '../ports/notifications.ts';

export interface NotificationTargetContext {
  readonly actorId: string;
  readonly integrations: Pick<IntegrationStore, 'requireAdmin'>;
  readonly targets: NotificationTargetStore;
  readonly secrets: Pick<WebhookSecrets, 'generate' | 'seal'>;
  /** Throws `endpoint_refused` for an address that may not be called. */
  readonly checkUrl: (url: string) => void;
  readonly newId: () => string;
}

/**
 * Makes a target. Its signing secret is ours to choose, sealed before anything is stored, and given out here only.
 *
 * @throws SluiceError `not_found`, `forbidden`, `endpoint_refused`, `conflict`.
 */
export const createNotificationTarget = async (
  context: NotificationTargetContext,
  input: CreateNotificationTarget,
): Promise<RevealedSecret & { id: string }> => {
  const { actorId, targets, secrets } = context;
  await context.integrations.requireAdmin(actorId, input.tenantId);
  context.checkUrl(input.url);
  const id = context.newId();
  const signingSecret = secrets.generate();
  const sealed = await secrets.seal({ tenantId: input.tenantId, targetId: id }, 1, signingSecret);
  await targets.create(actorId, { id, ...input }, sealed);
  return { id, signingSecret, previousSecretUntil: null };
};

/** @throws SluiceError `not_found`, `forbidden`, `endpoint_refused`, `conflict`, `edit_conflict`. */
export const updateNotificationTarget = async (
  context: Pick<NotificationTargetContext, 'actorId' | 'targets' | 'checkUrl'>,
  targetId: string,
  changes: UpdateNotificationTarget,
  revision: number | null,
): Promise<{ id: string }> => {
  // Whoever may not change it learns nothing about addresses.
  await context.targets.get(context.actorId, targetId);
  if (changes.url !== undefined) context.checkUrl(changes.url);
  await context.targets.update(context.actorId, targetId, changes, revision);
  return { id: targetId };
};

/**
 * Gives the target another secret. The one before signs too for a while, so that its server can change over in its own time.
 *
 * @throws SluiceError `not_found`, `forbidden`, `conflict` when two rotate at once.
 */
export const rotateNotificationSecret = async (
  { actorId, targets, secrets }: Pick<NotificationTargetContext, 'actorId' | 'targets' | 'secrets'>,
  targetId: string,
  { overlapSeconds }: RotateNotificationSecret,
): Promise<RevealedSecret> => {
  const { tenantId, secretVersion } = await targets.get(actorId, targetId);
  const signingSecret = secrets.generate();
  const sealed = await secrets.seal({ tenantId, targetId }, secretVersion + 1, signingSecret);
  const previousSecretUntil = await targets.rotate(actorId, targetId, sealed, overlapSeconds);
  return { signingSecret, previousSecretUntil };
};
