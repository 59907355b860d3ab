import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDigests, SliceDigest } from '../../src/finding/slice-digest.ts';
import { anyKey } from '../support/keys.ts';

const object = () =>
  fc.record({
    key: anyKey(),
    etag: fc.oneof(fc.constantFrom('', 'e', 'd41d8cd98f00b204e9800998ecf8427e'), fc.string()),
    sizeBytes: fc.nat(),
  });
type Listed = { readonly key: string; readonly etag: string; readonly sizeBytes: number };

const digestOf = (objects: readonly Listed[]): string => {
  const digest = new SliceDigest();
  for (const one of objects) digest.add(one);
  return digest.toString();
};

describe('SliceDigest', () => {
  it('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        fc
          .array(object())
          .chain((objects) =>
            fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
          ),
        ([objects, shuffled]) => {
          expect(digestOf(shuffled)).toBe(digestOf(objects));
        },
      ),
    );
  });

  it('of two slices added is the digest of their union', () => {
    fc.assert(
      fc.property(fc.array(object()), fc.array(object()), (left, right) => {
        expect(addDigests(digestOf(left), digestOf(right))).toBe(digestOf([...left, ...right]));
      }),
    );
  });

  it('is 32 hex digits, as the database wants it', () => {
    fc.assert(
      fc.property(fc.array(object()), (objects) => {
        expect(digestOf(objects)).toMatch(/^[0-9a-f]{32}$/);
      }),
    );
  });

  it('changes with any one of key, etag and size, of any one object', () => {
    fc.assert(
      fc.property(
        fc.array(object(), { minLength: 1 }),
        object(),
        fc.nat(),
        fc.nat(2),
        (objects, other, at, what) => {
          const index = at % objects.length;
          const old = objects[index] ?? other;
          const field = (['key', 'etag', 'sizeBytes'] as const)[what] ?? 'key';
          fc.pre(old[field] !== other[field]);
          expect(digestOf(objects.with(index, { ...old, [field]: other[field] }))).not.toBe(
            digestOf(objects),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('changes when two objects trade their contents, and when an object comes or goes', () => {
    fc.assert(
      fc.property(fc.array(object()), object(), object(), (rest, one, two) => {
        fc.pre(one.key !== two.key && one.etag !== two.etag);
        const before = digestOf([...rest, one, two]);
        expect(digestOf([...rest, { ...one, etag: two.etag }, { ...two, etag: one.etag }])).not.toBe(before);
        expect(digestOf([...rest, one])).not.toBe(before);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps 60,000 keys that differ in one digit apart, each by itself', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20_000; i += 1) {
      seen.add(digestOf([{ key: `archive/2026/scan-${i}.pdf`, etag: 'e', sizeBytes: 1 }]));
      seen.add(digestOf([{ key: 'a', etag: `${i}`, sizeBytes: 1 }]));
      seen.add(digestOf([{ key: 'a', etag: 'e', sizeBytes: i }]));
    }
    expect(seen.size).toBe(60_000);
  });
});
