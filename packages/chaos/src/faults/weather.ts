import { SeededRandom } from '@sluice/simulator';
import type { FaultKind, Plan, Storm, Target } from '../plan/plan.ts';
import type { Fault } from './fault.ts';

export interface Weather {
  /** From now on the storms of the plan come. */
  begin(): void;
  /** From now on nothing goes wrong any more. */
  end(): void;
  /** What the next request to a target meets; null for nothing. */
  faultFor(target: Target, isOf?: (kind: FaultKind) => boolean): Fault | null;
  /** How many of each were met, by target and kind: `s3 reset`. */
  readonly met: ReadonlyMap<string, number>;
}

const LATENCY_MS = 1_500;
/** Well below the leases of the run: a Worker that outlives its lease could write late, and a bucket cannot be fenced. */
const HANG_MS = 3_000;

/**
 * Hands out the faults of a plan. What the nth request in a storm meets is the seed's; which request comes as the nth is not.
 * @param now milliseconds, of any beginning.
 */
export const createWeather = (plan: Pick<Plan, 'seed' | 'storms'>, now: () => number): Weather => {
  let began: number | null = null;
  const met = new Map<string, number>();
  const chancesOf = new Map<Storm, SeededRandom>();
  plan.storms.forEach((storm, index) => {
    chancesOf.set(storm, new SeededRandom(plan.seed * 1_000_003 + index));
  });
  return {
    met,
    begin: () => {
      began = now();
    },
    end: () => {
      began = null;
    },
    faultFor: (target, isOf = () => true) => {
      if (began === null) return null;
      const at = now() - began;
      const storm = plan.storms.find(
        ({ target: other, fromMs, toMs }) => other === target && fromMs <= at && at < toMs,
      );
      const chances = storm === undefined ? undefined : chancesOf.get(storm);
      if (storm === undefined || chances === undefined || !chances.chance(storm.rate)) return null;
      const kind = chances.pick(storm.kinds);
      const ms = chances.whole(1, kind === 'hang' ? HANG_MS : LATENCY_MS);
      if (!isOf(kind)) return null;
      met.set(`${target} ${kind}`, (met.get(`${target} ${kind}`) ?? 0) + 1);
      return { kind, ms };
    },
  };
};
