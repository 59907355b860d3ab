import {
  type BucketWorkContext,
  dispatchDueObjects,
  hasFoundWork,
  KnownSources,
  type Log,
  type OpenBucket,
  type PollSettings,
  pollIntegration,
  processObjects,
  receiveS3Events,
  runReplayBatches,
  writeBackObjects,
} from '@sluice/core';
import type { EventDelivery, ObjectMessage, PollMessage } from '@sluice/shared';
import type { Ports } from '../backend/backend.ts';
import type { SimBucket } from '../bucket/sim-bucket.ts';
import type { Kernel } from '../time/kernel.ts';
import type { SeededRandom } from '../time/random.ts';
import { connect, type Port } from './network.ts';
import type { SimProcessor, SimStaging } from './processor.ts';
import { type QueueHabits, SimQueue } from './queue.ts';
import type { Weather } from './weather.ts';
import { type Ending, Worker } from './worker.ts';

export interface EngineSettings {
  readonly poll: Pick<PollSettings, 'budgetCalls' | 'objectsPerSlice' | 'concurrency'>;
  readonly queues: QueueHabits;
  /** Workers' clocks differ by up to so much, either way. */
  readonly workerSkewMs: number;
  /** Whether deliveries say when they were signed. */
  readonly isSigned: boolean;
  /** Short ones run out while the work goes on. */
  readonly processLeaseSeconds: number;
  /** Short only where no two versions are written to one name: nothing fences a bucket, so who writes to it must hold its lease. */
  readonly writeLeaseSeconds: number;
}

const POLL_LEASE_SECONDS = 180;
const VISIBILITY_SECONDS = 900;
/** What the platform lets an invocation take; below the lease of an object, so that whoever writes holds it. */
const WORKER_LIMIT_MS = 900_000;

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface World {
  readonly kernel: Kernel;
  readonly weather: Weather;
  readonly random: SeededRandom;
  readonly ports: Ports;
  readonly buckets: ReadonlyMap<string, SimBucket>;
  readonly staging: SimStaging;
  readonly processor: SimProcessor;
}

/** The engine's doors: cron, queue consumers and the receiver of events, each invocation a Worker of its own. */
export class SimEngine {
  readonly #world: World;
  readonly #settings: EngineSettings;
  readonly #pollQueue: SimQueue<PollMessage>;
  readonly #processQueue: SimQueue<ObjectMessage>;
  readonly #writebackQueue: SimQueue<ObjectMessage>;
  /** Listings that came to their end, by integration. */
  readonly finishedPolls = new Map<string, number>();

  constructor(world: World, settings: EngineSettings) {
    this.#world = world;
    this.#settings = settings;
    const { kernel, weather, random } = world;
    const queue = <M>(name: string, consume: (worker: Worker, messages: readonly M[]) => Promise<void>) =>
      new SimQueue<M>(kernel, weather, random.fork(), settings.queues, (messages) =>
        this.#invoke(name, (worker) => consume(worker, messages)),
      );
    this.#pollQueue = queue('poll', (worker, messages) => this.#poll(worker, messages));
    this.#processQueue = queue('process', (worker, messages) => this.#process(worker, idsOf(messages)));
    this.#writebackQueue = queue('writeback', (worker, messages) => this.#writeBack(worker, idsOf(messages)));
  }

