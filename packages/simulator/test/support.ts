import { expect, it } from 'vitest';
import { replayCommand } from '../src/cli/story.ts';
import { runSeeds } from '../src/run-seeds.ts';

const BATCH = 50;

/** A test for each fifty seeds: whatever fails names the command that runs it again. */
export const keepsItsPromises = (from: number, count: number): void => {
  for (let first = from; first < from + count; first += BATCH) {
    it(`keeps every promise from seed ${first} on`, { timeout: 300_000 }, async () => {
      const seeds = Array.from({ length: BATCH }, (_, n) => first + n);
      const { failed, processed } = await runSeeds(seeds);
      expect(failed.map(({ seed, breaches }) => ({ run: replayCommand(seed), breaches }))).toEqual([]);
      // Histories in which nothing happens would keep every promise.
      expect(processed).toBeGreaterThan(BATCH);
    });
  }
};
