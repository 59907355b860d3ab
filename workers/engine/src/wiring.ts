import {
  type DispatchContext,
  type DryRunContext,
  type EventTestContext,
  KnownSources,
  type PollContext,
  type ProcessContext,
  type ReceiveContext,
  type ReplayContext,
  type ResultStore,
  recordingTogether,
  refilling,
  type UsageStore,
  type WritebackContext,
} from '@sluice/core';
import {
  createDryRunLedger,
  createEventLedger,
  createEventTestStore,
  createHousekeeping,
  createIntegrationStore,
  createObjectLedger,
  createPollLedger,
  createReceiverLedger,
  createReplayLedger,
  createResultStore,
  createServiceClient,
  createTokenVerifier,
  createUsageStore,
  type Housekeeping,
  type VerifyToken,
} from '@sluice/db';
import { sealWith, vaultOf } from './credentials.ts';
import { type Env, parseSettings, type Settings } from './env.ts';
import { deliverySigner } from './events/sign-delivery.ts';
import { deliveryVerifier } from './events/verify-delivery.ts';
import { logOf } from './log.ts';
import { type Notifications, notificationsOf } from './notifications/wiring.ts';
import { bucketOpener, endpointOf } from './open-bucket.ts';
import { httpProcessor } from './processor.ts';
import { type Reseals, resealsOf } from './reseals/wiring.ts';
import { SecretUses } from './secrets/secret-uses.ts';
import { type Secrets, secretsOf } from './secrets/wiring.ts';
import { r2Staging } from './staging.ts';
import { CallMeter, countingLinks } from './usage/call-meter.ts';

const clock = { now: () => Date.now() };

/** Documents handled at once by one consumer: a processor holds each whole, in a Worker of 128 MB. */
const PROCESS_CONCURRENCY = 2;
const WRITEBACK_CONCURRENCY = 4;

/** A tenth of what a tenant may have in flight, and often enough where each of many isolates has few. */
const REFILL = { documents: 20, everyMs: 5_000 };

/** Everything the engine's doors need, made once for a Worker's life from its bindings. */
export interface Engine {
  readonly settings: Settings;
  readonly verifyToken: VerifyToken;
  readonly housekeeping: Housekeeping;
  readonly usage: UsageStore;
  readonly notifications: Notifications;
  readonly reseals: Reseals;
  readonly secrets: Secrets;
  /** Hands over what was counted and noted so far; no call when there is nothing. At the end of every batch. */
  readonly flushCalls: () => Promise<void>;
  readonly eventTests: EventTestContext;
  readonly events: ReceiveContext & { readonly ledger: ReturnType<typeof createEventLedger> };
  readonly polling: PollContext;
  readonly dispatch: DispatchContext;
  /** Told how many documents have ended, sends what is due now and then. */
  readonly refill: (ended: number) => Promise<void>;
  readonly replays: ReplayContext;
  readonly dryRuns: DryRunContext;
  readonly processing: ProcessContext;
  readonly writeback: WritebackContext;
  readonly integrations: ReturnType<typeof createIntegrationStore>;
  readonly receivers: ReturnType<typeof createReceiverLedger>;
  readonly seal: ReturnType<typeof sealWith>;
  readonly resolveEndpoint: ReturnType<typeof endpointOf>;
  readonly openBucketForTest: PollContext['openBucket'];
  readonly results: ResultStore;
  readonly openBucketToRead: PollContext['openBucket'];
}

const engines = new WeakMap<Env, Engine>();

/** @throws Error naming the variable that is missing or wrong. */
export const engineOf = (env: Env): Engine => {
  let engine = engines.get(env);
  if (engine === undefined) {
    engine = build(env);
    engines.set(env, engine);
  }
  return engine;
};

