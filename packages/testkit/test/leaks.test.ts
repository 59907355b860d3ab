import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLeaks, formsOf } from '../src/leaks/index.ts';

const secrets = fc
  .string({ unit: fc.constantFrom(...Array.from('abcXYZ019+/=-_~ %&"\\é漢')), minLength: 12, maxLength: 48 })
  .filter((secret) => new Set(secret).size >= 6);

const WRITERS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 in a URL': (text) => encodeURIComponent(Buffer.from(text).toString('base64')),
  hex: (text) => Buffer.from(text).toString('hex'),
  'upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  percent: (text) => encodeURIComponent(text),
  'percent twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  form: (text) => new URLSearchParams({ text }).toString(),
  json: (text) => JSON.stringify({ text }),
  'json twice': (text) => JSON.stringify({ text: JSON.stringify({ text }) }),
  reversed: (text) => Array.from(text).reverse().join(''),
  'gzip in base64': (text) => gzipSync(text).toString('base64'),
  'gzip in hex': (text) => `\\x${gzipSync(text).toString('hex')}`,
};

test.each(Object.entries(WRITERS))(
  'a canary is found that was written as %s, wherever it stood',
  (_way, write) => {
    fc.assert(
      fc.property(
        secrets,
        fc.string({ maxLength: 5 }),
        fc.string({ maxLength: 5 }),
        (secret, before, after) => {
          const text = `{"level":"info","line":"${write(before + secret + after)}"}`;
          expect(findLeaks([{ name: 'the canary', secret }], [{ name: 'a log', text }])).toHaveLength(1);
        },
      ),
      { numRuns: 200 },
    );
  },
);

test('nothing is found where nothing is, nor where it may be', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (secret, other) => {
      const canary = { name: 'the canary', secret, allowedIn: ['row of auth.'] };
      expect(findLeaks([canary], [{ name: 'a log', text: `${other} ${secret.slice(0, 20)}` }])).toEqual([]);
      expect(findLeaks([canary], [{ name: 'row of auth.users', text: secret }])).toEqual([]);
    }),
  );
});

test('a finding names the canary and the way, and never the secret', () => {
  const secret = 'hunter2-hunter2';
  const [found] = findLeaks([{ name: 'a password', secret }], [{ name: 'a row', text: btoa(`x${secret}`) }]);
  expect(found).toBe('a password is in a row, as base64, shifted by 1');
  for (const form of formsOf(secret).values()) expect(found).not.toContain(form);
});

test('what is too short to mean anything is refused', () => {
  expect(() => findLeaks([{ name: 'x', secret: 'short' }], [])).toThrow('x is too short');
});
