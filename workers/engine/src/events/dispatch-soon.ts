import { dispatchDueObjects } from '@sluice/core';
import { logOf } from '../log.ts';
import type { Engine } from '../wiring.ts';

/** A run that has not ended by then was killed with the request it belonged to. */
const MAX_RUN_MS = 30_000;

/** Between two rounds: what comes meanwhile goes with the next, so that a stream of events is not one query each. */
const PAUSE_MS = 25;

const runs = new WeakMap<Engine, { startedAt: number; isAskedAgain: boolean }>();

/**
 * Sends what is due to its queue, one run at a time: hundreds of deliveries a second need not each ask the database what is
 * due. Whoever comes while one is under way leaves it to that one, which then goes round again, and waits for nothing.
 */
export const dispatchSoon = async (engine: Engine): Promise<void> => {
  const other = runs.get(engine);
  if (other !== undefined && Date.now() - other.startedAt < MAX_RUN_MS) {
    other.isAskedAgain = true;
    return;
  }
  const run = { startedAt: Date.now(), isAskedAgain: true };
  runs.set(engine, run);
  try {
    while (run.isAskedAgain && Date.now() - run.startedAt < MAX_RUN_MS) {
      run.isAskedAgain = false;
      await dispatchDueObjects(engine.dispatch);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } catch (error) {
    // The sweep does it within a minute.
    logOf('s3-ingest').warn('event_dispatch_failed', { error });
  } finally {
    if (runs.get(engine) === run) runs.delete(engine);
  }
};