  /** As the sweep's cron: what is due goes to its queue. */
  sweep(): Promise<Ending> {
    return this.#invoke('sweep', async (worker) => {
      const { ports } = this.#world;
      await runReplayBatches({
        ledger: this.#via(worker, 'ledger', ports.replays),
        clock: worker.clock,
        log: SILENT,
        settings: { limit: 1_000, scan: 20_000, maxWaiting: 5_000, budgetMs: 10_000 },
      }).catch(() => undefined);
      await this.#dispatch(worker);
      await this.#via(worker, 'ledger', { sweep: ports.sweepSecrets }).sweep();
    });
  }

  /** As the polls' cron. */
  claimPolls(): Promise<Ending> {
    return this.#invoke('claim-polls', async (worker) => {
      const due = await this.#via(worker, 'ledger', this.#world.ports.polls).claimDuePolls(
        100,
        POLL_LEASE_SECONDS,
      );
      if (due.length > 0) {
        const messages = due.map((lease) => ({ version: 1 as const, ...lease }));
        await this.#via(worker, 'queue', this.#pollQueue).sendBatch(messages);
      }
    });
  }

  /** One delivery of events. */
  receive(delivery: EventDelivery, deliveryId: string, signedAtMs: number): Promise<Ending> {
    return this.#invoke('receive', async (worker) => {
      await receiveS3Events(
        {
          ledger: this.#via(worker, 'ledger', this.#world.ports.events),
          known: new KnownSources(worker.clock),
          verify: async (source) =>
            source === null
              ? null
              : {
                  secretVersion: 1,
                  deliveryId,
                  signedAtSeconds: this.#settings.isSigned ? Math.floor(signedAtMs / 1000) : null,
                },
          openBucket: this.#opener(worker),
          clock: worker.clock,
          log: SILENT,
          wait: this.#world.kernel.wait,
        },
        delivery,
      );
    });
  }

  async #poll(worker: Worker, messages: readonly PollMessage[]): Promise<void> {
    const found = await Promise.all(
      messages.map(async (message) => {
        const outcome = await pollIntegration(
          {
            ...this.#bucketWork(worker),
            ledger: this.#via(worker, 'ledger', this.#world.ports.polls),
            clock: worker.clock,
            settings: {
              leaseSeconds: POLL_LEASE_SECONDS,
              intervalSeconds: 120,
              maxIntervalSeconds: 1800,
              budgetMs: 600_000,
              ...this.#settings.poll,
            },
          },
          message,
        );
        if (outcome.outcome === 'finished') {
          const { integrationId } = message;
          this.finishedPolls.set(integrationId, (this.finishedPolls.get(integrationId) ?? 0) + 1);
        }
        return hasFoundWork(outcome);
      }),
    );
    if (found.includes(true)) await this.#dispatch(worker);
  }

  async #process(worker: Worker, ids: readonly string[]): Promise<void> {
    const { kernel, random, processor, ports } = this.#world;
    const remote = this.#via(worker, 'processor', processor);
    await processObjects(
      {
        ...this.#bucketWork(worker),
        ledger: this.#via(worker, 'ledger', ports.objects),
        processor: (job) => remote.run(job),
        writebackQueue: this.#via(worker, 'queue', this.#writebackQueue),
        random: random.next,
        wait: kernel.wait,
        settings: {
          leaseSeconds: this.#settings.processLeaseSeconds,
          visibilitySeconds: VISIBILITY_SECONDS,
          concurrency: 2,
          linkSeconds: 300,
          limitSeconds: 300,
        },
      },
      ids,
    );
  }

  async #writeBack(worker: Worker, ids: readonly string[]): Promise<void> {
    const { random, staging, ports } = this.#world;
    await writeBackObjects(
      {
        ...this.#bucketWork(worker),
        ledger: this.#via(worker, 'ledger', ports.objects),
        staging: this.#via(worker, 'staging', staging),
        random: random.next,
        settings: { leaseSeconds: this.#settings.writeLeaseSeconds, concurrency: 4 },
      },
      ids,
    );
  }

  async #dispatch(worker: Worker): Promise<void> {
    await dispatchDueObjects({
      ledger: this.#via(worker, 'ledger', this.#world.ports.objects),
      processQueue: this.#via(worker, 'queue', this.#processQueue),
      writebackQueue: this.#via(worker, 'queue', this.#writebackQueue),
      log: SILENT,
      settings: {
        batch: 500,
        perIntegration: 200,
        inFlightPerTenant: 500,
        visibilitySeconds: VISIBILITY_SECONDS,
        maxAttempts: 120,
        maxRounds: 20,
      },
    });
  }

  #bucketWork(worker: Worker): BucketWorkContext {
    const { rollBack } = this.#via(worker, 'ledger', { rollBack: this.#world.ports.rollBack });
    return { openBucket: this.#opener(worker), rollBack, log: SILENT };
  }

  #opener(worker: Worker): OpenBucket {
    return async ({ integration, sealed }) => {
      const bucket = this.#world.buckets.get(integration.id);
      if (bucket === undefined) throw new Error('There is no such bucket.');
      const { version } = sealed['credentials'] ?? { version: 1 };
      return this.#via(worker, 'bucket', bucket.as(version), integration.id);
    };
  }

  #via<T extends object>(worker: Worker, port: Port, target: T, place: string | null = null): T {
    return connect(this.#world.kernel, this.#world.weather, worker, port, target, place);
  }

  #invoke(name: string, work: (worker: Worker) => Promise<void>): Promise<Ending> {
    const { kernel, random, weather } = this.#world;
    const { workerSkewMs } = this.#settings;
    const skewMs = weather.isCalm ? 0 : Math.floor((2 * random.next() - 1) * workerSkewMs);
    const worker = new Worker(kernel, name, skewMs);
    return worker.run(WORKER_LIMIT_MS, () => work(worker));
  }
}

const idsOf = (messages: readonly ObjectMessage[]): string[] => messages.map(({ objectId }) => objectId);
