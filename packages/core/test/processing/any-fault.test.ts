import { SluiceError } from '@sluice/shared';
import { PRESIGN_CANARY, type Verdict } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ObjectWorld } from '../support/object-world.ts';

const error = () =>
  fc.oneof(
    fc
      .constantFrom(
        'access_denied',
        'throttled',
        'upstream_timeout',
        'upstream_invalid',
        'object_not_found',
        'object_changed',
        'unavailable',
        'internal',
        'conflict',
        'unauthenticated',
        'vault_unavailable',
        'endpoint_unreachable',
      )
      .map((code) => new SluiceError(code)),
    fc.constant(new Error('something nobody thought of')),
    fc.constant(null),
  );

/** Every method of every port is asked before it does anything; the plan fails some of those calls. */
const faults = () =>
  fc.array(fc.record({ at: fc.nat(60), error: error(), isDone: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });

describe('processing and writing back', () => {
  it('end every lease exactly once and lose no object, whichever calls of whichever ports fail', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), faults(), async (count, planned) => {
        const world = new ObjectWorld();
        const keys = Array.from({ length: count }, (_, i) => `in/doc-${i}.pdf`);
        await world.find(...keys);
        let calls = 0;
        world.faults = ({ method }): Verdict => {
          const fault = planned.find((one) => one.at === calls);
          calls += 1;
          if (fault === undefined) return null;
          // A stream that was opened and not handed over is nobody's to close.
          return fault.isDone && method !== 'get' ? { after: fault.error } : { before: fault.error };
        };
        for (let round = 0; round < 4; round += 1) {
          await world.step();
          world.clock.advance(2_000_000);
        }
        world.faults = () => null;
        // What was taken for gone or changed is found again by the next poll.
        await world.record();
        await world.drain();
        expect(world.states()).toEqual(Object.fromEntries(keys.map((key) => [key, 'written_back'])));
        expect(new Set(world.endedLeases).size).toBe(world.endedLeases.length);
        expect(world.staging.openStreams).toBe(0);
        expect(world.database.violations()).toEqual([]);
        for (const key of keys) {
          expect(world.bucket.keys()).toContain(`accessible/${key.slice(3)}`);
          expect(world.bucket.keys()).toContain(`accessible/${key.slice(3)}.html`);
        }
        expect(world.everythingWritten()).not.toContain(PRESIGN_CANARY);
      }),
      { numRuns: 400 },
    );
  });

  it('end an attempt at once, not by its lease running out, unless the database itself is away', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), error(), fc.boolean(), async (at, thrown, isDone) => {
        const world = new ObjectWorld();
        await world.find('in/a.pdf', 'in/b.pdf', 'in/c.pdf');
        let calls = 0;
        world.faults = ({ method }): Verdict => {
          const isPort = [
            'open',
            'head',
            'presignGet',
            'put',
            'get',
            'completeProcessing',
            'completeWriteback',
            'sendBatch',
          ].includes(method);
          if (!isPort || calls++ !== at) return null;
          return isDone ? { after: thrown } : { before: thrown };
        };
        await world.process(await world.claim());
        await world.writeBack(world.writebackQueue.take().map(({ objectId }) => objectId));
        expect(world.rows().filter((row) => row.leaseId !== null)).toEqual([]);
        expect(world.database.violations()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