const build = (env: Env): Engine => {
  const settings = parseSettings(env);
  const vault = vaultOf(settings);
  const client = createServiceClient(settings.SUPABASE_URL, settings.SUPABASE_SECRET_KEY);
  const objects = createObjectLedger(client);
  const polls = createPollLedger(client);
  const usage = createUsageStore(client);
  const meter = new CallMeter();
  const uses = new SecretUses(clock.now);
  const secrets = secretsOf(settings, client, vault);
  const { rollBack } = secrets.upkeep;
  const openForWork = uses.noting(bucketOpener(settings, vault, 'work', meter));
  const eventLedger = createEventLedger(client);
  const events: Engine['events'] = {
    ledger: { ...recordingTogether(eventLedger, clock.now), prune: (hours) => eventLedger.prune(hours) },
    known: new KnownSources(clock),
    verify: deliveryVerifier(vault),
    openBucket: bucketOpener(settings, vault, 'test', meter),
    clock,
    log: logOf('s3-ingest'),
  };
  const dispatch: DispatchContext = {
    ledger: objects,
    processQueue: queueOf(env.PROCESS_QUEUE),
    writebackQueue: queueOf(env.WRITEBACK_QUEUE),
    log: logOf('s3-ingest'),
    settings: {
      batch: 500,
      perIntegration: 200,
      // Two fifths of what 250 consumers of a queue take: nobody has them all, however slow a bucket.
      inFlightPerTenant: 200,
      visibilitySeconds: settings.VISIBILITY_SECONDS,
      // Above what any refusal may use up, so that this counts crashes.
      maxAttempts: 120,
      maxRounds: 20,
    },
  };
  return {
    settings,
    verifyToken: createTokenVerifier({
      url: settings.SUPABASE_URL,
      publishableKey: settings.SUPABASE_PUBLISHABLE_KEY,
    }),
    housekeeping: createHousekeeping(client),
    usage,
    notifications: notificationsOf(settings, client, vault, env.NOTIFY_QUEUE),
    reseals: resealsOf(client, vault, env.RESEAL_QUEUE),
    secrets,
    flushCalls: async () => {
      await Promise.all([meter.flush(usage), uses.flush(secrets.upkeep)]);
    },
    integrations: createIntegrationStore(client),
    receivers: createReceiverLedger(client),
    seal: sealWith(vault),
    resolveEndpoint: endpointOf(settings),
    openBucketForTest: bucketOpener(settings, vault, 'test', meter),
    results: createResultStore(client),
    openBucketToRead: bucketOpener(settings, vault, 'read', meter),
    events,
    eventTests: {
      tests: createEventTestStore(client),
      receiving: events,
      signDelivery: deliverySigner(vault),
    },
    polling: {
      ledger: polls,
      openBucket: openForWork,
      rollBack,
      clock,
      log: logOf('s3-poller'),
      settings: {
        leaseSeconds: settings.POLL_LEASE_SECONDS,
        intervalSeconds: settings.POLL_INTERVAL_SECONDS,
        maxIntervalSeconds: Math.max(1800, settings.POLL_INTERVAL_SECONDS),
        concurrency: 5,
        budgetMs: 10 * 60_000,
        budgetCalls: 8_000,
      },
    },
    dispatch,
    refill: refilling(dispatch, clock, REFILL),
    replays: {
      ledger: createReplayLedger(client),
      clock,
      log: logOf('s3-ingest'),
      settings: { limit: 1_000, scan: 20_000, maxWaiting: 5_000, budgetMs: 10_000 },
    },
    dryRuns: {
      ledger: createDryRunLedger(client),
      queue: queueOf(env.DRY_RUN_QUEUE),
      openBucket: openForWork,
      clock,
      log: logOf('s3-integrations'),
      settings: {
        leaseSeconds: settings.POLL_LEASE_SECONDS,
        visibilitySeconds: settings.VISIBILITY_SECONDS,
        pollIntervalSeconds: settings.POLL_INTERVAL_SECONDS,
        pagesPerSave: 20,
        budgetPages: 400,
        budgetMs: 4 * 60_000,
      },
    },
    processing: {
      ledger: objects,
      openBucket: countingLinks(openForWork, meter),
      rollBack,
      processor: httpProcessor(env.PROCESSOR),
      writebackQueue: queueOf(env.WRITEBACK_QUEUE),
      log: logOf('s3-ingest'),
      random: Math.random,
      settings: {
        leaseSeconds: settings.OBJECT_LEASE_SECONDS,
        visibilitySeconds: settings.VISIBILITY_SECONDS,
        concurrency: PROCESS_CONCURRENCY,
        linkSeconds: 300,
        // Above what the Node processor allows a document and its turn (550 s) with the ways there and back, below what a
        // queue consumer may run.
        limitSeconds: 700,
      },
    },
    writeback: {
      ledger: objects,
      openBucket: openForWork,
      rollBack,
      staging: r2Staging(env.WORKING_BUCKET),
      log: logOf('s3-integration-writeback'),
      random: Math.random,
      settings: { leaseSeconds: settings.OBJECT_LEASE_SECONDS, concurrency: WRITEBACK_CONCURRENCY },
    },
  };
};

const queueOf = <Message>(queue: Queue<Message>) => ({
  sendBatch: async (messages: readonly Message[]) => {
    await queue.sendBatch(messages.map((body) => ({ body })));
  },
});
