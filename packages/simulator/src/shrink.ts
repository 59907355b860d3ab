import type { Action, Plan } from './plan/plan.ts';
import type { Outcome } from './simulate.ts';

/**
 * The same failure with less happening: takes actions away, by halves and then one by one, as long as the same promise is broken.
 * Tries `budget` histories at most.
 */
export const shrink = async (
  plan: Plan,
  run: (plan: Plan) => Promise<Pick<Outcome, 'breaches'>>,
  budget = 300,
): Promise<Plan> => {
  const promisesOf = async (candidate: Plan) =>
    new Set((await run(candidate)).breaches.map(({ promise }) => promise));
  const broken = await promisesOf(plan);
  let left = budget;
  const fails = async (actions: readonly Action[]): Promise<boolean> => {
    left -= 1;
    const promises = await promisesOf({ ...plan, actions });
    return [...promises].some((promise) => broken.has(promise));
  };
  let actions = plan.actions;
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let at = 0;
    while (at < actions.length) {
      if (left <= 0) return { ...plan, actions };
      const fewer = [...actions.slice(0, at), ...actions.slice(at + size)];
      if (await fails(fewer)) actions = fewer;
      else at += size;
    }
  }
  return { ...plan, actions };
};
