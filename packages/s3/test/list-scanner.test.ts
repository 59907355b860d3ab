import * as fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { scanList } from '../src/xml/list-scanner.ts';
import { XmlError } from '../src/xml/reader.ts';
import { fitsXml, listedObject, style, writeListing } from './support/listing-xml.ts';

const parser = new XMLParser({
  ignoreAttributes: true,
  removeNSPrefix: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
  isArray: (name) => name === 'Contents',
});

interface ParsedContents {
  readonly Key: string;
  readonly Size: string;
}

/** Raw keys and sizes as the reference parser sees them, or null when it finds no listing. */
const reference = (xml: string): { key: string; size: string }[] | null => {
  try {
    const root = (parser.parse(xml) as { ListBucketResult?: { Contents?: ParsedContents[] } })
      .ListBucketResult;
    if (root === undefined) return null;
    return (root.Contents ?? []).map((one) => ({ key: one.Key, size: one.Size }));
  } catch {
    return null;
  }
};

const scan = (xml: string): ReturnType<typeof scanList> | null => {
  try {
    return scanList(xml);
  } catch (error) {
    expect(error).toBeInstanceOf(XmlError);
    return null;
  }
};

const listing = fc.tuple(
  fc.array(listedObject, { maxLength: 8 }),
  fc.option(fc.string({ minLength: 1, maxLength: 9 })),
  style,
);

