import * as fc from 'fast-check';

/** Characters whose order differs between UTF-16 and UTF-8, that mean something in URLs, paths and XML, and plain ones. */
const CHARACTERS = [
  'a',
  'b',
  'Z',
  '0',
  '/',
  '.',
  ' ',
  '+',
  '%',
  '&',
  '<',
  '?',
  '#',
  '\u007f',
  'é',
  '\u0800',
  '漢',
  '\ud7ff',
  '\ue000',
  '\ufffd',
  '\uffff',
  '\u{10000}',
  '\u{1f600}',
  '\u{10ffff}',
] as const;

/** Keys as buckets have them: any unicode, `//`, leading `/`, shared prefixes. Well-formed and usable. */
export const usableKey = (): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom('', '/', '//', 'in/', 'in/sub/', 'a', 'é/', '\uffff/', '\u{1f600}/'),
      fc.string({ unit: fc.constantFrom(...CHARACTERS), minLength: 0, maxLength: 6 }),
      fc.constantFrom('.pdf', '.PDF', '.txt', 'x'),
    )
    .map(([folder, name, extension]) => `${folder}${name}${extension}`)
    .filter((key) => !key.split('/').some((part) => part === '.' || part === '..'));

/** The same, and what no database or URL can hold: NUL, lone surrogates, dot segments, more than 1,024 bytes. */
export const anyKey = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 8, arbitrary: usableKey() },
    {
      weight: 2,
      arbitrary: fc.string({
        unit: fc.constantFrom('a', '/', '.', '\u0000', '\u2400', '\ud800', '\udc00', '\ufffd', 'p.pdf'),
        minLength: 1,
        maxLength: 6,
      }),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('x', '漢', '\u{1f600}'),
          fc.integer({ min: 250, max: 1200 }),
          fc.constantFrom('a', 'b'),
        )
        .map(([unit, length, end]) => `${unit.repeat(length)}${end}.pdf`),
    },
  );

/** What can lie in a bucket: keys are UTF-8 there, so no lone surrogates. */
export const bucketKey = (): fc.Arbitrary<string> => anyKey().filter((key) => key.isWellFormed());
