import { SeededRandom } from '@sluice/simulator';
import type { Act, Content, FaultKind, Kill, Plan, PlannedAct, Storm, Target, Victim } from './plan.ts';

/** Which faults a target can have. */
const KINDS: Readonly<Record<Target, readonly FaultKind[]>> = {
  s3: ['latency', 'reset', 'lost_answer', 'error_500', 'slow_down', 'disk_full', 'partial_body', 'hang'],
  postgrest: ['latency', 'reset', 'lost_answer', 'error_500', 'slow_down', 'partial_body', 'hang'],
  postgres: ['latency', 'reset', 'lost_answer', 'partial_body', 'hang'],
  processor: ['latency', 'reset', 'lost_answer', 'error_500', 'slow_down', 'partial_body', 'hang'],
  staging: ['latency', 'error_500', 'disk_full', 'lost_answer'],
};
const TARGETS = Object.keys(KINDS) as Target[];

const VICTIMS: readonly Victim[] = [
  'postgres',
  'postgres_backend',
  'postgrest',
  'workersWorkerd',
  'workersHost',
  'bucketsWorkerd',
  'bucketsHost',
  'gateway',
];

/**
 * Milliseconds. What everything goes through has long calms, or nothing would come as far as the rest; a stack is up again after some
 * seconds, and between two kills there shall be work.
 */
const OUTER = { storm: [2_000, 10_000], calm: [1_000, 6_000] } as const;
const CENTRAL = { storm: [1_500, 5_000], calm: [8_000, 25_000] } as const;
const RHYTHMS: Readonly<Record<Target, Record<'storm' | 'calm', readonly [number, number]>>> = {
  s3: OUTER,
  processor: OUTER,
  staging: OUTER,
  postgrest: CENTRAL,
  postgres: CENTRAL,
};
const BETWEEN_KILLS = [18_000, 40_000] as const;
const BETWEEN_ACTS = [100, 900] as const;
/** Now and then something is away for longer than anybody tries again at once. */
const SIEGE = [60_000, 420_000] as const;
const BETWEEN_SIEGES = [180_000, 480_000] as const;

/**
 * The trouble and the work of a run. The same seed gives the same; a longer run begins like a shorter one.
 * @param customers how many there are.
 */
export const makePlan = (seed: number, durationMs: number, customers: number): Plan => {
  const chances = new SeededRandom(seed);
  // Each its own chances, so that a change in one leaves the others as they were.
  const storms = TARGETS.flatMap((target) => stormsOf(target, chances.fork(), durationMs));
  const sieges = siegesOf(chances.fork(), durationMs);
  const kills = killsOf(chances.fork(), durationMs);
  const acts = Array.from({ length: customers }, (_, customer) =>
    actsOf(customer, chances.fork(), durationMs, customers),
  ).flat();
  return {
    seed,
    durationMs,
    // Of two at once the first counts.
    storms: [...sieges, ...storms.sort((a, b) => a.fromMs - b.fromMs)],
    kills,
    acts: acts.sort((a, b) => a.atMs - b.atMs),
  };
};

const stormsOf = (target: Target, chances: SeededRandom, durationMs: number): Storm[] => {
  const storms: Storm[] = [];
  // Every kind comes before any comes again.
  let bag: FaultKind[] = [];
  const draw = (): FaultKind => {
    if (bag.length === 0) bag = chances.shuffled(KINDS[target]);
    return bag.pop() as FaultKind;
  };
  const { storm, calm } = RHYTHMS[target];
  for (let at = chances.whole(0, calm[1]); at < durationMs; ) {
    const end = at + chances.whole(...storm);
    const isTotal = chances.chance(0.2);
    const kinds = isTotal ? [draw()] : [draw(), draw()];
    const rate = isTotal ? 1 : chances.pick([0.1, 0.3, 0.6]);
    storms.push({ target, kinds, rate, fromMs: at, toMs: Math.min(end, durationMs) });
    at = end + chances.whole(...calm);
  }
  return storms;
};

const siegesOf = (chances: SeededRandom, durationMs: number): Storm[] => {
  const sieges: Storm[] = [];
  let bag: Target[] = [];
  for (let at = chances.whole(...BETWEEN_SIEGES); at < durationMs; ) {
    if (bag.length === 0) bag = chances.shuffled(TARGETS);
    const target = bag.pop() as Target;
    const end = at + chances.whole(...SIEGE);
    const kinds = [chances.pick(KINDS[target].filter((kind) => kind !== 'latency'))];
    sieges.push({ target, kinds, rate: 1, fromMs: at, toMs: Math.min(end, durationMs) });
    at = end + chances.whole(...BETWEEN_SIEGES);
  }
  return sieges;
};

const killsOf = (chances: SeededRandom, durationMs: number): Kill[] => {
  const kills: Kill[] = [];
  let bag: Victim[] = [];
  for (let at = chances.whole(5_000, 9_000); at < durationMs; ) {
    if (bag.length === 0) bag = chances.shuffled(VICTIMS);
    kills.push({ atMs: at, victim: bag.pop() as Victim });
    at += chances.whole(...BETWEEN_KILLS);
  }
  return kills;
};

const actsOf = (
  customer: number,
  chances: SeededRandom,
  durationMs: number,
  customers: number,
): PlannedAct[] => {
  const acts: PlannedAct[] = [];
  const there = new Set<number>();
  let next = 0;
  let isPaused = false;
  const act = (): Act => {
    const draw = chances.next();
    if (draw < 0.03) return { kind: 'replay' };
    if (draw < 0.06 || (isPaused && draw < 0.3)) {
      isPaused = !isPaused;
      return { kind: isPaused ? 'pause' : 'resume' };
    }
    if (draw < 0.12 && there.size > 0) {
      const document = chances.pick([...there]);
      there.delete(document);
      return { kind: 'delete', document };
    }
    const isNew = there.size === 0 || chances.chance(0.65);
    const document = isNew ? next : chances.pick([...there]);
    if (isNew) next += 1;
    there.add(document);
    return { kind: 'put', document, content: contentOf(chances) };
  };
  for (let at = chances.whole(0, 2_000); at < durationMs; ) {
    acts.push({ atMs: at, customer, act: act() });
    at += chances.whole(...BETWEEN_ACTS) * customers;
  }
  return acts;
};

const contentOf = (chances: SeededRandom): Content => {
  const draw = chances.next();
  if (draw < 0.85) return 'pdf';
  return draw < 0.9 ? 'text' : draw < 0.95 ? 'corrupt' : 'empty';
};
