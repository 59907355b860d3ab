import { INTERESTING, makePlan, replayCommand } from '@sluice/simulator';
import { startPostgresRuns } from '@sluice/simulator/postgres';
import { afterAll, expect, test } from 'vitest';

// All of them: npm run sim -- --postgres
const FIRST = 6;

// A database of its own: its clock is not the world's.
const runs = await startPostgresRuns();
afterAll(() => runs.stop());

test.each(INTERESTING.slice(0, FIRST))(
  'history %i comes out on PostgreSQL as in memory, answer by answer and row by row',
  async (seed) => {
    const { breaches, processed } = await runs.run(makePlan(seed));
    expect({ run: replayCommand(seed, true), breaches }).toMatchObject({ breaches: [] });
    expect(processed).toBeGreaterThan(0);
  },
);
