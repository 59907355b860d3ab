import { asSluiceError, DRY_RUN_MAX_OBJECTS, type DryRunMessage, SluiceError } from '@sluice/shared';
import type { Bucket } from '../ports/bucket.ts';
import type { BegunDryRun, DryRunLedger, DryRunProgress, DryRunQueue } from '../ports/dry-runs.ts';
import type { Clock, Log, OpenBucket } from '../ports/engine.ts';
import { estimateDryRun } from './estimate.ts';
import { Tally } from './tally.ts';

/** So many pages in a row that hold nothing and yet are not the last: the server is not going to end. */
const MAX_EMPTY_PAGES = 1_000;
/** Steps in a row that may come to an obstacle which may pass. */
const MAX_ATTEMPTS = 5;
const FIRST_DELAY_SECONDS = 5;

export interface DryRunContext {
  readonly ledger: DryRunLedger;
  readonly queue: DryRunQueue;
  readonly openBucket: OpenBucket;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: {
    readonly leaseSeconds: number;
    /** How long a message may be under way before it counts as lost. */
    readonly visibilitySeconds: number;
    /** The interval of polling, for what polling would cost. */
    readonly pollIntervalSeconds: number;
    /** A step stores how far it has come so often, in pages. A kill costs as much. */
    readonly pagesPerSave: number;
    /** After so many pages, or so long, the next step goes on. */
    readonly budgetPages: number;
    readonly budgetMs: number;
    /** Default {@link DRY_RUN_MAX_OBJECTS}. */
    readonly maxObjects?: number;
  };
}

export type DryRunOutcome = 'stale' | 'continues' | 'completed' | 'retries' | 'failed';

/**
 * Runs one step of a dry run: lists on from where the last one stopped, counts what polling would do, and sends itself a message when
 * more is left. Nothing is recorded of the objects and nothing in the bucket is touched. A kill repeats the pages since the last time
 * its progress was stored, and counts none of them twice.
 */
export const runDryRun = async (
  context: DryRunContext,
  { dryRunId }: DryRunMessage,
): Promise<DryRunOutcome> => {
  const { ledger, queue, log, settings } = context;
  const begun = await ledger.begin(dryRunId, settings.leaseSeconds);
  if (begun === null) return 'stale';
  const names = { dryRunId, integrationId: begun.integration.id, tenantId: begun.integration.tenantId };
  try {
    const outcome = await step(context, begun);
    log.info('dry_run_step', { ...names, outcome });
    if (outcome === 'continues') await queue.sendBatch([{ version: 1, dryRunId }]);
    return outcome;
  } catch (thrown) {
    const error = asSluiceError(thrown);
    // Cancelled, or somebody else goes on.
    if (error.code === 'conflict') return 'stale';
    log.warn('dry_run_failed', { ...names, code: error.code, detail: error.detail, error: thrown });
    const delaySeconds =
      error.retryable && begun.attempts + 1 < MAX_ATTEMPTS ? FIRST_DELAY_SECONDS * 2 ** begun.attempts : null;
    const state = await ledger.fail(
      { dryRunId, leaseId: begun.leaseId },
      { code: error.code, detail: error.detail ?? '', delaySeconds },
    );
    if (state === null) return 'stale';
    return state === 'failed' ? 'failed' : 'retries';
  }
};

const step = async (context: DryRunContext, begun: BegunDryRun): Promise<'continues' | 'completed'> => {
  const { ledger, clock, settings } = context;
  const { integration, rules, pageSizes } = begun;
  const bucket = await context.openBucket(begun);
  const tally = new Tally(integration, rules, begun.startFrom ?? integration.startFrom, begun.tally);
  const maxObjects = settings.maxObjects ?? DRY_RUN_MAX_OBJECTS;
  const beganAt = clock.now();
  let { listCalls } = begun;
  let pages = 0;

  const save = (outcome: DryRunProgress['outcome'], cursor: string | null): Promise<void> => {
    const { listedObjects } = tally;
    const counted = tally.result();
    const { wouldProcess } = counted;
    const { pollIntervalSeconds } = settings;
    const { provider } = integration;
    return ledger.save(
      { dryRunId: begun.dryRunId, leaseId: begun.leaseId, leaseSeconds: settings.leaseSeconds },
      {
        outcome,
        cursor,
        tally: tally.state(),
        result: {
          ...counted,
          ...estimateDryRun({
            provider,
            wouldProcess,
            listedObjects,
            listCalls,
            pollIntervalSeconds,
            pageSizes,
          }),
        },
        listedObjects,
        listCalls,
        isComplete: outcome === 'completed' && cursor === null,
      },
    );
  };

  for await (const page of pagesOf(bucket, integration.inputPrefix, begun.cursor)) {
    pages += 1;
    listCalls += 1;
    for (const object of page.objects) tally.add(object);
    const isLimit = tally.listedObjects >= maxObjects;
    if (page.continuationToken === null || isLimit) {
      await save('completed', page.continuationToken);
      return 'completed';
    }
    if (pages >= settings.budgetPages || clock.now() - beganAt > settings.budgetMs) {
      await save('yields', page.continuationToken);
      return 'continues';
    }
    if (pages % settings.pagesPerSave === 0) await save('continues', page.continuationToken);
  }
  throw new SluiceError('internal', { detail: 'The listing ended without a last page.' });
};

/** The pages of a listing from a token on, as long as they lead anywhere. */
async function* pagesOf(bucket: Pick<Bucket, 'listPage'>, prefix: string, from: string | null) {
  let token = from;
  let emptyPages = 0;
  const seen = new Set<string>();
  do {
    if (token !== null) {
      if (seen.has(token)) throw endless('its continuation tokens go in a circle');
      seen.add(token);
    }
    const page = await bucket.listPage({ prefix, ...(token === null ? {} : { continuationToken: token }) });
    emptyPages = page.objects.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MAX_EMPTY_PAGES) throw endless('page after page is empty');
    token = page.continuationToken;
    yield page;
  } while (token !== null);
}

const endless = (why: string): SluiceError =>
  new SluiceError('upstream_invalid', { detail: `The listing does not end: ${why}.` });
