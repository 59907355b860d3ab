/**
 * The matrix of isolation over REST, and every way of breaking it:
 *
 *     npm run isolation [-- --json] [--seed <n>] [--sample <n>]
 *
 * Starts a stack of its own. Asks every table, view and function with every verb as every caller and compares with
 * supabase/tests/isolation/expectations; then breaks policies, grants and checks one by one, each of which has to be noticed.
 * `--sample` breaks at most as many of each kind, chosen by `--seed`. Exits 1 when a field is wrong or a breakage is not noticed.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runMatrix, runMutants } from '../../supabase/tests/isolation/run.ts';
import { sampleMutants } from '../../supabase/tests/isolation/sample.ts';
import { makeWorld } from '../../supabase/tests/isolation/world.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, seed: { type: 'string' }, sample: { type: 'string' } },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const most = values.sample === undefined ? undefined : Number(values.sample);

const beganAt = performance.now();
const world = await makeWorld();
try {
  const matrix = await runMatrix(world);
  const limits =
    most === undefined ? {} : { policy: most, 'row security': most, grant: most, function: most };
  // A field that is wrong already would seem to notice everything.
  const choose = matrix.problems.length === 0 ? sampleMutants(seed, limits) : () => [];
  const mutation = await runMutants(world, choose);
  const killed = mutation.killedByTraffic + mutation.killedByCatalogue;
  const scorePercent = mutation.mutants === 0 ? 0 : (100 * killed) / mutation.mutants;
  const seconds = Math.round((performance.now() - beganAt) / 1_000);
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify({ seed, seconds, matrix, mutation, scorePercent })}\n`);
  } else {
    const lines = [
      `${matrix.fields} fields asked, ${matrix.problems.length} wrong`,
      ...matrix.problems.map((problem) => `  ${problem}`),
      `${killed} of ${mutation.mutants} breakages noticed (${scorePercent.toFixed(1)}%): ` +
        `${mutation.killedByTraffic} by a request, ${mutation.killedByCatalogue} by the catalogue alone`,
      ...mutation.survivors.map((name) => `  not noticed: ${name}`),
      `${mutation.equivalent.length} breakages change nothing anybody could see:`,
      ...mutation.equivalent.map(({ name, because }) => `  ${name}: ${because}`),
      `seed ${seed}, ${seconds} s`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (matrix.problems.length + mutation.survivors.length > 0) process.exitCode = 1;
} finally {
  await world.stop();
}
