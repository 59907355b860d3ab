import { compareKeys } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canHoldKey } from '../../src/finding/ledger-object.ts';
import { bucketKey } from '../support/keys.ts';
import { PollWorld, type PollWorldOptions } from '../support/poll-world.ts';

/** What happens to a bucket between two polls. */
type Change =
  | { readonly kind: 'put'; readonly key: string; readonly etag: string; readonly sizeBytes: number }
  | { readonly kind: 'delete'; readonly at: number }
  /** Right behind an anchor of ours, where a listing that trusts its place would not look. */
  | { readonly kind: 'behind-anchor'; readonly at: number; readonly suffix: string };

const change = (): fc.Arbitrary<Change> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key: bucketKey(),
        etag: fc.constantFrom('e1', 'e2', 'e3'),
        sizeBytes: fc.constantFrom(0, 5, 6, 300 * 1024 * 1024),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('behind-anchor' as const),
        at: fc.nat(),
        suffix: fc.constantFrom('', '\u0001', ' late.pdf', '\u{10ffff}'),
      }),
    },
  );

const apply = (world: PollWorld, what: Change): void => {
  const { bucket, database, integrationId } = world;
  if (what.kind === 'put') bucket.set(what.key, what.etag, what.sizeBytes);
  else if (what.kind === 'delete') {
    const keys = bucket.keys();
    const key = keys[what.at % Math.max(1, keys.length)];
    if (key !== undefined) bucket.remove(key);
  } else {
    const anchors = [...database.integration(integrationId).slices.keys()];
    const anchor = anchors[what.at % Math.max(1, anchors.length)];
    if (anchor !== undefined && anchor !== '') bucket.set(`${anchor}${what.suffix}`, 'late');
  }
};

const history = (maxRounds = 5) =>
  fc.array(fc.array(change(), { maxLength: 25, size: 'max' }), { minLength: 1, maxLength: maxRounds });

const options = (): fc.Arbitrary<PollWorldOptions> =>
  fc.record({
    pageSize: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(1000)),
    listing: fc.constantFrom('ordered', 'ordered', 'ordered', 'unordered', 'deaf', 'collated'),
    inputPrefix: fc.constantFrom('', '', 'in/'),
    settings: fc.record({
      concurrency: fc.integer({ min: 1, max: 5 }),
      objectsPerSlice: fc.constantFrom(2, 8, 10_000),
    }),
  });

/** Slices as the database has them: from the very beginning on, in order, no anchor twice. */
const expectSlicesCover = (world: PollWorld): void => {
  const { slices } = world.database.integration(world.integrationId);
  const anchors = [...slices.keys()].sort(compareKeys);
  expect(anchors[0]).toBe('');
};

describe('polls of a bucket that changes', () => {
  it('leaves the current version of every object in the ledger, whatever happened between the polls', async () => {
    await fc.assert(
      fc.asyncProperty(options(), history(), async (wanted, rounds) => {
        const world = new PollWorld(wanted);
        for (const changes of rounds) {
          for (const one of changes) apply(world, one);
          await world.pollToEnd();
          world.expectNothingLost();
          expectSlicesCover(world);
          world.wait();
        }
      }),
      { numRuns: 400 },
    );
  });

  it('finds what changes while a poll is listing in that poll or the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        options(),
        history(3),
        fc.array(change(), { minLength: 1, maxLength: 20 }),
        async (wanted, rounds, during) => {
          const world = new PollWorld(wanted);
          const pending = [...during];
          world.bucketFaults = () => {
            const next = pending.shift();
            if (next !== undefined) apply(world, next);
            return null;
          };
          for (const changes of rounds) {
            for (const one of changes) apply(world, one);
            await world.pollToEnd();
            world.wait();
          }
          world.bucketFaults = () => null;
          await world.pollToEnd();
          world.expectNothingLost();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('polls an unchanged bucket without comparing or writing anything, in as few calls as its pages', async () => {
    await fc.assert(
      fc.asyncProperty(options(), history(3), async (wanted, rounds) => {
        const world = new PollWorld(wanted);
        const pageSize = typeof wanted.pageSize === 'number' ? wanted.pageSize : 1000;
        const objectsPerSlice = wanted.settings?.objectsPerSlice ?? 8;
        // A page is never larger than a slice: 1,000 and 10,000.
        fc.pre(pageSize <= objectsPerSlice);
        for (const changes of rounds) {
          for (const one of changes) apply(world, one);
          await world.pollToEnd();
          world.wait();
        }
        // Slices found out of order, merged or cut in the last poll are at rest after another.
        await world.pollToEnd();
        world.wait();
        world.forgetCalls();
        expect(await world.poll()).toMatchObject({ outcome: 'finished', inserted: 0, revived: 0 });
        const { slices } = world.database.integration(world.integrationId);
        const objects = world.bucket.objects.filter((object) =>
          object.key.startsWith(wanted.inputPrefix ?? ''),
        );
        expect(world.bucket.listCalls.length).toBeLessThanOrEqual(
          Math.ceil(objects.length / pageSize) + 2 * slices.size,
        );
        // A slice is cut where the database can hold the key; without order, or between keys it cannot hold, nowhere.
        const canBeCut = wanted.listing === 'ordered' && objects.every(({ key }) => canHoldKey(key));
        const isSmall = [...slices.values()].every(({ objectCount }) => objectCount <= 3 * objectsPerSlice);
        if (canBeCut || isSmall) expect(world.callsOf('recordObjects')).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});
