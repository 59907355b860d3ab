import { SeededRandom } from '../time/random.ts';
import type { BucketMood } from '../world/weather.ts';
import type { Action, IntegrationPlan, Plan } from './plan.ts';

const MINUTE = 60_000;

/** Names that come before and behind one another in every way, and some that are no documents. */
const NAMES = [
  'a.pdf',
  'b.pdf',
  'b/c.pdf',
  'B.PDF',
  'ba.pdf',
  'm/n/o.pdf',
  'z.pdf',
  'é.pdf',
  'ab c+d.pdf',
  '0.pdf',
  '~.pdf',
  '\u{1F600}.pdf',
];
const OTHER_NAMES = ['notes.txt', 'folder/', '.pdf/x', 'sub/./dot.pdf'];

const MOODS: readonly BucketMood[] = ['slow', 'failing', 'failing', 'down', 'denying', 'throttling'];

/** Everything that a seed stands for. */
export const makePlan = (seed: number): Plan => {
  const random = new SeededRandom(seed);
  const chaosMs = random.whole(10, 45) * MINUTE;
  const isRough = random.chance(0.7);
  const integrations = Array.from({ length: random.chance(0.3) ? 2 : 1 }, () =>
    makeIntegration(random, isRough),
  );
  const canLoseOrder = integrations.some(({ bucket }) => bucket.order !== 'ordered' || bucket.repeats > 0);
  const actions = integrations.flatMap(({ inputPrefix, detectionMode }, on) =>
    makeActions(random, on, inputPrefix, detectionMode, chaosMs, isRough),
  );
  return {
    seed,
    chaosMs,
    climate: {
      crash: isRough ? random.pick([0, 0.003, 0.02, 0.06]) : 0,
      ledger: isRough ? random.pick([0, 0.01, 0.05]) : 0,
      bucket: isRough ? random.pick([0, 0.01, 0.05]) : 0,
      queue: isRough ? random.pick([0, 0.02, 0.2]) : 0,
      stall: isRough ? random.pick([0, 0, 0.005, 0.02]) : 0,
      drag: isRough ? random.pick([0, 0.1, 0.4]) : 0,
      ownFaults: isRough ? 5 : 0,
    },
    engine: {
      poll: {
        // A listing without order has to be read in one go.
        budgetCalls: canLoseOrder ? 8_000 : random.pick([6, 20, 8_000]),
        objectsPerSlice: random.pick([2, 4, 10_000]),
        concurrency: random.pick([1, 3, 5]),
      },
      queues: {
        loses: random.pick([0, 0.05, 0.5]),
        doubles: random.pick([0, 0.1, 0.5]),
        delays: random.pick([0, 0.05, 0.3]),
        maxBatch: random.pick([1, 5, 10]),
      },
      workerSkewMs: random.pick([0, 0, 10 * MINUTE]),
      isSigned: random.chance(0.5),
      processLeaseSeconds: random.pick([1200, 1200, 45]),
      writeLeaseSeconds: integrations.every(({ overwritePolicy }) => overwritePolicy === 'keep_versions')
        ? 45
        : 1200,
    },
    integrations,
    actions: actions.toSorted((a, b) => a.at - b.at),
  };
};

const makeIntegration = (random: SeededRandom, isRough: boolean): IntegrationPlan => {
  const form = random.pick(['s3', 's3', 'r2', 'b2'] as const);
  return {
    overwritePolicy: random.pick(['reprocess', 'reprocess', 'reprocess', 'ignore', 'keep_versions'] as const),
    inputPrefix: random.pick(['', 'in/']),
    outputPrefix: 'accessible/',
    detectionMode: random.pick(['poll', 'event', 'event'] as const),
    startFromMs: random.chance(0.15) ? random.whole(0, 20) * MINUTE : null,
    bucket: {
      order: random.chance(0.12) ? random.pick(['unordered', 'collated'] as const) : 'ordered',
      maxPage: random.pick([1, 3, 10, 1000]),
      repeats: isRough ? random.pick([0, 0, 0.05, 0.3]) : 0,
      truncates: isRough ? random.pick([0, 0, 0.05, 0.3]) : 0,
      skewMs: random.pick([0, 0, -10 * MINUTE, 10 * MINUTE]),
      isInWholeSeconds: random.chance(0.6),
    },
    events: {
      form,
      hasSequencer: form === 's3' && random.chance(0.6),
      loses: random.pick([0, 0.01, 0.5, 1]),
      doubles: random.pick([0, 0.1, 0.5]),
      delays: random.pick([0, 0.1, 0.6]),
    },
  };
};

const makeActions = (
  random: SeededRandom,
  on: number,
  inputPrefix: string,
  mode: 'poll' | 'event',
  chaosMs: number,
  isRough: boolean,
): Action[] => {
  // Few names are overwritten often, many make slices.
  const keys = random.shuffled(NAMES).slice(0, random.pick([1, 2, 4, 8, 12]));
  const anyKey = () => `${inputPrefix}${random.chance(0.92) ? random.pick(keys) : random.pick(OTHER_NAMES)}`;
  const anyTime = () => Math.floor(chaosMs * random.next());
  const actions: Action[] = [];
  let at = 0;
  const count = random.whole(3, 40);
  for (let i = 0; i < count; i += 1) {
    // Some at once, within one second; some apart.
    at = random.chance(0.35) ? at + random.whole(0, 900) : anyTime();
    if (random.chance(0.85)) {
      const backdatedMs = random.chance(0.12) ? random.whole(1, 90) * MINUTE : 0;
      actions.push({ at, kind: 'put', on, key: anyKey(), content: random.whole(0, 5), backdatedMs });
    } else actions.push({ at, kind: 'delete', on, key: anyKey() });
  }
  // Somebody's own file where a result would go.
  if (random.chance(0.1)) {
    const key = `accessible/${random.pick(keys)}`;
    actions.push({ at: 0, kind: 'put', on, key, content: 1, backdatedMs: 0 });
  }
  if (random.chance(0.3)) {
    actions.push({ at: anyTime(), kind: 'copy-result', on, to: `${inputPrefix}copy-${random.pick(keys)}` });
  }
  if (random.chance(0.3)) {
    const from = anyTime();
    actions.push({ at: from, kind: 'pause', on });
    actions.push({ at: from + Math.floor((chaosMs - from) * random.next()), kind: 'resume', on });
  }
  if (random.chance(0.15)) {
    actions.push({ at: anyTime(), kind: 'mode', on, mode: mode === 'poll' ? 'event' : 'poll' });
  }
  if (random.chance(0.3)) {
    const from = anyTime();
    const isGood = random.chance(0.5);
    actions.push({ at: from, kind: 'rotate', on, isGood });
    if (isGood) actions.push({ at: from + random.whole(5, 20) * MINUTE, kind: 'revoke-old', on });
  }
  if (random.chance(0.25)) {
    const states = random.pick([['written_back'], ['failed', 'dead'], ['written_back', 'failed']] as const);
    actions.push({ at: anyTime(), kind: 'replay', on, states });
  }
  if (isRough) {
    for (let i = random.whole(0, 3); i > 0; i -= 1) {
      const from = anyTime();
      actions.push({ at: from, kind: 'mood', on, mood: random.pick(MOODS) });
      actions.push({ at: from + random.whole(1, 15) * MINUTE, kind: 'mood', on, mood: 'well' });
    }
    if (random.chance(0.2)) actions.push({ at: anyTime(), kind: 'lose-staged', on });
  }
  return actions;
};
