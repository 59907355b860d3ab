import { readCatalogue } from './catalogue.ts';
import { type Equivalent, functionMutants } from './function-mutants.ts';
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
  readonly equivalent: readonly Equivalent[];
  readonly survivors: readonly string[];
}

/** Breaks one thing after the other, and asks the matrix until it notices. Everything is as it was afterwards. */
export async function runMutants(
  world: World,
  choose: (mutants: readonly Mutant[]) => readonly Mutant[] = (mutants) => mutants,
): Promise<MutationResult> {
  const before = await readCatalogue(world.stack);
  const probes = makeProbes(before);
  const { mutants, equivalent } = await functionMutants(world.stack, before);
  const chosen = choose([...catalogueMutants(before), ...mutants]);
  const survivors: string[] = [];
  let killedByTraffic = 0;
  let killedByCatalogue = 0;
  for (const mutant of chosen) {
    await world.stack.sql.query(mutant.apply);
    try {
      if (await isNoticed(world, probes.filter(mutant.isNear))) killedByTraffic += 1;
      else if (standingProblems(await readCatalogue(world.stack)).length > 0) killedByCatalogue += 1;
      else if (mutant.kind === 'function' && (await isNoticed(world, farProbes(mutant, probes))))
        killedByTraffic += 1;
      else survivors.push(mutant.name);
    } finally {
      await world.stack.sql.query(mutant.undo);
    }
  }
  const after = await readCatalogue(world.stack);
  if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error('a mutant was not undone');
  return { mutants: chosen.length, killedByTraffic, killedByCatalogue, equivalent, survivors };
}

/** What another function may betray of one that it calls: one caller of each kind, on rows and on calls. */
function farProbes(mutant: Mutant, probes: readonly Probe[]): Probe[] {
  const callers = new Set(['member', 'other', 'former', 'support', 'supportExpired', 'supportLost']);
  return probes.filter(
    (probe) =>
      !mutant.isNear(probe) &&
      ((callers.has(probe.caller) &&
        (probe.verb === 'select' || probe.verb === 'execute') &&
        probe.expected !== 'denied') ||
        (probe.caller === 'service' && probe.detail !== '' && probe.verb === 'execute')),
  );
}

async function isNoticed(world: World, probes: readonly Probe[]): Promise<boolean> {
  let noticed = false;
  await inTurns(probes, async (probe) => {
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
