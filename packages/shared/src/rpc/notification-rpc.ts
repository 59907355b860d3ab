import type {
  CreateNotificationTarget,
  RevealedSecret,
  RotateNotificationSecret,
  TestedNotification,
  UpdateNotificationTarget,
} from '../notifications.ts';
import type { EngineCaller, EngineResult } from './engine-caller.ts';

/** What of notifications takes the vault or the way out, so the engine. */
export interface NotificationRpc {
  createNotificationTarget(
    caller: EngineCaller,
    input: CreateNotificationTarget,
  ): Promise<EngineResult<RevealedSecret & { id: string }>>;
  updateNotificationTarget(
    caller: EngineCaller,
    targetId: string,
    changes: UpdateNotificationTarget,
    /** The one the caller edited; null when they did not say. */
    revision: number | null,
  ): Promise<EngineResult<{ id: string }>>;
  rotateNotificationSecret(
    caller: EngineCaller,
    targetId: string,
    input: RotateNotificationSecret,
  ): Promise<EngineResult<RevealedSecret>>;
  testNotificationTarget(caller: EngineCaller, targetId: string): Promise<EngineResult<TestedNotification>>;
}
