import { WorkerEntrypoint } from 'cloudflare:workers';
import type {
  CloudflareAccess,
  ConnectionTest,
  CreateNotificationTarget,
  CreateS3Integration,
  DeployR2Receiver,
  EngineCaller,
  EngineResult,
  EventDelivery,
  EventReceipt,
  IssuedEventSecret,
  R2Deployment,
  ReadResult,
  ResultKind,
  RevealedSecret,
  RotateEventSecret,
  RotateNotificationSecret,
  RotateS3Credentials,
  RotationOutcome,
  EngineRpc as Rpc,
  StartDryRun,
  StartEventTest,
  TestedNotification,
  UpdateNotificationTarget,
  UpdateS3Integration,
} from '@sluice/shared';
import { consume } from './consumers.ts';
import { runCron } from './cron.ts';
import type { Env } from './env.ts';
import { receiveDelivery } from './events/receiver.ts';
import { logOf } from './log.ts';
import { rpcOf } from './rpc.ts';
import { engineOf } from './wiring.ts';

/** What the api Worker reaches by service binding. */
export class EngineRpc extends WorkerEntrypoint<Env> implements Rpc {
  #rpc() {
    return rpcOf(engineOf(this.env), (work) => this.ctx.waitUntil(work));
  }

  createS3Integration(
    caller: EngineCaller,
    input: CreateS3Integration,
  ): Promise<EngineResult<{ id: string }>> {
    return this.#rpc().createS3Integration(caller, input);
  }

  editS3Integration(
    caller: EngineCaller,
    integrationId: string,
    input: UpdateS3Integration,
    revision: number | null,
  ): Promise<EngineResult<null>> {
    return this.#rpc().editS3Integration(caller, integrationId, input, revision);
  }

  testS3Connection(caller: EngineCaller, integrationId: string): Promise<EngineResult<ConnectionTest>> {
    return this.#rpc().testS3Connection(caller, integrationId);
  }

  watchS3ConnectionTest(
    caller: EngineCaller,
    integrationId: string,
  ): Promise<EngineResult<ReadableStream<Uint8Array>>> {
    return this.#rpc().watchS3ConnectionTest(caller, integrationId);
  }

  startEventTest(
    caller: EngineCaller,
    integrationId: string,
    input: StartEventTest,
  ): Promise<EngineResult<null>> {
    const engine = engineOf(this.env);
    return this.#rpc()
      .startEventTest(caller, integrationId, input)
      .finally(() => this.ctx.waitUntil(engine.flushCalls()));
  }

  startDryRun(
    caller: EngineCaller,
    integrationId: string,
    input: StartDryRun,
  ): Promise<EngineResult<{ id: string }>> {
    return this.#rpc().startDryRun(caller, integrationId, input);
  }

  rotateS3Credentials(
    caller: EngineCaller,
    integrationId: string,
    input: RotateS3Credentials,
  ): Promise<EngineResult<RotationOutcome>> {
    const engine = engineOf(this.env);
    return this.#rpc()
      .rotateS3Credentials(caller, integrationId, input)
      .finally(() => this.ctx.waitUntil(engine.flushCalls()));
  }

  issueEventSecret(caller: EngineCaller, integrationId: string): Promise<EngineResult<IssuedEventSecret>> {
    return this.#rpc().issueEventSecret(caller, integrationId);
  }

  rotateEventSecret(
    caller: EngineCaller,
    integrationId: string,
    input: RotateEventSecret,
  ): Promise<EngineResult<IssuedEventSecret>> {
    return this.#rpc().rotateEventSecret(caller, integrationId, input);
  }

  deployR2Receiver(
    caller: EngineCaller,
    integrationId: string,
    eventsUrl: string,
    request: DeployR2Receiver,
  ): Promise<EngineResult<R2Deployment>> {
    return this.#rpc().deployR2Receiver(caller, integrationId, eventsUrl, request);
  }

  removeR2Receiver(
    caller: EngineCaller,
    integrationId: string,
    access: CloudflareAccess,
  ): Promise<EngineResult<R2Deployment>> {
    return this.#rpc().removeR2Receiver(caller, integrationId, access);
  }

  readS3Result(
    caller: EngineCaller,
    integrationId: string,
    objectId: string,
    kind: ResultKind,
  ): Promise<EngineResult<ReadResult>> {
    const engine = engineOf(this.env);
    return this.#rpc()
      .readS3Result(caller, integrationId, objectId, kind)
      .finally(() => this.ctx.waitUntil(engine.flushCalls()));
  }

  receiveS3Events(delivery: EventDelivery): Promise<EngineResult<EventReceipt>> {
    return receiveDelivery(engineOf(this.env), delivery, (work) => this.ctx.waitUntil(work));
  }

  createNotificationTarget(
    caller: EngineCaller,
    input: CreateNotificationTarget,
  ): Promise<EngineResult<RevealedSecret & { id: string }>> {
    return this.#rpc().createNotificationTarget(caller, input);
  }

  updateNotificationTarget(
    caller: EngineCaller,
    targetId: string,
    changes: UpdateNotificationTarget,
    revision: number | null,
  ): Promise<EngineResult<{ id: string }>> {
    return this.#rpc().updateNotificationTarget(caller, targetId, changes, revision);
  }

  rotateNotificationSecret(
    caller: EngineCaller,
    targetId: string,
    input: RotateNotificationSecret,
  ): Promise<EngineResult<RevealedSecret>> {
    return this.#rpc().rotateNotificationSecret(caller, targetId, input);
  }

  startReseal(caller: EngineCaller): Promise<EngineResult<{ id: string }>> {
    return this.#rpc().startReseal(caller);
  }

  testNotificationTarget(caller: EngineCaller, targetId: string): Promise<EngineResult<TestedNotification>> {
    return this.#rpc().testNotificationTarget(caller, targetId);
  }
}

/** The runtime tries again; why it has to is ours to tell. */
const logged = async (event: string, fields: object, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    logOf('s3-poller').error(event, { ...fields, error });
    throw error;
  }
};

export default {
  /** There is no public route; a stray request learns nothing. */
  fetch: () => new Response(null, { status: 404 }),
  scheduled: async (controller, env) => {
    await logged('cron_failed', { cron: controller.cron }, () =>
      runCron(engineOf(env), env, controller.cron),
    );
  },
  queue: async (batch, env) => {
    const engine = engineOf(env);
    await logged('batch_failed', { queue: batch.queue }, () => consume(engine, batch));
    await engine.flushCalls();
  },
} satisfies ExportedHandler<Env>;
