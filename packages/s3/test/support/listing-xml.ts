import * as fc from 'fast-check';

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: string;
}

/** How a server writes the same listing; all of it is legal. */
export interface Style {
  readonly encoding: 'form' | 'percent' | 'raw';
  /** `''` or a namespace prefix with its colon. */
  readonly prefix: string;
  /** Between elements. */
  readonly space: string;
  readonly cdata: boolean;
  readonly unknown: string;
  readonly quoteEntity: '&quot;' | '&#34;' | '"' | '&#x22;';
  readonly order: number;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const writeKey = (key: string, style: Style): string => {
  if (style.encoding === 'raw')
    return style.cdata && !key.includes(']]>') ? `<![CDATA[${key}]]>` : escape(key);
  const percent = encodeURIComponent(key);
  // A server writes spaces one way: were the two to be mixed, nothing could tell them apart.
  return style.encoding === 'form' ? percent.replaceAll('%20', '+').replaceAll('%2F', '/') : percent;
};

/** Writes a listing. */
export const writeListing = (
  objects: readonly ListedObject[],
  token: string | null,
  style: Style,
): string => {
  const { prefix, space } = style;
  const element = (name: string, inner: string): string =>
    `<${prefix}${name}>${inner}</${prefix}${name}>${space}`;
  const contents = objects.map((object) => {
    const fields = [
      element('Key', writeKey(object.key, style)),
      element('LastModified', object.lastModified),
      element('ETag', style.quoteEntity + object.etag + style.quoteEntity),
      element('Size', String(object.sizeBytes)),
      style.unknown,
    ];
    const rotated = [...fields.slice(style.order), ...fields.slice(0, style.order)];
    return element('Contents', space + rotated.join(''));
  });
  const xmlns = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?>${space}<${prefix}ListBucketResult ${xmlns}="http://s3.amazonaws.com/doc/2006-03-01/">${space}` +
    (style.encoding === 'raw' ? '' : element('EncodingType', 'url')) +
    element('IsTruncated', String(token !== null)) +
    (token === null ? '' : element('NextContinuationToken', escape(token))) +
    style.unknown +
    contents.join('') +
    `</${prefix}ListBucketResult>`
  );
};

export const style: fc.Arbitrary<Style> = fc.record({
  encoding: fc.constantFrom('form', 'percent', 'raw'),
  prefix: fc.constantFrom('', 's3:', 'ns0:'),
  space: fc.constantFrom('', '\n  ', '\t'),
  cdata: fc.boolean(),
  unknown: fc.constantFrom(
    '',
    '<StorageClass>STANDARD</StorageClass>',
    '<Owner><ID>1</ID><DisplayName>a &amp; b</DisplayName></Owner>',
    '<Empty/>',
    '<Checksum a="&gt;" b=\'x>y\'></Checksum>',
    '<!-- <Key>no</Key> -->',
    '<Nested><Key>not a key</Key><Size>1</Size></Nested>',
  ),
  quoteEntity: fc.constantFrom('&quot;', '&#34;', '"', '&#x22;'),
  order: fc.nat(4),
});

/** Whether XML can hold the text as it is; a raw carriage return cannot survive it. */
export const fitsXml = (text: string): boolean => !/[\p{Cc}\ufffe\uffff]/u.test(text) && text.isWellFormed();

const xmlText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(fitsXml);
const pathText = fc
  .array(
    fc.constantFrom(
      'a',
      '/',
      ' ',
      '+',
      '%',
      '%20',
      '&',
      '<',
      '>',
      '"',
      "'",
      'é',
      '日',
      '😀',
      ']]>',
      '&amp;',
      '=',
      '?',
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''));

export const listedObject: fc.Arbitrary<ListedObject> = fc.record({
  key: fc.oneof(xmlText, pathText),
  etag: fc.stringMatching(/^[0-9a-f]{32}(?:-\d{1,2})?$/),
  sizeBytes: fc.nat(2 ** 40),
  lastModified: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
});
