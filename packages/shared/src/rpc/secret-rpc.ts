import type { IssuedEventSecret, RotateEventSecret } from '../secrets/event-secrets.ts';
import type { RotateS3Credentials, RotationOutcome } from '../secrets/s3-credentials.ts';
import type { EngineCaller, EngineResult } from './engine-caller.ts';

/** What of an integration's secrets takes the vault or its bucket, so the engine. */
export interface SecretRpc {
  rotateS3Credentials(
    caller: EngineCaller,
    integrationId: string,
    input: RotateS3Credentials,
  ): Promise<EngineResult<RotationOutcome>>;
  issueEventSecret(caller: EngineCaller, integrationId: string): Promise<EngineResult<IssuedEventSecret>>;
  rotateEventSecret(
    caller: EngineCaller,
    integrationId: string,
    input: RotateEventSecret,
  ): Promise<EngineResult<IssuedEventSecret>>;
}
