import type { ErrorCode } from './errors/catalogue.ts';
import type { FieldError } from './errors/sluice-error.ts';
import type { ConnectionTest, CreateS3Integration } from './s3-integrations.ts';

/** Who asks, as the engine checks it again: the api Worker cannot act for anybody whose token it does not hold. */
export interface EngineCaller {
  readonly accessToken: string;
  readonly requestId: string;
}

/** Errors as data, because classes do not survive the border between Workers. */
export type EngineResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: ErrorCode;
        readonly detail: string | null;
        readonly fields: readonly FieldError[];
      };
    };

/** What the api Worker may ask of the engine, over the service binding. */
export interface EngineRpc {
  createS3Integration(
    caller: EngineCaller,
    input: CreateS3Integration,
  ): Promise<EngineResult<{ id: string }>>;
  testS3Connection(caller: EngineCaller, integrationId: string): Promise<EngineResult<ConnectionTest>>;
}
