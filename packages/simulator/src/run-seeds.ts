import { makePlan } from './plan/make-plan.ts';
import type { Plan } from './plan/plan.ts';
import { type Outcome, simulate } from './simulate.ts';

export interface SeedsReport {
  readonly seeds: number;
  /** Documents that a processor was through with. */
  readonly processed: number;
  /** Calls, answers and ticks of the clock. */
  readonly steps: number;
  readonly failed: readonly Outcome[];
}

/** Runs the histories of these seeds, one after another. */
export const runSeeds = async (
  seeds: readonly number[],
  options: {
    readonly run?: (plan: Plan) => Promise<Outcome>;
    /** Ends with the first that fails. */
    readonly isToStop?: boolean;
    readonly onSeed?: (outcome: Outcome) => void;
  } = {},
): Promise<SeedsReport> => {
  const { run = simulate, isToStop = false, onSeed } = options;
  const failed: Outcome[] = [];
  let [done, processed, steps] = [0, 0, 0];
  for (const seed of seeds) {
    const outcome = await run(makePlan(seed));
    onSeed?.(outcome);
    done += 1;
    processed += outcome.processed;
    steps += outcome.steps;
    if (outcome.breaches.length === 0) continue;
    failed.push(outcome);
    if (isToStop) break;
  }
  return { seeds: done, processed, steps, failed };
};
