import { describe, expect, it } from 'vitest';
import { makePlan, type Plan, simulate } from '../src/index.ts';
import { MUTANTS } from '../src/mutants/mutants.ts';
import { runMutants } from '../src/mutants/run-mutants.ts';
import { shrink } from '../src/shrink.ts';

describe('a seed', () => {
  it('stands for one history, to the millisecond', async () => {
    for (const seed of [3, 70, 177]) {
      const [once, again] = [await simulate(makePlan(seed)), await simulate(makePlan(seed))];
      expect(again.history.facts).toEqual(once.history.facts);
      expect(again.steps).toBe(once.steps);
    }
  });

  it('stands for another history than its neighbour', () => {
    expect(makePlan(2)).not.toEqual({ ...makePlan(1), seed: 2 });
  });
});

describe('a history that fails', () => {
  it('is shrunken to what it takes to fail', async () => {
    // Stands for a fault: two documents of one name.
    const run = async (plan: Plan) => {
      const keys = plan.actions.flatMap((action) => (action.kind === 'put' ? [action.key] : []));
      const isBroken = new Set(keys).size < keys.length;
      return { breaches: isBroken ? [{ promise: 'nothing is lost' as const, detail: '' }] : [] };
    };
    const plan = makePlan(4);
    expect(plan.actions.length).toBeGreaterThan(5);
    const { actions } = await shrink(plan, run);
    expect(actions.map(({ kind }) => kind)).toEqual(['put', 'put']);
  });
});

describe('the checker', () => {
  it('finds every fault that is put into the code on purpose', { timeout: 300_000 }, async () => {
    const results = await runMutants();
    expect(results).toHaveLength(MUTANTS.length);
    expect(results.filter(({ caughtBy }) => caughtBy === null)).toEqual([]);
  });
});
