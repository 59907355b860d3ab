import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetadataValue, encodeMetadataValue, metadataHeaders, readMetadata } from '../src/metadata.ts';

describe('metadata', () => {
  it('survives headers, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.string(),
          fc.constantFrom('=?UTF-8?B?YQ==?=', ' a', 'a  b', 'ÿ', ''),
        ),
        (text) => {
          const encoded = encodeMetadataValue(text);
          const travelled = new Headers({ x: encoded }).get('x') ?? '';
          return (
            /^[ -~]*$/.test(encoded) && !/ {2}|^ | $/.test(encoded) && decodeMetadataValue(travelled) === text
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('leaves plain text readable for others', () => {
    expect(encodeMetadataValue('job 42, "a"')).toBe('job 42, "a"');
    expect(encodeMetadataValue('é')).toBe('=?UTF-8?B?w6k=?=');
  });

  it.each([
    ['=?UTF-8?Q?caf=C3=A9_au_lait?=', 'café au lait'],
    ['=?utf-8?b?Y2Fm?= =?utf-8?b?w6k=?=', 'café'],
    ['=?ISO-8859-1?Q?caf=E9?=', 'café'],
    ['caf\u00c3\u00a9', 'café'],
    ['caf\u00e9', 'caf\u00e9'],
    ['=?UTF-8?B?!!!?=', '=?UTF-8?B?!!!?='],
    ['=?nonsense?B?YQ==?=', '=?nonsense?B?YQ==?='],
    ['=?', '=?'],
  ])('reads %j of other writers as %j', (raw, text) => {
    expect(decodeMetadataValue(raw)).toBe(text);
  });

  it('names are tokens, and the whole has at most 2 KB', () => {
    expect(metadataHeaders({ job: 'j' })).toEqual({ 'x-amz-meta-job': 'j' });
    for (const name of ['Job', 'a b', 'a:b', '', 'ä']) {
      expect(() => metadataHeaders({ [name]: 'x' })).toThrow(SluiceError);
    }
    expect(() => metadataHeaders({ a: 'x'.repeat(2048) })).toThrow('2049 of 2048');
    expect(() => encodeMetadataValue('\ud800')).toThrow(SluiceError);
  });

  it('reads only what is metadata', () => {
    const headers = new Headers({
      'x-amz-meta-a': '=?UTF-8?B?w6k=?=',
      'x-amz-request-id': 'r',
      'content-type': 't',
    });
    expect(readMetadata(headers)).toEqual({ a: 'é' });
  });
});
