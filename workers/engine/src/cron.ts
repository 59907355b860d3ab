import {
  dispatchDueDryRuns,
  dispatchDueNotifications,
  dispatchDueObjects,
  finishEventTests,
  runReplayBatches,
} from '@sluice/core';
import { STAGING_TTL_HOURS } from '@sluice/shared';
import type { Env } from './env.ts';
import { logOf } from './log.ts';
import { deleteExpired } from './staging.ts';
import type { Engine } from './wiring.ts';

/** wrangler.toml fires these; each is safe to fire twice or late. */
const POLL_CRON = '*/2 * * * *';
const SWEEP_CRON = '* * * * *';
const NIGHTLY_CRON = '17 3 * * *';

const CLAIMED_POLLS = 100;
const LOG_RETENTION_DAYS = 30;
const DELIVERY_RETENTION_DAYS = 30;
/** Above the 90 days that a usage summary may be asked for: two years' same month can be compared. */
const USAGE_RETENTION_DAYS = 400;
const DRY_RUN_RETENTION_DAYS = 90;
/** Longer than any sender of events tries again. */
const EVENT_RETENTION_HOURS = 72;
/** Small differences folded in one sweep; what is left over is counted all the same. */
const FOLDED_COUNTS = 50_000;
/** Integrations whose secrets' overlaps are ended in one sweep. */
const SWEPT_SECRETS = 1_000;
const ENDED_EVENT_TESTS = 100;
const REVIVE_ROUNDS = 10;
const FORGET_ROUNDS = 10;

/** Runs what a cron expression stands for. */
export const runCron = async (engine: Engine, env: Env, cron: string): Promise<void> => {
  switch (cron) {
    case POLL_CRON:
      return sendDuePolls(engine, env);
    case SWEEP_CRON:
      // First, so that what is taken up goes out with this very sweep; whatever goes wrong there must not hold that up.
      await runReplayBatches(engine.replays).catch((error: unknown) => {
        logOf('s3-ingest').error('replays_failed', { error });
      });
      await dispatchDueObjects(engine.dispatch);
      await engine.secrets.upkeep.sweep(SWEPT_SECRETS);
      await engine.housekeeping.settleDeletedIntegrations(5_000);
      await engine.housekeeping.notifyHeldUp();
      await settlePrefixes(engine);
      await dispatchDueNotifications(engine.notifications);
      await dispatchDueDryRuns(engine.dryRuns);
      await engine.usage.foldUsage(FOLDED_COUNTS);
      await hintReseal(engine);
      await revive(engine);
      await forgetEvents(engine);
      // Last: it waits for customers' buckets.
      return finishEventTests(engine.eventTests, ENDED_EVENT_TESTS);
    case NIGHTLY_CRON:
      return cleanUp(engine, env);
    default:
      logOf('s3-poller').error('unknown_cron', { cron });
  }
};

/** A run whose worker was killed, or whose message was lost, goes on. */
const hintReseal = async ({ reseals }: Engine): Promise<void> => {
  const runId = await reseals.ledger.claimDue();
  if (runId !== null) await reseals.hint(runId);
};

const sendDuePolls = async (engine: Engine, env: Env): Promise<void> => {
  for (let round = 0; round < 10; round += 1) {
    const due = await engine.polling.ledger.claimDuePolls(CLAIMED_POLLS, engine.settings.POLL_LEASE_SECONDS);
    if (due.length > 0) {
      await env.POLL_QUEUE.sendBatch(due.map((lease) => ({ body: { version: 1 as const, ...lease } })));
    }
    if (due.length < CLAIMED_POLLS) return;
  }
};

const settlePrefixes = async (engine: Engine): Promise<void> => {
  for (let round = 0; round < REVIVE_ROUNDS; round += 1) {
    if ((await engine.housekeeping.settleChangedPrefixes(5_000)) === 0) return;
  }
};

/** So many rows a minute that a backlog of millions is due again within the hour. */
const revive = async (engine: Engine): Promise<void> => {
  for (let round = 0; round < REVIVE_ROUNDS; round += 1) {
    if ((await engine.housekeeping.reviveAfterTest(5_000)) === 0) return;
  }
};

/**
 * Each minute, as they come: a night’s run would have to delete a day’s worth. In these rounds, up to 8,000 a second.
 */
const forgetEvents = async ({ events }: Engine): Promise<void> => {
  for (let round = 0; round < FORGET_ROUNDS; round += 1) {
    if ((await events.ledger.prune(EVENT_RETENTION_HOURS)) === 0) return;
  }
};

/** So many batches of a kind a night; what is left over goes the next. */
const PRUNE_ROUNDS = 100;

/** Stated in docs/admin/s3-integrations.md. One kind that fails does not hold up the others. */
const cleanUp = async (engine: Engine, env: Env): Promise<void> => {
  const { housekeeping, notifications } = engine;
  const olderThan = new Date(Date.now() - STAGING_TTL_HOURS * 3_600_000);
  const kinds: Readonly<Record<string, () => Promise<number>>> = {
    logLines: () => housekeeping.pruneLogs(LOG_RETENTION_DAYS),
    deliveries: () => notifications.ledger.prune(DELIVERY_RETENTION_DAYS),
    idempotencyKeys: () => housekeeping.pruneIdempotencyKeys(),
    usageFigures: () => housekeeping.pruneUsage(USAGE_RETENTION_DAYS),
    dryRuns: () => housekeeping.pruneDryRuns(DRY_RUN_RETENTION_DAYS),
  };
  const pruned: Record<string, number> = {};
  for (const [kind, prune] of Object.entries(kinds)) {
    pruned[kind] = await inBatches(prune).catch((error: unknown) => {
      logOf('s3-ingest').error('clean_up_failed', { kind, error });
      return 0;
    });
  }
  const stagedObjects = await deleteExpired(env.WORKING_BUCKET, olderThan, 500);
  logOf('s3-ingest').info('cleaned_up', { stagedObjects, ...pruned });
};

const inBatches = async (prune: () => Promise<number>): Promise<number> => {
  let total = 0;
  for (let round = 0; round < PRUNE_ROUNDS; round += 1) {
    const rows = await prune();
    total += rows;
    if (rows === 0) break;
  }
  return total;
};
