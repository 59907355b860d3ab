import { S3_POLL_MAX_OBJECT_BYTES } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyObject } from '../../src/finding/classify-object.ts';
import { ledgerKey, toLedgerObject } from '../../src/finding/ledger-object.ts';
import { anyKey, usableKey } from '../support/keys.ts';

const listed = (key: string, sizeBytes = 10, etag = 'e') => ({
  key,
  etag,
  sizeBytes,
  lastModified: '2026-11-01T00:00:00.000Z',
});

describe('classifyObject', () => {
  it.each([
    ['a PDF', listed('in/a.pdf'), null],
    ['a PDF in capitals', listed('in/A.PDF'), null],
    ['a name that is an extension only', listed('in/.pdf'), null],
    ['the limit exactly', listed('a.pdf', S3_POLL_MAX_OBJECT_BYTES), null],
    ['a byte more', listed('a.pdf', S3_POLL_MAX_OBJECT_BYTES + 1), 'oversize'],
    ['nothing in it', listed('a.pdf', 0), 'empty_object'],
    ['another kind', listed('a.docx'), 'not_pdf'],
    ['no extension', listed('pdf'), 'not_pdf'],
    ['a folder marker', listed('in/', 0), 'folder_marker'],
    ['a folder that ends like a PDF', listed('in/a.pdf/', 0), 'folder_marker'],
    ['our own output', listed('out/a.pdf'), 'own_output'],
    ['our own output, unusable besides', listed('out/../a.pdf'), 'own_output'],
    ['a neighbour of our outputs', listed('output.pdf'), null],
    ['a dot segment', listed('a/./b.pdf'), 'object_name_unusable'],
    ['two dots', listed('../b.pdf'), 'object_name_unusable'],
    ['dots that are no segment', listed('a/..b/...pdf'), null],
    ['NUL', listed('a\u0000.pdf'), 'object_name_unusable'],
    ['a lone high surrogate', listed('a\ud83d.pdf'), 'object_name_unusable'],
    ['a lone low surrogate', listed('a\ude00.pdf'), 'object_name_unusable'],
    ['1,024 bytes', listed(`${'x'.repeat(1020)}.pdf`), null],
    ['1,025 bytes', listed(`${'x'.repeat(1021)}.pdf`), 'object_name_unusable'],
    ['1,024 bytes in fewer characters', listed(`${'漢'.repeat(340)}.pdf`), null],
    ['1,027 bytes in fewer characters', listed(`${'漢'.repeat(341)}.pdf`), 'object_name_unusable'],
    ['an ETag longer than any', listed('a.pdf', 10, 'e'.repeat(257)), 'upstream_invalid'],
    ['an ETag with NUL', listed('a.pdf', 10, 'e\u0000'), 'upstream_invalid'],
  ] as const)('%s', (_, object, reason) => {
    expect(classifyObject(object, 'out/')).toBe(reason);
  });
});

describe('ledgerKey', () => {
  it('keeps every usable key as it is', () => {
    fc.assert(
      fc.property(usableKey(), (key) => {
        expect(ledgerKey(key)).toBe(key);
      }),
    );
  });

  it('is injective, so that no object can take the row of another', () => {
    fc.assert(
      fc.property(anyKey(), anyKey(), (left, right) => {
        fc.pre(left !== right);
        expect(ledgerKey(left)).not.toBe(ledgerKey(right));
      }),
      { numRuns: 5_000 },
    );
    expect(ledgerKey('a\u0000.pdf')).not.toBe(ledgerKey('a\u2400.pdf'));
    expect(ledgerKey('a\ud800.pdf')).not.toBe(ledgerKey('a\ufffd.pdf'));
  });

  it('spells an unusable key so that it is no usable one', () => {
    fc.assert(
      fc.property(anyKey(), (key) => {
        const isUsable = classifyObject(listed(key), 'out/') !== 'object_name_unusable';
        const isSpelledUsable = classifyObject(listed(ledgerKey(key)), 'out/') !== 'object_name_unusable';
        fc.pre(!key.endsWith('/'));
        expect(isSpelledUsable).toBe(isUsable);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('toLedgerObject', () => {
  it('makes of anything a server lists what the database takes', () => {
    const time = fc.oneof(
      fc.constantFrom(
        '0000-01-01T00:00:00Z',
        '2026-13-45T99:99:99Z',
        '0001-01-01T00:00:00Z',
        '+275760-09-13T00:00:00Z',
        '',
        'soon',
      ),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(
        anyKey(),
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.nat(),
        time,
        (key, etag, sizeBytes, lastModified) => {
          const object = toLedgerObject({ key, etag, sizeBytes, lastModified }, 'out/');
          for (const text of [object.key, object.etag]) {
            expect(text).not.toContain('\u0000');
            expect(text.isWellFormed()).toBe(true);
          }
          expect(Buffer.byteLength(object.key)).toBeLessThanOrEqual(1100);
          expect(object.etag.length).toBeLessThanOrEqual(256);
          expect(object.lastModified ?? '0001-01-01T00:00:00.000Z').toMatch(
            /^(?!0000)\d{4}-\d\d-\d\dT[\d:.]+Z$/,
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
