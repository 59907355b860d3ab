import type { ReadResult, ResultKind } from '../results.ts';
import type { EngineCaller, EngineResult } from './engine-caller.ts';

/** Results, read out of customers' buckets for members of the tenant. */
export interface ResultRpc {
  readS3Result(
    caller: EngineCaller,
    integrationId: string,
    objectId: string,
    kind: ResultKind,
  ): Promise<EngineResult<ReadResult>>;
}
