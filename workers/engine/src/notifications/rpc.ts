import {
  createNotificationTarget,
  rotateNotificationSecret,
  testNotificationTarget,
  updateNotificationTarget,
} from '@sluice/core';
import {
  CreateNotificationTarget,
  type EngineCaller,
  type EngineResult,
  type NotificationRpc,
  RotateNotificationSecret,
  UpdateNotificationTarget,
} from '@sluice/shared';
import * as z from 'zod';
import type { Engine } from '../wiring.ts';

/** How a door of the engine lets callers in: verified, parsed, and with errors as data. */
export interface Door {
  readonly asCaller: <T>(
    caller: EngineCaller,
    event: string,
    work: (actorId: string) => Promise<T>,
  ) => Promise<EngineResult<T>>;
  readonly parsed: <T>(schema: z.ZodType<T>, value: unknown) => T;
}

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
