import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { MUTANTS, type Mutant } from './mutants.ts';

/** Histories that a mutant has to be found in. */
const SEEDS = 1_000;

export interface MutantResult {
  readonly name: string;
  /** The promise that it broke and the seed; null when it was missed. */
  readonly caughtBy: string | null;
}

/** Simulates with each mutant, in a process of its own, until its fault shows. */
export const runMutants = async (mutants: readonly Mutant[] = MUTANTS): Promise<readonly MutantResult[]> => {
  const results: MutantResult[] = [];
  for (const mutant of mutants) results.push({ name: mutant.name, caughtBy: await simulateWith(mutant) });
  return results;
};

const simulateWith = async ({ name, fromSeed = 1 }: Mutant): Promise<string | null> => {
  const src = resolve(import.meta.dirname, '..');
  const child = spawn(
    process.execPath,
    [
      '--import',
      `${src}/mutants/mutate.ts`,
      `${src}/cli/sim.ts`,
      '--seeds',
      String(SEEDS),
      '--from',
      String(fromSeed),
      '--stop',
      '--json',
    ],
    { env: { ...process.env, SLUICE_MUTANT: name }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  await new Promise((ended) => {
    child.on('close', ended);
  });
  const report: unknown = output === '' ? null : JSON.parse(output);
  if (!isReport(report)) throw new Error(`The simulation with "${name}" did not report: ${errors}`);
  const [first] = report.failed;
  return first === undefined ? null : `${first.breaches[0]?.promise} (seed ${first.seed})`;
};

interface Report {
  readonly failed: readonly {
    readonly seed: number;
    readonly breaches: readonly { readonly promise: string }[];
  }[];
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && 'failed' in value && Array.isArray(value.failed);
