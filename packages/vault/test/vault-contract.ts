import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createVault,
  fromRow,
  type KeyWrapper,
  type SealedSecret,
  type SecretRef,
  toRow,
  type Vault,
  VaultFailure,
} from '../src/index.ts';

/** One implementation of the port, in two independent instances that hold the same keys. */
export interface WrapperUnderTest {
  readonly name: string;
  /** Called once per test. */
  readonly create: () => Promise<{
    readonly wrapper: KeyWrapper;
    readonly twin: KeyWrapper;
    /** Of the same kind, with other keys. */
    readonly stranger: KeyWrapper;
    /** Rotates the key-encryption key and gives the wrapper that uses the new version. */
    readonly rotate: () => Promise<KeyWrapper>;
  }>;
  /** Property runs: fewer where each costs a network call. */
  readonly runs: number;
}

const REF: SecretRef = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 1 };
const PLAINTEXT = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 's3cr3t/+µ' };

const name = fc.string({ unit: fc.constantFrom(...Array.from('abAB09_.:-')), minLength: 1, maxLength: 12 });
const refs: fc.Arbitrary<SecretRef> = fc.record({
  tenantId: name,
  recordId: name,
  field: name,
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});
const plaintexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.dictionary(fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 50 }), { maxKeys: 5 }),
);

