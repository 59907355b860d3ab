import { createS3Integration, editS3Integration, startDryRun, startEventTest } from '@sluice/core';
import {
  asSluiceError,
  CreateS3Integration,
  type EngineCaller,
  type EngineResult,
  type EngineRpc,
  SluiceError,
  StartDryRun,
  StartEventTest,
  UpdateS3Integration,
} from '@sluice/shared';
import * as z from 'zod';
import { r2ReceiverRpcOf } from './cloudflare/rpc.ts';
import { connectionTestRpcOf } from './connection-tests/rpc.ts';
import { logOf } from './log.ts';
import { notificationRpcOf } from './notifications/rpc.ts';
import { resultRpcOf } from './results/rpc.ts';
import { secretRpcOf } from './secrets/rpc.ts';
import type { Engine } from './wiring.ts';

/**
 * The verbs the api Worker may call. The caller's token is verified here again, so that the api can act for nobody whose
 * token it does not hold; what it sends is parsed again, for whoever takes over the api may send anything.
 * `outlive` keeps the Worker for work that goes on after an answer.
 */
export const rpcOf = (
  engine: Engine,
  outlive: (work: Promise<unknown>) => void,
): Omit<EngineRpc, 'receiveS3Events'> => {
  const log = logOf('s3-integrations');

  const asCaller = async <T>(
    caller: EngineCaller,
    event: string,
    work: (actorId: string, isSupport: boolean) => Promise<T>,
  ): Promise<EngineResult<T>> => {
    try {
      const { userId, isSupport } = await engine.verifyToken(caller.accessToken);
      return { ok: true, value: await work(userId, isSupport) };
    } catch (thrown) {
      const error = asSluiceError(thrown);
      const fields = { requestId: caller.requestId, code: error.code, error: thrown };
      if (error.entry.status >= 500) log.error(event, fields);
      else log.info(event, fields);
      return { ok: false, error: { code: error.code, detail: error.detail ?? null, fields: error.fields } };
    }
  };

  const parsed = <T>(schema: z.ZodType<T>, value: unknown): T => {
    const result = schema.safeParse(value);
    if (!result.success) throw new SluiceError('invalid_request', { cause: result.error });
    return result.data;
  };

  return {
    ...notificationRpcOf(engine, { asCaller, parsed }),
    startReseal: (caller: EngineCaller) =>
      asCaller(caller, 'startReseal', async (actorId, isSupport) => {
        // What is not for the caller is not there.
        if (!isSupport) throw new SluiceError('not_found');
        const { ledger, target, hint } = engine.reseals;
        const id = await ledger.begin(actorId, target);
        await hint(id);
        return { id };
      }),
    ...secretRpcOf(engine, { asCaller, parsed }),
    ...r2ReceiverRpcOf(engine, { asCaller, parsed }),
    ...connectionTestRpcOf(engine, { asCaller, parsed }, outlive),
    ...resultRpcOf(engine, { asCaller, parsed }),
    createS3Integration: (caller: EngineCaller, input: CreateS3Integration) =>
      asCaller(caller, 'createIntegration', (actorId) =>
        createS3Integration(
          {
            actorId,
            integrations: engine.integrations,
            seal: engine.seal,
            resolveEndpoint: engine.resolveEndpoint,
            newId: () => crypto.randomUUID(),
            newExternalId: () => `sluice-${crypto.randomUUID()}${crypto.randomUUID().replaceAll('-', '')}`,
          },
          parsed(CreateS3Integration, input),
        ),
      ),
    editS3Integration: (
      caller: EngineCaller,
      integrationId: string,
      input: UpdateS3Integration,
      revision: number | null,
    ) =>
      asCaller(caller, 'editIntegration', async (actorId) => {
        const { integrations, seal, resolveEndpoint } = engine;
        await editS3Integration(
          { actorId, integrations, seal, resolveEndpoint },
          parsed(z.uuid(), integrationId),
          parsed(UpdateS3Integration, input),
          parsed(z.int().nullable(), revision),
        );
        return null;
      }),
    startEventTest: (caller: EngineCaller, integrationId: string, input: StartEventTest) =>
      asCaller(caller, 'testEvents', (actorId) =>
        startEventTest(
          engine.eventTests,
          actorId,
          parsed(z.uuid(), integrationId),
          parsed(StartEventTest, input),
        ),
      ),
    startDryRun: (caller: EngineCaller, integrationId: string, input: StartDryRun) =>
      asCaller(caller, 'startDryRun', (actorId) =>
        startDryRun(engine.dryRuns, actorId, parsed(z.uuid(), integrationId), parsed(StartDryRun, input)),
      ),
  };
};
