import { compareKeys } from '@sluice/shared';
import { MemoryBucket } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListedSlice, listSlice, UnorderedListing } from '../../src/finding/list-slice.ts';
import { mergeSmallSlices, planSlices } from '../../src/finding/plan-slices.ts';
import { SliceDigest } from '../../src/finding/slice-digest.ts';
import type { StoredSlice } from '../../src/index.ts';
import { bucketKey } from '../support/keys.ts';

const byBytes = (keys: readonly string[]): string[] => [...new Set(keys)].sort(compareKeys);

const storedSlices = (): fc.Arbitrary<StoredSlice[]> =>
  fc
    .tuple(
      fc.array(bucketKey(), { maxLength: 8 }),
      fc.boolean(),
      fc.infiniteStream(
        fc.record({
          objectCount: fc.nat(20),
          digest: fc.option(fc.constant('0'.repeat(31).concat('1'))),
          isListed: fc.boolean(),
        }),
      ),
    )
    .map(([anchors, hasFirst, rest]) =>
      byBytes(hasFirst ? ['', ...anchors] : anchors).map((startAfter) => ({
        startAfter,
        ...(rest.next().value ?? { objectCount: 0, digest: null, isListed: false }),
      })),
    );

const collect = async (
  bucket: Pick<MemoryBucket, 'listPage'>,
  stored: StoredSlice,
  end: string | null,
  isUnordered = false,
) => {
  const pages: string[] = [];
  const slices: ListedSlice[] = [];
  const parts = listSlice(
    bucket,
    { startAfter: stored.startAfter, end, stored },
    {
      prefix: '',
      objectsPerSlice: 6,
      observedAt: () => 'then',
      clock: { now: () => 0 },
      beforeCall: async () => undefined,
      isUnordered,
      signal: new AbortController().signal,
    },
  );
  for await (const part of parts) {
    if (part.kind === 'slice') slices.push(part);
    else pages.push(...part.objects.map((object) => object.key));
  }
  return { pages, slices };
};

