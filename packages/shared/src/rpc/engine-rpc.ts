import type { StartDryRun } from '../dry-runs.ts';
import type { EventDelivery, EventReceipt } from '../events/delivery.ts';
import type { StartEventTest } from '../events/event-test.ts';
import type { ResealRpc } from '../reseals.ts';
import type { ConnectionTest } from '../s3/connection-test.ts';
import type { CreateS3Integration, UpdateS3Integration } from '../s3/s3-integrations.ts';
import type { EngineCaller, EngineResult } from './engine-caller.ts';
import type { NotificationRpc } from './notification-rpc.ts';
import type { R2ReceiverRpc } from './r2-receiver-rpc.ts';
import type { ResultRpc } from './result-rpc.ts';
import type { SecretRpc } from './secret-rpc.ts';

/** What the api Worker may ask of the engine, over the service binding. */
export interface EngineRpc extends NotificationRpc, R2ReceiverRpc, ResealRpc, ResultRpc, SecretRpc {
  createS3Integration(
    caller: EngineCaller,
    input: CreateS3Integration,
  ): Promise<EngineResult<{ id: string }>>;
  /** Changes what an integration connects to, and with it whatever else is named. `revision`: the one the edit was made of. */
  editS3Integration(
    caller: EngineCaller,
    integrationId: string,
    input: UpdateS3Integration,
    revision: number | null,
  ): Promise<EngineResult<null>>;
  /** Nobody is signed in: the delivery proves itself, or is refused. */
  receiveS3Events(delivery: EventDelivery): Promise<EngineResult<EventReceipt>>;
  /** Begins a test of the events; whether one arrives is seen later. */
  startEventTest(
    caller: EngineCaller,
    integrationId: string,
    input: StartEventTest,
  ): Promise<EngineResult<null>>;
  testS3Connection(caller: EngineCaller, integrationId: string): Promise<EngineResult<ConnectionTest>>;
  /** The same, told as it goes: lines of JSON, each a `ConnectionTestEvent`. The test goes on when nobody reads. */
  watchS3ConnectionTest(
    caller: EngineCaller,
    integrationId: string,
  ): Promise<EngineResult<ReadableStream<Uint8Array>>>;
  /** Begins a dry run; it goes on in the background. */
  startDryRun(
    caller: EngineCaller,
    integrationId: string,
    input: StartDryRun,
  ): Promise<EngineResult<{ id: string }>>;
}
