import { compareKeys } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usableKey } from '../support/keys.ts';

describe('compareKeys', () => {
  it('orders any two texts as the bytes of their UTF-8 are ordered', () => {
    const text = fc.oneof(usableKey(), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareKeys(left, right))).toBe(
          Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('puts what lies beyond U+FFFF last, unlike JavaScript', () => {
    expect(['\ue000', '\u{10000}'].toSorted()).toEqual(['\u{10000}', '\ue000']);
    expect(compareKeys('\u{10000}', '\ue000')).toBeGreaterThan(0);
    expect(compareKeys('\u{10000}', '\uffff')).toBeGreaterThan(0);
  });
});
