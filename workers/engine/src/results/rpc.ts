import { readResult } from '@sluice/core';
import { ResultKind, type ResultRpc } from '@sluice/shared';
import * as z from 'zod';
import type { Door } from '../door.ts';
import type { Engine } from '../wiring.ts';

/** Reading results, for the api Worker, which cannot open a bucket. */
export const resultRpcOf = (engine: Engine, { asCaller, parsed }: Door): ResultRpc => ({
  readS3Result: (caller, integrationId, objectId, kind) =>
    asCaller(caller, 'readResult', (actorId) =>
      readResult(
        { actorId, results: engine.results, openBucket: engine.openBucketToRead },
        {
          integrationId: parsed(z.uuid(), integrationId),
          objectId: parsed(z.uuid(), objectId),
          kind: parsed(ResultKind, kind),
        },
      ),
    ),
});
