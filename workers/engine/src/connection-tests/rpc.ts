import { type TestS3ConnectionContext, testS3Connection } from '@sluice/core';
import { type ConnectionTestEvent, type EngineRpc, ERROR_CATALOGUE, type ErrorCode } from '@sluice/shared';
import * as z from 'zod';
import type { Door } from '../door.ts';
import type { Engine } from '../wiring.ts';
import { lineStream } from './line-stream.ts';

type ConnectionTestRpc = Pick<EngineRpc, 'testS3Connection' | 'watchS3ConnectionTest'>;

/** What a test that came to no end is said to have met: the words of the catalogue. */
const brokenBy = (code: ErrorCode): ConnectionTestEvent => {
  const { title, owner, remedy } = ERROR_CATALOGUE[code];
  return { type: 'broken', code, title, owner, remedy };
};

/** @param outlive Keeps the Worker for work that goes on after the answer. */
export const connectionTestRpcOf = (
  engine: Engine,
  { asCaller, parsed }: Door,
  outlive: (work: Promise<unknown>) => void,
): ConnectionTestRpc => {
  const run = (
    caller: Parameters<ConnectionTestRpc['testS3Connection']>[0],
    integrationId: string,
    watch?: TestS3ConnectionContext['watch'],
  ) =>
    asCaller(caller, 'testConnection', (actorId) =>
      testS3Connection(
        {
          actorId,
          integrations: engine.integrations,
          openBucket: engine.openBucketForTest,
          principalArn: engine.settings.AWS_PRINCIPAL_ARN || null,
          clock: engine.polling.clock,
          newId: () => crypto.randomUUID(),
          ...(watch === undefined ? {} : { watch }),
        },
        parsed(z.uuid(), integrationId),
      ),
    ).finally(() => {
      // The person who asked does not wait for our counting.
      outlive(engine.flushCalls());
    });
  return {
    testS3Connection: (caller, integrationId) => run(caller, integrationId),
    watchS3ConnectionTest: async (caller, integrationId) => {
      const { stream, send, close } = lineStream<ConnectionTestEvent>();
      const begun = Promise.withResolvers<null>();
      const ended = run(caller, integrationId, {
        begun: (checks) => {
          send({ type: 'begun', checks: [...checks] });
          begun.resolve(null);
        },
        told: (check) => send({ type: 'check', check }),
      });
      const tellEnd = async () => {
        const result = await ended;
        if (result.ok) send({ type: 'ended', test: result.value });
        else send(brokenBy(result.error.code));
        close();
      };
      outlive(tellEnd());
      // Who may not test is told so, instead of a stream.
      const refused = await Promise.race([begun.promise, ended]);
      return refused === null || refused.ok ? { ok: true, value: stream } : refused;
    },
  };
};
