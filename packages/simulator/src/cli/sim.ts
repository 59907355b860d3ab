/**
 * `npm run sim`: histories from seeds. `--seed N` runs one and tells it; `--seeds N [--from M]` runs many; `--mutants` shows that the
 * checker finds what is broken on purpose. `--json` for programs. Exits 1 when a promise was not kept.
 */
import { parseArgs } from 'node:util';
import { runMutants } from '../mutants/run-mutants.ts';
import { makePlan } from '../plan/make-plan.ts';
import { runSeeds } from '../run-seeds.ts';
import { shrink } from '../shrink.ts';
import { simulate } from '../simulate.ts';
import { replayCommand, storyOf } from './story.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '500' },
    from: { type: 'string', default: '1' },
    stop: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const one = async (seed: number): Promise<boolean> => {
  const plan = makePlan(seed);
  const outcome = await simulate(plan);
  const isKept = outcome.breaches.length === 0;
  const shrunken = isKept ? plan : await shrink(plan, simulate);
  if (values.json) print(JSON.stringify({ seed, breaches: outcome.breaches, shrunken }));
  else print(storyOf(shrunken, isKept ? outcome : await simulate(shrunken)));
  return isKept;
};

const many = async (): Promise<boolean> => {
  const began = performance.now();
  const report = await runSeeds(Number(values.from), Number(values.seeds), { isToStop: values.stop });
  const seconds = (performance.now() - began) / 1000;
  const failed = report.failed.map(({ seed, breaches }) => ({
    seed,
    breaches,
    replay: replayCommand(seed),
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

const isKept = values.mutants
  ? await mutants()
  : values.seed === undefined
    ? await many()
    : await one(Number(values.seed));
process.exitCode = isKept ? 0 : 1;
