import type { ErrorCode } from '../errors/catalogue.ts';
import type { FieldError } from '../errors/sluice-error.ts';

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