describe('planSlices', () => {
  it('covers every key exactly once, whatever is stored', () => {
    fc.assert(
      fc.property(storedSlices(), bucketKey(), (stored, key) => {
        const owners = planSlices(stored).filter(
          ({ startAfter, end }) =>
            compareKeys(startAfter, key) < 0 && (end === null || compareKeys(key, end) <= 0),
        );
        expect(owners).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts a slice nobody has stored as not listed, so that no cycle ends without it', () => {
    const [first] = planSlices([{ startAfter: 'm', objectCount: 1, digest: null, isListed: true }]);
    expect(first).toMatchObject({ startAfter: '', end: 'm', stored: { isListed: false } });
  });
});

describe('mergeSmallSlices', () => {
  it('keeps all objects, never removes the first slice, and joins listed ones below one size only', () => {
    fc.assert(
      fc.property(storedSlices(), (stored) => {
        const { upserts, removed } = mergeSmallSlices(stored, 10);
        const after = new Map(stored.map((slice) => [slice.startAfter, slice]));
        for (const anchor of removed) after.delete(anchor);
        for (const slice of upserts) {
          expect(slice.objectCount).toBeLessThan(10);
          expect(slice.isListed).toBe(true);
          expect(removed).not.toContain(slice.startAfter);
          after.set(slice.startAfter, slice);
        }
        const total = (slices: Iterable<StoredSlice>) =>
          [...slices].reduce((sum, slice) => sum + slice.objectCount, 0);
        expect(total(after.values())).toBe(total(stored));
        expect(removed).not.toContain(stored[0]?.startAfter);
        const untouched = stored.filter((slice) => slice.digest === null || !slice.isListed);
        for (const slice of untouched) expect(after.get(slice.startAfter)).toEqual(slice);
        // Once is enough.
        expect(mergeSmallSlices([...after.values()], 10)).toEqual({ upserts: [], removed: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('listSlice', () => {
  const content = () => fc.uniqueArray(bucketKey(), { maxLength: 40, size: 'max' });

  it('yields every object of the slice once, in cuts without gap or overlap that add up to its digest', async () => {
    await fc.assert(
      fc.asyncProperty(
        content(),
        fc.integer({ min: 1, max: 9 }),
        fc.option(bucketKey()),
        fc.option(bucketKey()),
        async (keys, pageSize, from, to) => {
          const startAfter = from ?? '';
          fc.pre(to === null || compareKeys(startAfter, to) < 0);
          const bucket = new MemoryBucket({ pageSize });
          for (const key of keys) bucket.set(key, `etag of ${key}`);
          const { pages, slices } = await collect(
            bucket,
            { startAfter, objectCount: 0, digest: null, isListed: false },
            to,
          );
          const expected = byBytes(keys).filter(
            (key) => compareKeys(startAfter, key) < 0 && (to === null || compareKeys(key, to) <= 0),
          );
          expect(pages).toEqual(expected);
          expect(slices[0]?.startAfter).toBe(startAfter);
          expect(slices.at(-1)?.end).toBe(to);
          for (const [index, slice] of slices.entries()) {
            if (index > 0) expect(slice.startAfter).toBe(slices[index - 1]?.end);
            const digest = new SliceDigest();
            const own = expected.filter(
              (key) =>
                compareKeys(slice.startAfter, key) < 0 &&
                (slice.end === null || compareKeys(key, slice.end) <= 0),
            );
            for (const key of own) digest.add({ key, etag: `etag of ${key}`, sizeBytes: 1000 });
            expect(slice).toMatchObject({ objectCount: own.length, digest: digest.toString() });
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('yields no page of a slice that is as it was, and all of one that is not', async () => {
    await fc.assert(
      fc.asyncProperty(content(), fc.integer({ min: 1, max: 9 }), fc.nat(), async (keys, pageSize, at) => {
        const bucket = new MemoryBucket({ pageSize });
        const digest = new SliceDigest();
        const few = keys.slice(0, 5);
        for (const key of few) {
          bucket.set(key, 'e');
          digest.add({ key, etag: 'e', sizeBytes: 1000 });
        }
        const stored = {
          startAfter: '',
          objectCount: few.length,
          digest: digest.toString(),
          isListed: false,
        };
        const same = await collect(bucket, stored, null);
        expect(same.pages).toEqual([]);
        expect(same.slices).toMatchObject([{ isUnchanged: true, end: null }]);

        const touched = few[at % Math.max(1, few.length)];
        fc.pre(touched !== undefined);
        bucket.set(touched, 'other');
        const changed = await collect(bucket, stored, null);
        expect(changed.pages).toEqual(byBytes(few));
        expect(changed.slices).toMatchObject([{ isUnchanged: false, end: null }]);
      }),
    );
  });

  it('never ends a cut at a key the database cannot hold', async () => {
    const bucket = new MemoryBucket({ pageSize: 3 });
    for (let i = 0; i < 30; i += 1) bucket.set(`${String(i).padStart(2, '0')}\u0000`, 'e');
    bucket.set('40', 'e');
    bucket.set('41', 'e');
    bucket.set('42', 'e');
    const { pages, slices } = await collect(
      bucket,
      { startAfter: '', objectCount: 0, digest: null, isListed: false },
      null,
    );
    expect(pages).toHaveLength(33);
    for (const slice of slices) expect(slice.end ?? '').not.toContain('\u0000');
  });

  it('notices a listing out of order, and one that does not know start-after', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
    for (const listing of ['unordered', 'deaf'] as const) {
      const bucket = new MemoryBucket({ pageSize: 5, listing });
      for (const key of keys) bucket.set(key, 'e');
      const stored = { startAfter: 'key-3', objectCount: 0, digest: null, isListed: false };
      await expect(collect(bucket, stored, null)).rejects.toBeInstanceOf(UnorderedListing);
      const whole = await collect(bucket, { ...stored, startAfter: '' }, null, true);
      expect(whole.pages.toSorted()).toEqual(keys.toSorted());
      expect(whole.slices).toMatchObject([{ startAfter: '', end: null, objectCount: 20 }]);
    }
  });

  it.each([0, 1])(
    'asks once more for page %i when it is out of order, and believes the better answer',
    async (bad) => {
      const keys = Array.from({ length: 12 }, (_, i) => `key-${String(i).padStart(2, '0')}`);
      const bucket = new MemoryBucket({ pageSize: 5 });
      for (const key of keys) bucket.set(key, 'e');
      const calls: unknown[] = [];
      const glitching: Pick<MemoryBucket, 'listPage'> = {
        listPage: async (input) => {
          calls.push(input.continuationToken ?? input.startAfter);
          const page = await bucket.listPage(input);
          if (calls.length !== bad + 1) return page;
          // Another place to go on from as well: it must not be followed.
          return { objects: page.objects.toReversed(), continuationToken: 'key-11' };
        },
      };
      const { pages, slices } = await collect(
        glitching,
        { startAfter: '', objectCount: 0, digest: null, isListed: false },
        null,
      );
      expect(pages).toEqual(keys);
      expect(slices.at(-1)?.end).toBeNull();
      expect(calls).toHaveLength(4);
      expect(calls[bad + 1]).toBe(calls[bad]);
    },
  );

  it('ends, with a reason, when a server never does', async () => {
    const empty = {
      calls: 0,
      listPage: async () => ({ objects: [], continuationToken: `page ${(empty.calls += 1)}` }),
    };
    const circle = { listPage: async () => ({ objects: [], continuationToken: 'same' }) };
    const run = async (bucket: Pick<MemoryBucket, 'listPage'>, isUnordered: boolean) => {
      const parts = listSlice(
        bucket,
        planSlices([])[0] ?? {
          startAfter: '',
          end: null,
          stored: { startAfter: '', objectCount: 0, digest: null, isListed: false },
        },
        {
          prefix: '',
          objectsPerSlice: 6,
          observedAt: () => '',
          clock: { now: () => 0 },
          beforeCall: async () => undefined,
          isUnordered,
          signal: new AbortController().signal,
        },
      );
      for await (const part of parts) expect(part).toBeUndefined();
    };
    await expect(run(empty, false)).rejects.toMatchObject({ code: 'upstream_invalid' });
    await expect(run(circle, true)).rejects.toMatchObject({ code: 'upstream_invalid' });
  });
});
