import { SluiceError } from '@sluice/shared';
import type { Verdict } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canHoldKey } from '../../src/finding/ledger-object.ts';
import { bucketKey } from '../support/keys.ts';
import { LISTING_ERRORS } from '../support/listing-errors.ts';
import { PollWorld } from '../support/poll-world.ts';

describe('a version that a poll recorded, and no more', () => {
  const KEYS = Array.from({ length: 12 }, (_, index) => `k${String(index).padStart(2, '0')}.pdf`);

  it.each([
    ['was killed', ['savePollProgress', 'completePoll', 'failPoll']],
    ['failed', ['savePollProgress', 'completePoll']],
  ])('does not stay the latest when the one before it is put back, where the poll %s', async (_, refused) => {
    const world = new PollWorld({ pageSize: 4, settings: { objectsPerSlice: 4 } });
    for (const key of KEYS) world.bucket.set(key, 'before');
    await world.pollToEnd();
    world.wait();
    world.bucket.set('k05.pdf', 'after');
    world.ledgerFaults = ({ method }) =>
      refused.includes(method) ? { before: new SluiceError('unavailable') } : null;
    await world.poll().catch(() => null);
    world.ledgerFaults = () => null;
    world.wait();
    expect(world.etagOf('k05.pdf')).toBe('after');
    // What is listed now is what its slice was when it was last saved.
    world.bucket.set('k05.pdf', 'before');
    await world.pollToEnd();
    world.expectNothingLost();
  });
});

describe('a poll that is interrupted', () => {
  const worlds = () =>
    fc.record({
      keys: fc.uniqueArray(bucketKey(), { minLength: 1, maxLength: 60, size: 'max' }),
      pageSize: fc.integer({ min: 1, max: 6 }),
      concurrency: fc.integer({ min: 1, max: 5 }),
      isKnown: fc.boolean(),
    });

  const build = async ({
    keys,
    pageSize,
    concurrency,
    isKnown,
  }: {
    keys: readonly string[];
    pageSize: number;
    concurrency: number;
    isKnown: boolean;
  }): Promise<PollWorld> => {
    const world = new PollWorld({ pageSize, settings: { concurrency } });
    if (isKnown) {
      for (const key of keys) world.bucket.set(key, 'before');
      await world.pollToEnd();
      world.wait();
    }
    for (const [index, key] of keys.entries()) world.bucket.set(key, index % 3 === 0 ? 'after' : 'before');
    return world;
  };

  it('at any call, by anything, loses nothing, and the next polls finish', async () => {
    const error = fc.oneof(
      fc
        .constantFrom(...LISTING_ERRORS, 'unavailable', 'internal', 'conflict')
        .map((code) => new SluiceError(code)),
      fc.constant(new Error('something nobody thought of')),
    );
    await fc.assert(
      fc.asyncProperty(
        worlds(),
        fc.array(
          fc.record({
            at: fc.nat(25),
            port: fc.constantFrom('bucket', 'ledger'),
            error,
            isDone: fc.boolean(),
          }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async (wanted, faults) => {
          const world = await build(wanted);
          let calls = 0;
          const plan = (port: string) => (): Verdict => {
            const fault = faults.find((one) => one.at === calls && one.port === port);
            calls += 1;
            if (fault === undefined) return null;
            return fault.isDone ? { after: fault.error } : { before: fault.error };
          };
          world.bucketFaults = plan('bucket');
          world.ledgerFaults = plan('ledger');
          for (let run = 0; run <= faults.length; run += 1) {
            // A poll whose own record fails as well throws; the queue would deliver it again.
            await world.poll().catch(() => null);
            world.wait();
          }
          world.bucketFaults = () => null;
          world.ledgerFaults = () => null;
          await world.pollToEnd();
          world.expectNothingLost();
        },
      ),
      { numRuns: 500 },
    );
  });

  it('by a kill at any call loses nothing, and the next polls finish', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds(),
        fc.array(fc.record({ at: fc.nat(30), content: fc.constantFrom('before', 'after') }), {
          minLength: 1,
          maxLength: 5,
        }),
        async (wanted, kills) => {
          const world = await build(wanted);
          for (const { at, content } of kills) {
            let left = at;
            // From here on nothing of this process reaches anybody.
            const dead = (): Verdict => (left-- <= 0 ? { before: new Error('killed') } : null);
            world.bucketFaults = dead;
            world.ledgerFaults = dead;
            await world.poll().catch(() => null);
            world.wait();
            // What was there before may come back. A name that no row can hold is never processed: no version of it counts.
            for (const key of wanted.keys.filter(canHoldKey).slice(0, 3)) world.bucket.set(key, content);
          }
          world.bucketFaults = () => null;
          world.ledgerFaults = () => null;
          // The cycle that was interrupted ends without what changed in the part it had listed; the next is whole.
          await world.pollToEnd();
          world.wait();
          await world.pollToEnd();
          world.expectNothingLost();
        },
      ),
      { numRuns: 300 },
    );
  });
});