describe('listing scanner', () => {
  it('reads what was written, in every legal way of writing it', () => {
    fc.assert(
      fc.property(listing, ([objects, token, how]) => {
        fc.pre(token === null || fitsXml(token));
        const page = scanList(writeListing(objects, token, how));
        expect(page.objects).toEqual(objects);
        expect(page.nextContinuationToken).toBe(token);
        expect(page.isTruncated).toBe(token !== null);
      }),
      { numRuns: 1500 },
    );
  });

  it('agrees with a real XML parser', () => {
    fc.assert(
      fc.property(listing, ([objects, , how]) => {
        // Keys come raw from the parser, so only listings without encoding can be compared as they are.
        const xml = writeListing(objects, null, { ...how, encoding: 'raw' });
        const theirs = reference(xml);
        const ours = scanList(xml).objects.map((one) => ({ key: one.key, size: String(one.sizeBytes) }));
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 1000 },
    );
  });

  it('never loses or changes a key of a damaged document in silence', () => {
    let refused = 0;
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.constantFrom(0, 1, 2, 7, 40),
      insert: fc.constantFrom('', '<', '>', '</Key>', '&', '/', '<Key>', ']]>', '"', '<!--'),
    });
    fc.assert(
      fc.property(listing, damage, ([objects, token, how], { at, length, insert }) => {
        const xml = writeListing(objects, token, { ...how, encoding: 'raw' });
        const position = Math.floor(at * xml.length);
        const damaged = xml.slice(0, position) + insert + xml.slice(position + length);
        const page = scan(damaged);
        if (page === null) {
          refused += 1;
          return;
        }
        // What we accept, the reference reads in the same way; where it refuses (a damaged XML declaration, which we
        // do not look into), we have at least what was written.
        const ours = page.objects.map((one) => one.key);
        const theirs = reference(damaged) ?? objects;
        expect(ours).toEqual(theirs.map((one) => one.key));
      }),
      { numRuns: 3000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  it('refuses every document that is cut off, wherever', () => {
    const objects = [{ key: 'a & b', etag: 'e', sizeBytes: 1, lastModified: '2026-01-01T00:00:00Z' }];
    const xml = writeListing(objects, 'token', {
      encoding: 'form',
      prefix: '',
      space: '\n',
      cdata: false,
      unknown: '<Owner><ID>1</ID></Owner>',
      quoteEntity: '&quot;',
      order: 0,
    });
    expect(scan(xml)?.objects).toHaveLength(1);
    for (let length = 0; length < xml.length; length += 1) expect(scan(xml.slice(0, length))).toBeNull();
  });

  const contents = (key: string): string =>
    `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00Z</LastModified><ETag>"e"</ETag><Size>0</Size></Contents>`;
  const page = (...inner: string[]): string =>
    `<ListBucketResult><IsTruncated>false</IsTruncated>${inner.join('')}</ListBucketResult>`;
  const url = '<EncodingType>url</EncodingType>';
  const keys = (xml: string): string[] | undefined => scan(xml)?.objects.map((one) => one.key);

  it('reads both conventions of url encoding, and a plus is never a space where spaces are %20', () => {
    expect(keys(page(url, contents('a+b%2Bc%2520d')))).toEqual(['a b+c%20d']);
    expect(keys(page(url, contents('a%20b+c%2Fd')))).toEqual(['a b+c/d']);
    expect(keys(page(contents('a+b%20c')))).toEqual(['a+b%20c']);
    expect(keys(page(url, contents('%E0%A4%A')))).toBeUndefined();
    expect(keys(page(url, contents('%ff')))).toBeUndefined();
  });

  it('keeps white space of keys and decodes what XML 1.0 cannot even hold', () => {
    expect(keys(page(contents(' a  b ')))).toEqual([' a  b ']);
    expect(keys(page(contents('a&#10;b&#x1;&#x1F600;')))).toEqual(['a\nb\u0001😀']);
    expect(keys(page(contents('<![CDATA[<a>&amp;]]>b')))).toEqual(['<a>&amp;b']);
    expect(keys(`\ufeff${page(contents('bom'))}\n<!-- end -->`)).toEqual(['bom']);
  });

  it.each([
    ['a bare ampersand', page(contents('a & b'))],
    ['an unknown entity', page(contents('a&nbsp;b'))],
    ['a surrogate as entity', page(contents('&#xD800;'))],
    ['an entity beyond Unicode', page(contents('&#x110000;'))],
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${page(contents('a'))}`],
    ['two keys in one object', page(contents('a</Key><Key>b'))],
    ['an object without key', page(contents('a').replace('<Key>a</Key>', ''))],
    ['an object without size', page(contents('a').replace('<Size>0</Size>', ''))],
    ['an object without ETag', page(contents('a').replace('<ETag>"e"</ETag>', ''))],
    ['an object without date', page(contents('a').replace(/<LastModified>.*<\/LastModified>/, ''))],
    ['an empty key', page(contents(''))],
    ['a size that is no number', page(contents('a').replace('>0<', '>1e3<'))],
    ['a negative size', page(contents('a').replace('>0<', '>-1<'))],
    ['a size too large to be exact', page(contents('a').replace('>0<', '>9007199254740993<'))],
    ['a date that is none', page(contents('a').replace('2026-01-01T00:00:00Z', 'yesterday'))],
    ['fewer keys than counted', page('<KeyCount>2</KeyCount>', contents('a'))],
    ['no word about completeness', `<ListBucketResult>${contents('a')}</ListBucketResult>`],
    ['a truth value that is none', page(contents('a')).replace('false', 'maybe')],
    ['incompleteness without a token', page(contents('a')).replace('false', 'true')],
    ['an empty token', page('<NextContinuationToken/>').replace('false', 'true')],
    ['text between elements', page('lost', contents('a'))],
    ['text in an object', page(contents('a').replace('<Size>', 'lost<Size>'))],
    ['two documents', page(contents('a')) + page(contents('b'))],
    ['another root', '<Error><Code>x</Code></Error>'],
    ['a wrong end tag', page(contents('a')).replace('</Size>', '</Sise>')],
    ['an end tag that is a prefix of another', page(contents('a')).replace('</Key>', '</KeyX>')],
    ['nothing', ''],
  ])('refuses %s', (_, xml) => {
    expect(scan(xml)).toBeNull();
  });

  it('passes dates of other forms on as ISO 8601', () => {
    const xml = page(contents('a').replace('2026-01-01T00:00:00Z', 'Thu, 01 Jan 2026 00:00:00 GMT'));
    expect(scan(xml)?.objects[0]?.lastModified).toBe('2026-01-01T00:00:00.000Z');
  });

  it('reads common prefixes, and counts them as the servers do', () => {
    const xml = page(
      url,
      '<KeyCount>2</KeyCount>',
      contents('a'),
      '<CommonPrefixes><Prefix>b+c/</Prefix></CommonPrefixes>',
    );
    expect(scan(xml)?.commonPrefixes).toEqual(['b c/']);
  });

  it('is compared with a validator that finds the test documents valid', () => {
    expect(XMLValidator.validate(page(contents('a')))).toBe(true);
  });
});
