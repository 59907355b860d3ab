import type { Clock } from '../ports/engine.ts';
import { type DispatchContext, dispatchDueObjects } from './dispatch-due-objects.ts';

interface RefillSettings {
  /** As many documents have ended since the last time, */
  readonly documents: number;
  /** or it is so long ago. */
  readonly everyMs: number;
}

/**
 * What ends makes room for more of its tenant, which would otherwise wait for the next sweep: the function returned is told how many
 * documents have ended, and sends what is due now and then. It asks for all tenants, so not for every document. Never throws: the sweep does
 * it within a minute.
 */
export const refilling = (
  context: DispatchContext,
  clock: Clock,
  { documents, everyMs }: RefillSettings,
): ((ended: number) => Promise<void>) => {
  let lastAt = Number.NEGATIVE_INFINITY;
  let endedSince = 0;
  return async (ended) => {
    endedSince += ended;
    const now = clock.now();
    if (endedSince < documents && now - lastAt < everyMs) return;
    lastAt = now;
    endedSince = 0;
    try {
      await dispatchDueObjects(context);
    } catch (error) {
      context.log.warn('refill_failed', { error });
    }
  };
};
