import { createCipheriv } from 'node:crypto';
import { inspect } from 'node:util';
import { SluiceError } from '@sluice/shared';
import { expect, test } from 'vitest';
import {
  createLocalWrapper,
  createVault,
  newKeyring,
  revealFields,
  revealText,
  Secret,
  type SecretPlaintext,
  VaultFailure,
} from '../src/index.ts';

const ref = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 1 };

test('opens what it sealed, text and fields', async () => {
  const vault = createVault({ wrapper: createLocalWrapper(newKeyring()) });
  const fields = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'µ\ud800"\\' };
  expect(revealFields(await vault.open(await vault.seal(fields, ref), ref))).toEqual(fields);
  expect(revealText(await vault.open(await vault.seal('', ref), ref))).toBe('');
  expect(revealText(await vault.open(await vault.seal(new Secret<SecretPlaintext>('x'), ref), ref))).toBe(
    'x',
  );
});

test('reads a record made by another implementation of the format', async () => {
  const kek = Buffer.alloc(32, 'kek-material');
  const dataKey = Buffer.alloc(32, 'data-key');
  const gcm = (key: Buffer, nonce: Buffer, aad: string, plaintext: Buffer): Uint8Array<ArrayBuffer> => {
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(aad));
    return new Uint8Array(
      Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]),
    );
  };
  const vault = createVault({
    wrapper: createLocalWrapper(JSON.stringify({ current: 9, keys: { 9: kek.toString('base64') } })),
  });
  const opened = await vault.open(
    {
      formatVersion: 1,
      keyId: 'local',
      kmsKeyVersion: 9,
      wrappedKey: gcm(
        kek,
        Buffer.alloc(12, 1),
        '["sluice.vault","data-key",1,"ten_1","int_1","credentials",1]',
        dataKey,
      ),
      secretCiphertext: gcm(
        dataKey,
        Buffer.alloc(12, 2),
        '["sluice.vault","secret",1,"ten_1","int_1","credentials",1]',
        Buffer.from('{"a":"b"}'),
      ),
    },
    ref,
  );
  expect(opened.reveal()).toEqual({ a: 'b' });
});

test('asking for the other kind of plaintext is the same error as a failed open', async () => {
  const text = new Secret<SecretPlaintext>('hunter2');
  const fields = new Secret<SecretPlaintext>({ a: 'hunter2' });
  for (const wrong of [() => revealFields(text), () => revealText(fields)]) {
    expect(wrong).toThrow(SluiceError);
    expect(wrong).toThrow(/cannot be opened/);
    expect(wrong).not.toThrow(/hunter2/);
  }
});

test('a secret does not print', () => {
  const secret = new Secret({ password: 'hunter2' });
  const shown = [
    String(secret),
    ''.concat(secret as unknown as string),
    Object.values(secret).join(),
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 9 }),
    inspect({ nested: [secret] }, { customInspect: false, showHidden: true, depth: 9 }),
    Object.entries(secret).join(),
    JSON.stringify(Object.assign({}, secret)),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  expect(secret.reveal()).toEqual({ password: 'hunter2' });
});

test.each([
  ['an empty tenant', { ...ref, tenantId: '' }],
  ['a separator from another world', { ...ref, recordId: 'a b' }],
  ['a field longer than 128', { ...ref, field: 'f'.repeat(129) }],
  ['version 0', { ...ref, version: 0 }],
  ['a fractional version', { ...ref, version: 1.5 }],
  ['a version beyond int4', { ...ref, version: 2 ** 31 }],
])('refuses to seal under %s', async (_name, bad) => {
  const vault = createVault({ wrapper: createLocalWrapper(newKeyring()) });
  const error = await vault.seal('hunter2', bad).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'internal', cause: { reason: 'invalid_reference' } });
});

test.each([
  ['a number', 42],
  ['null', null],
  ['an array', ['hunter2']],
  ['nested fields', { a: { b: 'hunter2' } }],
  ['more than 64 KiB', 'x'.repeat(65_537)],
])('refuses to seal %s', async (_name, bad) => {
  const vault = createVault({ wrapper: createLocalWrapper(newKeyring()) });
  const error = await vault.seal(bad as string, ref).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'internal', cause: { reason: 'invalid_plaintext' } });
  expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
});

test('zeroes the data key after use', async () => {
  const local = createLocalWrapper(newKeyring());
  const seen: Uint8Array[] = [];
  const vault = createVault({
    wrapper: {
      ...local,
      wrap: (dataKey, to) => {
        seen.push(dataKey);
        return local.wrap(dataKey, to);
      },
      unwrap: async (wrapped, to) => {
        const dataKey = await local.unwrap(wrapped, to);
        seen.push(dataKey);
        return dataKey;
      },
    },
  });
  const sealed = await vault.seal('x', ref);
  await vault.open(sealed, ref);
  await expect(vault.open({ ...sealed, secretCiphertext: new Uint8Array(40) }, ref)).rejects.toThrow();
  expect(seen).toHaveLength(3);
  for (const dataKey of seen) expect(dataKey.every((byte) => byte === 0)).toBe(true);
});

test("a wrapper's unexpected error is dropped with its message", async () => {
  const local = createLocalWrapper(newKeyring());
  const vault = createVault({
    wrapper: { ...local, unwrap: () => Promise.reject(new TypeError('hunter2')) },
  });
  const error = await vault.open(await vault.seal('x', ref), ref).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SluiceError);
  expect(error).toMatchObject({ code: 'vault_unavailable', cause: expect.any(VaultFailure) });
  expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
});
