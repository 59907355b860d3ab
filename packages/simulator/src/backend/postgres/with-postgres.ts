import { startTemporaryStack } from '@sluice/testkit';
import type { Plan } from '../../plan/plan.ts';
import { type Outcome, simulate } from '../../simulate.ts';
import { postgresBackend } from './postgres.ts';
import { twinBackend } from './twin.ts';
import { installVirtualClock, setVirtualClock } from './virtual-clock.ts';

export interface PostgresRuns {
  /** The history of a plan, on memory and on PostgreSQL at once. */
  readonly run: (plan: Plan) => Promise<Outcome>;
  readonly stop: () => Promise<void>;
}

/** Starts a database with a virtual clock for histories to be run on, one after another. */
export const startPostgresRuns = async (): Promise<PostgresRuns> => {
  const stack = await startTemporaryStack({ workers: false, buckets: [] });
  await installVirtualClock(stack);
  return {
    run: async (plan) => {
      const postgres = await postgresBackend(stack);
      try {
        return await simulate(plan, (kernel) =>
          twinBackend(kernel, postgres, (micros) => setVirtualClock(stack, micros)),
        );
      } finally {
        await postgres.end();
      }
    },
    stop: () => stack.stop(),
  };
};
