import type { EngineCaller, EngineResult } from '@sluice/shared';
import type * as z from 'zod';

/** How a door of the engine lets callers in: verified, parsed, and with errors as data. */
export interface Door {
  readonly asCaller: <T>(
    caller: EngineCaller,
    event: string,
    work: (actorId: string) => Promise<T>,
  ) => Promise<EngineResult<T>>;
  readonly parsed: <T>(schema: z.ZodType<T>, value: unknown) => T;
}
