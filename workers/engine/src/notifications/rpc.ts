import {
  createNotificationTarget,
  rotateNotificationSecret,
  testNotificationTarget,
  updateNotificationTarget,
} from '@sluice/core';
import {
  CreateNotificationTarget,
  type NotificationRpc,
  RotateNotificationSecret,
  UpdateNotificationTarget,
} from '@sluice/shared';
import * as z from 'zod';
import type { Door } from '../door.ts';
import type { Engine } from '../wiring.ts';

/** The verbs on notification targets that the api Worker may call. */
export const notificationRpcOf = (engine: Engine, { asCaller, parsed }: Door): NotificationRpc => {
  const contextOf = (actorId: string) => ({
    ...engine.notifications,
    actorId,
    integrations: engine.integrations,
    newId: () => crypto.randomUUID(),
  });
  return {
    createNotificationTarget: (caller, input) =>
      asCaller(caller, 'createNotificationTarget', (actorId) =>
        createNotificationTarget(contextOf(actorId), parsed(CreateNotificationTarget, input)),
      ),
    updateNotificationTarget: (caller, targetId, changes, revision) =>
      asCaller(caller, 'updateNotificationTarget', (actorId) =>
        updateNotificationTarget(
          contextOf(actorId),
          parsed(z.uuid(), targetId),
          parsed(UpdateNotificationTarget, changes),
          parsed(z.int().nullable(), revision),
        ),
      ),
    rotateNotificationSecret: (caller, targetId, input) =>
      asCaller(caller, 'rotateNotificationSecret', (actorId) =>
        rotateNotificationSecret(
          contextOf(actorId),
          parsed(z.uuid(), targetId),
          parsed(RotateNotificationSecret, input),
        ),
      ),
    testNotificationTarget: (caller, targetId) =>
      asCaller(caller, 'testNotificationTarget', (actorId) =>
        testNotificationTarget(contextOf(actorId), parsed(z.uuid(), targetId)),
      ),
  };
};
