import { inspect } from 'node:util';
import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addKey,
  createLocalWrapper,
  createVault,
  keyVersions,
  newKeyring,
  parseKeyring,
  removeKey,
  useKey,
  type VaultFailure,
} from '../src/index.ts';

const REF = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 1 };
const base64Key = (): string => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
const A = base64Key();
const B = base64Key();

const problemOf = (text: string | undefined): VaultFailure => {
  try {
    parseKeyring(text);
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ code: 'vault_unavailable', cause: { reason: 'misconfigured' } });
    return (error as SluiceError).cause as VaultFailure;
  }
  throw new Error('the keyring was accepted');
};

test.each<[string, string | undefined, RegExp]>([
  ['nothing', undefined, /missing or empty/],
  ['an empty text', '  ', /missing or empty/],
  ['a bare key', A, /not valid JSON/],
  ['a broken text', `{"current":1,"keys":{"1":"${A}"`, /not valid JSON/],
  ['a list', `["${A}"]`, /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['one property more', JSON.stringify({ current: 1, keys: { 1: A }, [B]: 1 }), /"current" and "keys" only/],
  ['no current', JSON.stringify({ keys: { 1: A } }), /"current" must be an integer/],
  ['current as text', JSON.stringify({ current: '1', keys: { 1: A } }), /"current" must be an integer/],
  ['current 0', JSON.stringify({ current: 0, keys: { 0: A } }), /"current" must be an integer/],
  ['no keys', JSON.stringify({ current: 1 }), /"keys" must be an object/],
  ['keys as a list', JSON.stringify({ current: 1, keys: [A] }), /"keys" must be an object/],
  ['a current that is not listed', JSON.stringify({ current: 2, keys: { 1: A } }), /has no version 2/],
  ['empty keys', JSON.stringify({ current: 1, keys: {} }), /has no version 1/],
  ['a key as the version', JSON.stringify({ current: 1, keys: { [A]: '1' } }), /is not a version/],
  ['version 01', JSON.stringify({ current: 1, keys: { '1': A, '01': B } }), /is not a version/],
  ['version 1e1', JSON.stringify({ current: 1, keys: { '1': A, '1e1': B } }), /is not a version/],
  ['version -1', JSON.stringify({ current: 1, keys: { '1': A, '-1': B } }), /is not a version/],
  [
    '31 bytes',
    JSON.stringify({ current: 1, keys: { 1: A.slice(0, 40) } }),
    /version 1 must be 32 bytes, has 30/,
  ],
  ['33 bytes', JSON.stringify({ current: 1, keys: { 1: `${A.slice(0, -1)}A==`.slice(0, 44) } }), /version 1/],
  ['hex', JSON.stringify({ current: 1, keys: { 1: Buffer.from(A, 'base64').toString('hex') } }), /has 48/],
  [
    'base64url',
    JSON.stringify({ current: 1, keys: { 1: `-_${A.slice(2)}` } }),
    /version 1 is not standard base64/,
  ],
  [
    'base64 with a line break',
    JSON.stringify({ current: 1, keys: { 1: `${A}\n` } }),
    /version 1 is not standard/,
  ],
  [
    'base64 without padding',
    JSON.stringify({ current: 1, keys: { 1: A.slice(0, 43) } }),
    /version 1 is not standard/,
  ],
  [
    'base64 with stray bits',
    '{"current":1,"keys":{"1":"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqr="}}',
    /version 1 is not standard/,
  ],
  ['a number', JSON.stringify({ current: 1, keys: { 1: 42 } }), /version 1 is not standard/],
  ['zeros', JSON.stringify({ current: 1, keys: { 1: Buffer.alloc(32).toString('base64') } }), /not random/],
  ['one key twice', JSON.stringify({ current: 2, keys: { 1: A, 2: A } }), /versions 1 and 2 are the same/],
])('refuses %s, in words without key material', (_what, text, words) => {
  const problem = problemOf(text);
  expect(problem.message).toMatch(/^VAULT_KEYRING: /);
  expect(problem.message).toMatch(words);
});

test('no malformed keyring shows a piece of a key, anywhere in the error', () => {
  const good = JSON.stringify({ current: 2, keys: { 1: A, 2: B } });
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.constantFrom('', '"', 'x', '}', ' ', '\\', '0'), (at, by) => {
      try {
        parseKeyring(good.slice(0, at) + by + good.slice(at + 1));
      } catch (error) {
        refused += 1;
        const text = inspect(error, { depth: 9, showHidden: true });
        for (const key of [A, B]) {
          for (let start = 0; start + 8 <= key.length; start += 1) {
            expect(text.includes(key.slice(start, start + 8))).toBe(false);
          }
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
});

test('reads several versions', () => {
  const { current, keys } = parseKeyring(JSON.stringify({ current: 2, keys: { 1: A, 2: B } }));
  expect(current).toBe(2);
  expect([...keys].map(([version, key]) => [version, Buffer.from(key).toString('base64')])).toEqual([
    [1, A],
    [2, B],
  ]);
});

test('grows by one version at a time, keeping the old', async () => {
  const one = newKeyring();
  const two = newKeyring(one);
  const three = newKeyring(two);
  expect(parseKeyring(three).current).toBe(3);
  expect([...parseKeyring(three).keys.keys()]).toEqual([1, 2, 3]);
  const sealed = await createVault({ wrapper: createLocalWrapper(one) }).seal('x', REF);
  const opened = await createVault({ wrapper: createLocalWrapper(three) }).open(sealed, REF);
  expect(opened.reveal()).toBe('x');
});

test('a version taken out of the keyring opens nothing more, and the log says which', async () => {
  const two = newKeyring(newKeyring());
  const sealed = await createVault({ wrapper: createLocalWrapper(newKeyring(two)) }).seal('x', REF);
  expect(sealed.kmsKeyVersion).toBe(3);
  const error: unknown = await createVault({ wrapper: createLocalWrapper(two) })
    .open(sealed, REF)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: 'vault_unavailable',
    cause: { reason: 'unknown_key', message: 'the local keyring has no key version 3' },
  });
});

test('a version swapped for another key opens nothing', async () => {
  const sealed = await createVault({
    wrapper: createLocalWrapper(JSON.stringify({ current: 1, keys: { 1: A, 2: B } })),
  }).seal('x', REF);
  const vault = createVault({
    wrapper: createLocalWrapper(JSON.stringify({ current: 1, keys: { 1: B, 2: A } })),
  });
  await expect(vault.open(sealed, REF)).rejects.toMatchObject({ cause: { reason: 'not_authentic' } });
  await expect(vault.open({ ...sealed, kmsKeyVersion: 2 }, REF)).resolves.toBeDefined();
});

test('a key is added without being used, used, and the old one removed, in steps', async () => {
  const one = newKeyring();
  const added = addKey(one);
  expect(keyVersions(added)).toEqual({ current: 1, versions: [1, 2] });
  const used = useKey(added, 2);
  expect(keyVersions(used)).toEqual({ current: 2, versions: [1, 2] });
  // Whoever has only come to the first step opens what the second step seals.
  const sealed = await createVault({ wrapper: createLocalWrapper(used) }).seal('x', REF);
  expect(sealed.kmsKeyVersion).toBe(2);
  expect((await createVault({ wrapper: createLocalWrapper(added) }).open(sealed, REF)).reveal()).toBe('x');
  expect(keyVersions(removeKey(used, 1))).toEqual({ current: 2, versions: [2] });
  for (const wrong of [() => useKey(added, 3), () => removeKey(used, 2), () => removeKey(used, 9)]) {
    expect(wrong).toThrow(expect.objectContaining({ code: 'vault_unavailable' }));
  }
});
