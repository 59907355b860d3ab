import { type Catalogue, readCatalogue } from './catalogue.ts';
import { functionMutants } from './function-mutants.ts';
import { catalogueMutants, type Mutant } from './mutants.ts';
import { makeProbes, nameOf, type Probe } from './probes.ts';
import { standingProblems } from './standing.ts';
import type { World } from './world.ts';

/** How many questions are under way at once. */
const ASKERS = 8;

export interface MatrixResult {
  readonly fields: number;
  /** A sentence for each field that came to something else, and for each fault of the catalogue. */
  readonly problems: readonly string[];
}

/** Asks every question of the matrix. */
export async function runMatrix(world: World): Promise<MatrixResult> {
  const catalogue = await readCatalogue(world.stack);
  const probes = makeProbes(catalogue);
  const problems: string[] = [];
  await inTurns(probes, async (probe) => {
    const problem = await askOne(world, probe);
    if (problem !== null) problems.push(problem);
    return true;
  });
  return { fields: probes.length, problems: [...standingProblems(catalogue), ...problems.sort()] };
}

async function askOne(world: World, probe: Probe): Promise<string | null> {
  const seen = await probe.look(world);
  return seen === probe.expected ? null : `${nameOf(probe)}: expected ${probe.expected}, came to ${seen}`;
}

export interface MutationResult {
  readonly mutants: number;
  /** Noticed by a request that came to something else than expected. */
  readonly killedByTraffic: number;
  /** Noticed by nothing but what the catalogue says: no request over REST can use what was broken. */
  readonly killedByCatalogue: number;
  readonly equivalent: readonly { readonly name: string; readonly because: string }[];
  readonly survivors: readonly string[];
}

/** Breaks one thing after the other, and asks the matrix until it notices. Everything is as it was afterwards. */
export async function runMutants(
  world: World,
  isWanted: (mutant: Mutant) => boolean = () => true,
): Promise<MutationResult> {
  const before = await readCatalogue(world.stack);
  const probes = makeProbes(before);
  const { mutants, equivalent } = await functionMutants(world.stack, before);
  const all = [...catalogueMutants(before), ...mutants].filter(isWanted);
  const survivors: string[] = [];
  let killedByTraffic = 0;
  let killedByCatalogue = 0;
  for (const mutant of all) {
    await world.stack.sql.query(mutant.apply);
    try {
      if (await isNoticed(world, mutant, probes)) killedByTraffic += 1;
      else if (standingProblems(await readCatalogue(world.stack)).length > 0) killedByCatalogue += 1;
      else survivors.push(mutant.name);
    } finally {
      await world.stack.sql.query(mutant.undo);
    }
  }
  const after = await readCatalogue(world.stack);
  if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error('a mutant was not undone');
  return { mutants: all.length, killedByTraffic, killedByCatalogue, equivalent, survivors };
}

/** A grant that no request can use is not looked for among the requests: the near ones, and the catalogue, decide. */
async function isNoticed(world: World, mutant: Mutant, probes: readonly Probe[]): Promise<boolean> {
  const near = probes.filter(mutant.isNear);
  const far =
    mutant.kind === 'grant' ? [] : probes.filter((probe) => !mutant.isNear(probe) && probe.verb !== 'column');
  let noticed = false;
  await inTurns([...near, ...far], async (probe) => {
    if (!noticed && (await askOne(world, probe)) !== null) noticed = true;
    return !noticed;
  });
  return noticed;
}

/** Until all are done, or one says that it is enough. */
async function inTurns<T>(all: readonly T[], act: (one: T) => Promise<boolean>): Promise<void> {
  const rest = all[Symbol.iterator]();
  let goesOn = true;
  await Promise.all(
    Array.from({ length: Math.min(ASKERS, all.length) }, async () => {
      for (const one of { [Symbol.iterator]: () => rest }) {
        if (!goesOn) return;
        if (!(await act(one))) goesOn = false;
      }
    }),
  );
}

export type { Catalogue };
