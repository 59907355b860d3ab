import type { CloudflareAccess, DeployR2Receiver, R2Deployment } from '../s3/r2-deployment.ts';
import type { EngineCaller, EngineResult } from './engine-caller.ts';

/** What of receivers takes the way out or an event secret, so the engine. */
export interface R2ReceiverRpc {
  deployR2Receiver(
    caller: EngineCaller,
    integrationId: string,
    eventsUrl: string,
    request: DeployR2Receiver,
  ): Promise<EngineResult<R2Deployment>>;
  removeR2Receiver(
    caller: EngineCaller,
    integrationId: string,
    access: CloudflareAccess,
  ): Promise<EngineResult<R2Deployment>>;
}
