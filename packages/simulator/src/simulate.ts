import { PROCESSING_PRICE_MICROS_PER_PAGE } from '@sluice/shared';
import type { Backend } from './backend/backend.ts';
import { memoryBackend } from './backend/memory.ts';
import { SimBucket } from './bucket/sim-bucket.ts';
import { checkHistory } from './checker/check-history.ts';
import type { Breach } from './checker/evidence.ts';
import type { Plan } from './plan/plan.ts';
import { Kernel } from './time/kernel.ts';
import { SeededRandom } from './time/random.ts';
import { act } from './world/actors.ts';
import { SimEngine } from './world/engine.ts';
import { History } from './world/history.ts';
import { Notifier } from './world/notifier.ts';
import { SimProcessor, SimStaging } from './world/processor.ts';
import { stepsOf } from './world/steps.ts';
import { Weather } from './world/weather.ts';
import { Witness } from './world/witness.ts';

const MINUTE = 60_000;
/** When every history begins. */
export const BEGIN = Date.parse('2026-11-01T00:00:00Z');

/** Rounds of cron, each after whatever was due before it, until everything must have come to rest. */
const CALM_ROUNDS = 400;
/** Listings of a bucket that must pass with nothing left to do. */
const CALM_LISTINGS = 2;

export interface Outcome {
  readonly seed: number;
  readonly breaches: readonly Breach[];
  readonly history: History;
  readonly steps: number;
  readonly processed: number;
  /** What it went through: each call with what became of it, and the steps of its objects. */
  readonly paths: ReadonlySet<string>;
}

/** Runs a plan to its end: chaos first, then calm, until nothing is left to do. Then judges it by what happened. */
export const simulate = async (
  plan: Plan,
  backendOf: (kernel: Kernel) => Backend | Promise<Backend> = memoryBackend,
): Promise<Outcome> => {
  const kernel = new Kernel(BEGIN);
  const random = new SeededRandom(plan.seed ^ 0x5f3759df);
  const weather = new Weather(random.fork(), plan.climate);
  const history = new History();
  const backend = await backendOf(kernel);
  const witness = new Witness(kernel, history);
  const ports = {
    polls: witness.polls(backend.polls),
    objects: witness.objects(backend.objects),
    events: backend.events,
    replays: backend.replays,
    rollBack: backend.rollBack,
    sweepSecrets: backend.sweepSecrets,
  };
  const staging = new SimStaging();
  const buckets = new Map<string, SimBucket>();
  const processor = new SimProcessor(kernel, weather, random.fork(), history, staging, buckets);
  const engine = new SimEngine(
    { kernel, weather, random: random.fork(), ports, buckets, staging, processor },
    plan.engine,
  );
  const stage = { kernel, weather, random: random.fork(), history, backend, staging };

  const inOrder: SimBucket[] = [];
  for (const wanted of plan.integrations) {
    const startFrom = wanted.startFromMs === null ? null : BEGIN + wanted.startFromMs;
    const id = await backend.addIntegration({ ...wanted, startFrom });
    const bucket = new SimBucket(kernel, history, random.fork(), id, wanted.bucket);
    const notifier = new Notifier({ kernel, weather, random: random.fork(), engine }, id, wanted.events);
    bucket.onChange = (change) => notifier.tell(change);
    buckets.set(id, bucket);
    inOrder.push(bucket);
  }

  for (const action of plan.actions) {
    const bucket = inOrder[action.on];
    if (bucket !== undefined) kernel.after(action.at, () => act(stage, bucket, action));
  }
  for (let minute = 0; minute * MINUTE < plan.chaosMs; minute += 1) {
    kernel.after(minute * MINUTE, () => void engine.sweep());
    if (minute % 2 === 0) kernel.after(minute * MINUTE, () => void engine.claimPolls());
  }
  await kernel.runUntil(BEGIN + plan.chaosMs);

  weather.calm();
  for (const bucket of inOrder) {
    bucket.calm();
    await backend.setStatus(bucket.integrationId, 'active');
  }
  const isAtRest = await comeToRest(kernel, engine, backend, inOrder);
  const breaches = checkHistory({
    plan,
    history,
    isAtRest,
    priceMicros: PROCESSING_PRICE_MICROS_PER_PAGE,
    integrations: await Promise.all(
      inOrder.map(async (bucket, number) => ({
        bucket,
        wish: plan.integrations[number] as Plan['integrations'][number],
        startFrom: BEGIN + (plan.integrations[number]?.startFromMs ?? Number.NEGATIVE_INFINITY),
        books: await backend.books(bucket.integrationId),
      })),
    ),
  });
  const processed = history.facts.filter(({ kind }) => kind === 'processed').length;
  const paths = new Set([...weather.met, ...stepsOf(history.facts)]);
  return { seed: plan.seed, breaches, history, steps: kernel.steps, processed, paths };
};

const comeToRest = async (
  kernel: Kernel,
  engine: SimEngine,
  backend: Backend,
  buckets: readonly SimBucket[],
): Promise<boolean> => {
  await kernel.runAll();
  const finishedBefore = new Map(engine.finishedPolls);
  const stillToCome = (integrationId: string): number =>
    CALM_LISTINGS + (finishedBefore.get(integrationId) ?? 0) - (engine.finishedPolls.get(integrationId) ?? 0);
  for (let round = 0; round < CALM_ROUNDS; round += 1) {
    void engine.sweep();
    void engine.claimPolls();
    await kernel.runAll();
    let isIdle = true;
    for (const { integrationId } of buckets) {
      const { rows } = await backend.books(integrationId);
      const isWaiting = rows.some(({ isDue }) => isDue);
      // What has just been settled may be for the next listing to see.
      if (isWaiting) finishedBefore.set(integrationId, engine.finishedPolls.get(integrationId) ?? 0);
      isIdle &&= !isWaiting && stillToCome(integrationId) <= 0;
    }
    if (isIdle) return true;
    const next = Math.max((await backend.nextDueAt()) ?? 0, kernel.now() + MINUTE);
    await kernel.runUntil(next);
  }
  return false;
};
