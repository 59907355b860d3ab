import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createLocalWrapper,
  createVault,
  fromRow,
  newKeyring,
  type SealedSecretRow,
  toRow,
} from '../src/index.ts';

const REF = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 1 };
const seal = () => createVault({ wrapper: createLocalWrapper(newKeyring()) }).seal('x', REF);

test('writes bytea as PostgREST does, and reads it back', async () => {
  const sealed = await seal();
  const row = toRow(sealed);
  expect(row).toEqual({
    secret_ciphertext: `\\x${Buffer.from(sealed.secretCiphertext).toString('hex')}`,
    data_key_ciphertext: `\\x${Buffer.from(sealed.wrappedKey).toString('hex')}`,
    kms_key_version: 1,
    key_id: 'local',
    format_version: 1,
  });
  expect(fromRow(row)).toEqual(sealed);
  expect(fromRow({ ...row, id: 7 } as SealedSecretRow)).toEqual(sealed);
});

test.each<[string, Partial<Record<keyof SealedSecretRow, unknown>>]>([
  ['base64', { secret_ciphertext: 'AAAA' }],
  ['an odd number of digits', { secret_ciphertext: '\\x0' }],
  ['other letters', { data_key_ciphertext: '\\xzz' }],
  ['null', { data_key_ciphertext: null }],
  ['a version as text', { kms_key_version: '1' }],
  ['no key', { key_id: null }],
  ['a format to come', { format_version: 2 }],
])('refuses %s in a row as it refuses to open', async (_what, change) => {
  const row = { ...toRow(await seal()), ...change } as SealedSecretRow;
  expect(() => fromRow(row)).toThrow('Stored credentials could not be opened: the secret cannot be opened');
});

test('whatever the row, only the one error', async () => {
  const columns = Object.keys(toRow(await seal()));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...columns), fc.anything()), (row) => {
      expect(() => fromRow(row as unknown as SealedSecretRow)).toThrow(/the secret cannot be opened/);
    }),
  );
});
