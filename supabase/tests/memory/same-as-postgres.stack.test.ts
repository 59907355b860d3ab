import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startLedger } from '../support/ledger.ts';
import { memorySide, postgresSide, type Side } from './ledger-pair.ts';
import { type Step, steps, Walk } from './walk.ts';

const ledger = await startLedger();

/** Does the same on both, and compares after every step. */
const walk = async (policy: Parameters<typeof memorySide>[0], history: readonly Step[]): Promise<void> => {
  const sides: readonly Side[] = [memorySide(policy), await postgresSide(ledger, policy)];
  const [memory, postgres] = sides.map((side) => new Walk(side));
  if (memory === undefined || postgres === undefined) throw new Error('Two sides.');
  try {
    for (const [index, step] of history.entries()) {
      // What a verb answers counts as well.
      const answers = { memory: await memory.take(step), postgres: await postgres.take(step) };
      const at = `after step ${index + 1}, ${JSON.stringify(step)}`;
      expect(answers.memory, `the answer ${at}`).toEqual(answers.postgres);
      expect(await memory.side.view(), at).toEqual(await postgres.side.view());
    }
  } finally {
    // Nothing of it is to be claimed by the next.
    await postgres.side.setStatus('paused');
  }
};

test.for(['reprocess', 'ignore', 'keep_versions'] as const)(
  'the ledger in memory does what the real one does, whatever happens: %s',
  async (policy) => {
    await fc.assert(
      fc.asyncProperty(steps, (history) => walk(policy, history)),
      { numRuns: 25, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
    );
  },
);
