import * as fc from 'fast-check';
import type { Mutant } from './mutants.ts';

/** As many of each kind as named, chosen by the seed; of a kind that is not named, all. */
export const sampleMutants =
  (seed: number, most: Readonly<Partial<Record<Mutant['kind'], number>>>) =>
  (mutants: readonly Mutant[]): Mutant[] =>
    [...new Set(mutants.map(({ kind }) => kind))].flatMap((kind) => {
      const all = mutants.filter((mutant) => mutant.kind === kind);
      const count = Math.min(most[kind] ?? all.length, all.length);
      const [chosen = []] = fc.sample(fc.shuffledSubarray(all, { minLength: count, maxLength: count }), {
        seed,
        numRuns: 1,
      });
      return chosen;
    });
