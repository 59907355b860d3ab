/**
 * `npm run sim`: histories from seeds. `--seed N` runs one and tells it; `--seeds N [--from M]` runs many; `--mutants` shows that the
 * checker finds what is broken on purpose. `--postgres` runs the interesting hundred (or those named) on real PostgreSQL as well, and
 * compares; `--choose N` says which of many go through most. `--json` for programs. Exits 1 when a promise was not kept.
 */
import { parseArgs } from 'node:util';
import { choose } from '../interesting/choose.ts';
import { INTERESTING } from '../interesting/interesting.ts';
import { runMutants } from '../mutants/run-mutants.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { runSeeds } from '../run-seeds.ts';
import { shrink } from '../shrink.ts';
import { simulate } from '../simulate.ts';
import { replayCommand, storyOf } from './story.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    stop: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    choose: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const one = async (seed: number, run: typeof simulate): Promise<boolean> => {
  const plan = makePlan(seed);
  const outcome = await run(plan);
  const isKept = outcome.breaches.length === 0;
  const shrunken = isKept ? plan : await shrink(plan, run);
  if (values.json) print(JSON.stringify({ seed, breaches: outcome.breaches, shrunken }));
  else print(storyOf(shrunken, isKept ? outcome : await run(shrunken)));
  return isKept;
};

const many = async (seeds: readonly number[], run: typeof simulate): Promise<boolean> => {
  const began = performance.now();
  const report = await runSeeds(seeds, { run, isToStop: values.stop });
  const seconds = (performance.now() - began) / 1000;
  const failed = report.failed.map(({ seed, breaches }) => ({
    seed,
    breaches,
    replay: replayCommand(seed, values.postgres),
  }));
  if (values.json) {
    print(JSON.stringify({ ...report, seconds, failed }));
  } else {
    for (const { replay, breaches } of failed) {
      print(replay);
      for (const { promise, detail } of breaches) print(`  not kept: ${promise}: ${detail}`);
    }
    print(
      `${report.seeds} histories, ${report.processed} documents processed, ${report.steps} steps in ${seconds.toFixed(1)} s; ${failed.length} broke a promise`,
    );
  }
  return failed.length === 0;
};

const choice = async (seeds: readonly number[], count: number): Promise<boolean> => {
  const histories = new Map<number, ReadonlySet<string>>();
  const { failed } = await runSeeds(seeds, { onSeed: ({ seed, paths }) => histories.set(seed, paths) });
  const chosen = choose(histories, count);
  const all = new Set([...histories.values()].flatMap((paths) => [...paths]));
  const met = new Set(chosen.flatMap(({ seed }) => [...(histories.get(seed) ?? [])]));
  const broken = failed.map(({ seed }) => seed);
  if (values.json) print(JSON.stringify({ chosen, met: met.size, of: all.size, broken }));
  else {
    for (const { seed, isNew } of chosen) print(`${seed}: ${isNew} new`);
    print(`${chosen.length} of ${seeds.length} histories go through ${met.size} of ${all.size} paths`);
    if (broken.length > 0) print(`broke a promise: ${broken.join(', ')}`);
  }
  return broken.length === 0;
};

const mutants = async (): Promise<boolean> => {
  const results = await runMutants();
  const missed = results.filter(({ caughtBy }) => caughtBy === null);
  if (values.json) print(JSON.stringify({ results }));
  else {
    for (const { name, caughtBy } of results)
      print(`${caughtBy === null ? 'MISSED' : 'caught'}  ${name}${caughtBy === null ? '' : `: ${caughtBy}`}`);
    print(`${results.length - missed.length} of ${results.length} mutants caught`);
  }
  return missed.length === 0;
};

/** Only where it is asked for: a database takes its time to load. */
const postgresRuns = async () => (await import('../backend/postgres/with-postgres.ts')).startPostgresRuns();

const histories = async (): Promise<boolean> => {
  const count = Number(values.seeds ?? 500);
  const range = Array.from({ length: count }, (_, n) => Number(values.from) + n);
  if (values.choose !== undefined) return choice(range, Number(values.choose));
  const database = values.postgres ? await postgresRuns() : null;
  try {
    const run = database?.run ?? ((plan: Plan) => simulate(plan));
    if (values.seed !== undefined) return await one(Number(values.seed), run);
    return await many(values.postgres && values.seeds === undefined ? INTERESTING : range, run);
  } finally {
    await database?.stop();
  }
};

process.exitCode = (values.mutants ? await mutants() : await histories()) ? 0 : 1;
