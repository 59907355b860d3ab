import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogger, createRedactor } from '../src/index.ts';

/** Every way in which a secret is written down, by someone else's code than ours. */
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 without padding': (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64, shifted by one': (secret) => Buffer.from(`u${secret}v`).toString('base64'),
  'base64, shifted by two': (secret) => Buffer.from(`u:${secret}:`).toString('base64'),
  'base64 in a URL': (secret) => encodeURIComponent(Buffer.from(secret).toString('base64')),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'upper-case hex': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  percent: (secret) => encodeURIComponent(secret),
  'lower-case percent': (secret) => encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  'percent twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'percent on every byte': (secret) => Buffer.from(secret).toString('hex').replace(/../g, '%$&'),
  form: (secret) => new URLSearchParams({ a: secret }).toString().slice(2),
  json: (secret) => JSON.stringify(secret).slice(1, -1),
  'json twice': (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
};

/** Characters of the kinds that differ between encodings. */
const secrets = fc
  .string({
    unit: fc.constantFrom(...Array.from('abcXYZ019+/=-_~ %&"\\\n\'<é漢😀')),
    minLength: 8,
    maxLength: 48,
  })
  .filter((secret) => new Set(secret).size >= 4);

const around = fc.string({ unit: fc.constantFrom(...Array.from('xq.,: ')), maxLength: 6 });

type Wrap = (inner: unknown) => unknown;

/** One level of nesting. */
const wraps: fc.Arbitrary<Wrap> = fc.constantFrom<Wrap>(
  (inner) => [1, inner],
  (inner) => ({ note: inner }),
  (inner) => new Map([['note', inner]]),
  (inner) => new Map([[inner, 'note']]),
  (inner) => new Set([inner]),
  (inner) => new Error(typeof inner === 'string' ? inner : 'x', { cause: inner }),
  (inner) => new AggregateError([inner], 'x'),
  (inner) => Object.assign(new Error('x'), { note: inner }),
  (inner) => ({ [typeof inner === 'string' ? inner : 'name']: inner }),
  (inner) => ({ toJSON: () => inner }),
  (inner) => (typeof inner === 'string' ? `{"note":${JSON.stringify(inner)}}` : inner),
);

/** Whether any encoding of the secret stands in the text, itself read as text and as JSON. */
const leaks = (line: string, secret: string): string[] => {
  const texts = [line];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        texts.push(name);
        collect(inner);
      }
    }
  };
  collect(JSON.parse(line));
  return Object.entries(ENCODINGS)
    .filter(([name]) => !name.includes('shifted'))
    .filter(([, encode]) => texts.some((text) => text.includes(encode(secret))))
    .map(([name]) => name);
};

test.each(Object.keys(ENCODINGS))('a registered secret never survives as %s', (name) => {
  fc.assert(
    fc.property(
      secrets,
      around,
      around,
      fc.array(wraps, { maxLength: 4 }),
      (secret, before, after, nesting) => {
        const encoded = ENCODINGS[name]?.(secret) ?? '';
        const value = nesting.reduce<unknown>((inner, wrap) => wrap(inner), before + encoded + after);
        const line = JSON.stringify(createRedactor([secret]).redact({ value }));
        expect(leaks(line, secret)).toEqual([]);
        const core = encoded.slice(2, -3);
        if (core.length >= 8 && nesting.length === 0) expect(line).not.toContain(core);
      },
    ),
    { numRuns: 300 },
  );
});

test('the search for leaks finds them when nothing is redacted', () => {
  fc.assert(
    fc.property(
      secrets,
      fc.constantFrom(...Object.keys(ENCODINGS).filter((n) => !n.includes('shifted'))),
      (secret, name) => {
        const line = JSON.stringify({ note: ENCODINGS[name]?.(secret) });
        expect(leaks(line, secret)).not.toEqual([]);
      },
    ),
  );
});

test('a registered secret never survives in a log line', () => {
  fc.assert(
    fc.property(secrets, fc.constantFrom(...Object.values(ENCODINGS)), (secret, encode) => {
      const lines: string[] = [];
      const log = createLogger({
        service: 'test',
        level: 'debug',
        write: (line) => lines.push(line),
        redactor: createRedactor([secret]),
        fields: { base: encode(secret) },
      });
      log.debug(`event ${encode(secret)}`, { note: encode(secret) });
      const wide = log.child({ child: new Error(encode(secret)) }).wide(encode(secret));
      wide.set({ [encode(secret)]: [encode(secret)] });
      wide.fail(new Error('x', { cause: { url: `https://h/p?q=${encode(secret)}` } }));
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(leaks(line, secret)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('redacting twice changes nothing', () => {
  fc.assert(
    fc.property(secrets, fc.jsonValue({ maxDepth: 3 }), (secret, value) => {
      const redactor = createRedactor([secret]);
      const once = redactor.redact({ value, secret: 'x', note: `see ${secret}` });
      expect(redactor.redact(once)).toEqual(once);
    }),
  );
});

test('never throws and always gives JSON', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withNullPrototype: true,
        withSparseArray: true,
        withObjectString: true,
        withBoxedValues: true,
      }),
      (value) => {
        const plain = createRedactor().redact(value);
        expect(JSON.parse(JSON.stringify(plain))).toEqual(JSON.parse(JSON.stringify(plain)));
        expect(JSON.stringify(plain)).toBeTypeOf('string');
      },
    ),
    { numRuns: 500 },
  );
});