const failureOf = async (work: Promise<unknown>): Promise<SluiceError> => {
  const outcome = await work.then(
    () => 'it opened',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(SluiceError);
  return outcome as SluiceError;
};

/** The failure that every refusal to open must be: same code, same words, an internal cause. */
const expectCannotOpen = async (work: Promise<unknown>): Promise<VaultFailure> => {
  const error = await failureOf(work);
  expect(error.code).toBe('vault_unavailable');
  expect(error.message).toBe('Stored credentials could not be opened: the secret cannot be opened');
  expect(error.cause).toBeInstanceOf(VaultFailure);
  const cause = error.cause as VaultFailure;
  expect(`${cause.message}${String(cause.cause)}`).not.toMatch(/AKIAEXAMPLE|s3cr3t/);
  return cause;
};

const flip = (bytes: Uint8Array<ArrayBuffer>, index: number, mask: number): Uint8Array<ArrayBuffer> => {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ mask;
  return copy;
};

/** What every key wrapper owes the vault. */
export const describeVaultContract = (subject: WrapperUnderTest): void => {
  const start = async () => {
    const all = await subject.create();
    const vault: Vault = createVault({ wrapper: all.wrapper });
    return { ...all, vault };
  };

  describe(`vault over ${subject.name}`, () => {
    test('another instance with the same keys opens what was sealed, through the database form', async () => {
      const { vault, twin } = await start();
      const row: unknown = JSON.parse(JSON.stringify(toRow(await vault.seal(PLAINTEXT, REF))));
      const opened = await createVault({ wrapper: twin }).open(fromRow(row as ReturnType<typeof toRow>), REF);
      expect(opened.reveal()).toEqual(PLAINTEXT);
    });

    test('any text or fields come back as they were, under any reference', async () => {
      const { vault } = await start();
      await fc.assert(
        fc.asyncProperty(plaintexts, refs, async (plaintext, ref) => {
          expect((await vault.open(await vault.seal(plaintext, ref), ref)).reveal()).toEqual(plaintext);
        }),
        { numRuns: subject.runs },
      );
    });

    test('nothing opens under any other reference', async () => {
      const { vault } = await start();
      await fc.assert(
        fc.asyncProperty(refs, refs, async (ref, other) => {
          fc.pre(JSON.stringify(ref) !== JSON.stringify(other));
          await expectCannotOpen(vault.open(await vault.seal('x', ref), other));
        }),
        { numRuns: subject.runs },
      );
    });

    test.each([
      ['tenant', { ...REF, tenantId: 'ten_2' }],
      ['record', { ...REF, recordId: 'int_2' }],
      ['field', { ...REF, field: 'event_secret' }],
      ['version', { ...REF, version: 2 }],
      ['border between tenant and record', { ...REF, tenantId: 'ten_1:int', recordId: '_1' }],
      ['spelling', { ...REF, tenantId: 'Ten_1' }],
      ['shape', { ...REF, tenantId: 'ten 1' }],
    ])('does not open under another %s', async (_what, other) => {
      const { vault } = await start();
      await expectCannotOpen(vault.open(await vault.seal(PLAINTEXT, REF), other));
    });

    test('the parts of two secrets cannot be combined', async () => {
      const { vault } = await start();
      const a = await vault.seal('a', REF);
      const b = await vault.seal('b', REF);
      await expectCannotOpen(vault.open({ ...a, wrappedKey: b.wrappedKey }, REF));
      await expectCannotOpen(vault.open({ ...a, secretCiphertext: b.secretCiphertext }, REF));
      await expectCannotOpen(vault.open({ ...a, secretCiphertext: a.wrappedKey }, REF));
      await expectCannotOpen(vault.open({ ...a, wrappedKey: a.secretCiphertext }, REF));
    });

    test.each(['wrappedKey', 'secretCiphertext'] as const)('no byte of %s can be changed', async (part) => {
      const { vault } = await start();
      const sealed = await vault.seal(PLAINTEXT, REF);
      for (let index = 0; index < sealed[part].length; index += 1) {
        const altered = { ...sealed, [part]: flip(sealed[part], index, 1 << (index % 8)) };
        await expectCannotOpen(vault.open(altered, REF));
      }
      await vault.open(sealed, REF);
    });

    test.each(['wrappedKey', 'secretCiphertext'] as const)('%s cannot be cut or extended', async (part) => {
      const { vault } = await start();
      const sealed = await vault.seal(PLAINTEXT, REF);
      for (const length of [0, 1, 11, 12, 28, 29, sealed[part].length - 1]) {
        await expectCannotOpen(vault.open({ ...sealed, [part]: sealed[part].slice(0, length) }, REF));
      }
      const longer = new Uint8Array([...sealed[part], 0]);
      await expectCannotOpen(vault.open({ ...sealed, [part]: longer }, REF));
    });

    test.each<[string, Partial<Record<keyof SealedSecret, unknown>>, string]>([
      ['a format to come', { formatVersion: 2 }, 'unknown_format'],
      ['no format', { formatVersion: undefined }, 'malformed'],
      ['an unknown key version', { kmsKeyVersion: 7 }, 'unknown_key'],
      ['key version 0', { kmsKeyVersion: 0 }, 'malformed'],
      ['a key version as text', { kmsKeyVersion: '1' }, 'malformed'],
      ['an unknown key', { keyId: 'arn:aws:kms:eu-central-1:999999999999:key/theirs' }, 'unknown_key'],
      ['no key', { keyId: '' }, 'malformed'],
      ['text for bytes', { secretCiphertext: '\\x00' }, 'malformed'],
      ['64 MB of ciphertext', { secretCiphertext: new Uint8Array(2 ** 26) }, 'malformed'],
      ['null for the wrapped key', { wrappedKey: null }, 'malformed'],
    ])('refuses %s before it decrypts, and tells the log why', async (_what, change, reason) => {
      const { vault } = await start();
      const sealed = { ...(await vault.seal(PLAINTEXT, REF)), ...change } as SealedSecret;
      const cause = await expectCannotOpen(vault.open(sealed, REF));
      expect(cause.reason).toBe(reason);
      if (reason === 'unknown_key') expect(cause.message).toMatch(/no (?:key )?version 7|not|no configured/);
    });

    test('two seals of one text share nothing', async () => {
      const { wrapper } = await start();
      const keys: string[] = [];
      const vault = createVault({
        wrapper: {
          ...wrapper,
          wrap: (dataKey, ref) => {
            keys.push(dataKey.join());
            return wrapper.wrap(dataKey, ref);
          },
        },
      });
      const count = 40;
      const sealed = await Promise.all(Array.from({ length: count }, () => vault.seal('same', REF)));
      expect(new Set(keys).size).toBe(count);
      expect(new Set(sealed.map((one) => one.wrappedKey.join())).size).toBe(count);
      expect(new Set(sealed.map((one) => one.secretCiphertext.slice(0, 12).join())).size).toBe(count);
      expect(new Set(sealed.map((one) => one.secretCiphertext.slice(12).join())).size).toBe(count);
    });

    test('after a rotation the old still opens and the new is under the new key', async () => {
      const { vault, wrapper, rotate } = await start();
      const old = await vault.seal('old', REF);
      const rotated = await rotate();
      const after = createVault({ wrapper: rotated });
      const fresh = await after.seal('new', REF);
      expect((await after.open(old, REF)).reveal()).toBe('old');
      expect((await after.open(fresh, REF)).reveal()).toBe('new');
      expect(fresh).toMatchObject(rotated.current);
      expect(old).toMatchObject(wrapper.current);
    });

    test('a reseal after a rotation is under the new key, and the old wrapping still opens', async () => {
      const { vault, rotate } = await start();
      const old = await vault.seal(PLAINTEXT, REF);
      const after = createVault({ wrapper: await rotate() });
      const moved = { ...old, ...(await after.reseal(old, REF)) };
      expect(moved).toMatchObject(after.current);
      expect(moved.wrappedKey).not.toEqual(old.wrappedKey);
      expect(moved.secretCiphertext).toEqual(old.secretCiphertext);
      expect((await after.open(moved, REF)).reveal()).toEqual(PLAINTEXT);
      expect((await after.open(old, REF)).reveal()).toEqual(PLAINTEXT);
      await expectCannotOpen(after.open(moved, { ...REF, version: 2 }));
    });

    test('a reseal refuses a damaged row, and one that is not what it is said to be', async () => {
      const { vault } = await start();
      const sealed = await vault.seal(PLAINTEXT, REF);
      const damaged = { ...sealed, secretCiphertext: flip(sealed.secretCiphertext, 20, 1) };
      await expectCannotOpen(vault.reseal(damaged, REF));
      await expectCannotOpen(vault.reseal(sealed, { ...REF, version: 2 }));
    });

    test('keys of a stranger open nothing', async () => {
      const { vault, stranger } = await start();
      await expectCannotOpen(createVault({ wrapper: stranger }).open(await vault.seal('x', REF), REF));
    });

    test('the wrapper neither keeps nor changes the data key it is given', async () => {
      const { wrapper } = await start();
      const dataKey = crypto.getRandomValues(new Uint8Array(32));
      const before = dataKey.slice();
      const wrapped = await wrapper.wrap(dataKey, REF);
      expect(dataKey).toEqual(before);
      dataKey.fill(0);
      expect(await wrapper.unwrap(wrapped, REF)).toEqual(before);
    });
  });
};
