import { setTimeout as delay } from 'node:timers/promises';
import { checkCustomer } from './checker/check-customer.ts';
import { checkLeaks } from './checker/check-leaks.ts';
import type { Breach, Evidence } from './checker/evidence.ts';
import { gatherEvidence } from './checker/gather.ts';
import { createWeather } from './faults/weather.ts';
import { makePlan } from './plan/make-plan.ts';
import type { Plan } from './plan/plan.ts';
import { waitUntilDrained } from './world/drain.ts';
import { type Ground, startGround } from './world/ground.ts';
import { kill } from './world/kill.ts';
import { untilDone } from './world/patience.ts';
import { WISHES } from './world/wishes.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly minutes: number;
  /** All state lies here, and goes when every promise was kept. */
  readonly dataDir: string;
  /** Told what it is at. */
  readonly say?: (words: string) => void;
  /** Done to the world once the checker has looked, which then looks again: how a test shows that it would see. */
  readonly meddle?: (ground: Ground) => Promise<void>;
}

export interface ChaosReport {
  readonly seed: number;
  readonly minutes: number;
  /** Every promise that was not kept; empty is good. */
  readonly breaches: readonly Breach[];
  /** The same after the meddling; empty without. */
  readonly afterMeddling: readonly Breach[];
  /** Faults met, by target and kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** Processes killed, by name. */
  readonly kills: Readonly<Record<string, number>>;
  readonly restarts: number;
  /** Acts of the customers, and how many the trouble kept from the API for good. */
  readonly acts: Readonly<Record<string, number>>;
  readonly givenUp: number;
  readonly versions: number;
  readonly charges: number;
  readonly processorRuns: number;
  /** From the end of the trouble until nothing was left to do. */
  readonly drainedAfterMs: number;
  readonly elapsedMs: number;
}

/** Some leases, and the backlog of some minutes. */
const DRAIN_LEAST_MS = 180_000;
const LOOK_PATIENCE_MS = 60_000;

/**
 * Runs the stack under the faults of a seed, lets it come to rest, and holds it against what the customers know.
 * @throws when the world cannot be built, or does not come up again.
 */
export const runChaos = async (options: ChaosOptions): Promise<ChaosReport> => {
  const { seed, minutes, dataDir, say = () => undefined } = options;
  const began = Date.now();
  const durationMs = minutes * 60_000;
  const plan = makePlan(seed, durationMs, WISHES.length);
  const weather = createWeather(plan, Date.now);
  say(`seed ${seed}: ${plan.storms.length} storms, ${plan.kills.length} kills, ${plan.acts.length} acts`);
  const ground = await startGround(dataDir, seed, weather);
  let isKept = false;
  try {
    const { stack, customers, sql, runs } = ground;
    say('everything is up and connected; the trouble begins');
    weather.begin();
    const kills = await trouble(plan, ground, say);
    weather.end();
    say('the trouble is over; waiting until nothing is left to do');
    const endedAt = Date.now();
    await stack.up();
    for (const customer of customers) await customer.settle();
    const left = await untilDone(
      () => waitUntilDrained(sql, customers, Math.max(DRAIN_LEAST_MS, durationMs / 3)),
      LOOK_PATIENCE_MS,
    );
    const drainedAfterMs = Date.now() - endedAt;
    say('holding the books against the buckets');
    const { breaches: found, evidence } = await check(ground, dataDir);
    const breaches = [
      ...left.map((detail) => ({ promise: 'the backlog is drained' as const, detail })),
      ...found,
    ];
    await options.meddle?.(ground);
    const afterMeddling = options.meddle === undefined ? [] : (await check(ground, dataDir)).breaches;
    isKept = breaches.length === 0;
    return {
      seed,
      minutes,
      breaches,
      afterMeddling,
      faults: Object.fromEntries([...weather.met].sort(([a], [b]) => (a < b ? -1 : 1))),
      kills,
      restarts: stack.restarts(),
      acts: total(customers.map(({ memory }) => memory.acts)),
      givenUp: customers.reduce((sum, { memory }) => sum + memory.givenUp, 0),
      versions: customers.reduce((sum, { memory }) => sum + memory.versions.length, 0),
      charges: evidence.reduce((sum, { charges }) => sum + charges.length, 0),
      processorRuns: runs.size,
      drainedAfterMs,
      elapsedMs: Date.now() - began,
    };
  } finally {
    weather.end();
    await ground.stop(!isKept);
  }
};

/** Reads what there is, and holds it against what the customers remember. */
const check = async (
  { sql, customers, runs, logFile, secrets }: Ground,
  dataDir: string,
): Promise<{ breaches: Breach[]; evidence: readonly Evidence[] }> => {
  const evidence = await Promise.all(customers.map((customer) => gatherEvidence(sql, customer, runs)));
  const leaks = await checkLeaks(dataDir, logFile, sql, secrets);
  return { breaches: [...evidence.flatMap(checkCustomer), ...leaks], evidence };
};

/** Lets the kills and the acts of a plan happen, each at its time. @returns what was killed how often. */
const trouble = async (
  plan: Plan,
  { stack, customers, sql }: Ground,
  say: (words: string) => void,
): Promise<Record<string, number>> => {
  const began = Date.now();
  const killed: Record<string, number> = {};
  const at = (ms: number) => delay(Math.max(0, began + ms - Date.now()));
  const killing = async (): Promise<void> => {
    for (const { atMs, victim } of plan.kills) {
      await at(atMs);
      if (!(await kill(victim, stack, sql))) continue;
      killed[victim] = (killed[victim] ?? 0) + 1;
      say(`${Math.round(atMs / 1000)} s: kill -9 of ${victim}`);
    }
  };
  const acting = async (): Promise<void> => {
    for (const { atMs, customer, act } of plan.acts) {
      await at(atMs);
      customers[customer]?.act(act);
    }
  };
  await Promise.all([killing(), acting(), at(plan.durationMs)]);
  return killed;
};

const total = (counts: readonly Readonly<Record<string, number>>[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const one of counts)
    for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};
