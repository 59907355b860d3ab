import { decrypt, encrypt, importAesKey, KEY_BYTES } from './aes-gcm.ts';
import { type Bytes, platformRandom, type RandomSource } from './bytes.ts';
import { cannotOpen, cannotSeal, VaultFailure } from './failure.ts';
import type { KeyId, KeyWrapper, WrappedKey } from './keys/key-wrapper.ts';
import { decodePlaintext, encodePlaintext, type SecretPlaintext } from './plaintext.ts';
import { checkStructure, FORMAT_VERSION, type SealedSecret } from './sealed-secret.ts';
import { Secret } from './secret.ts';
import { additionalData, checkRef, type SecretRef } from './secret-ref.ts';

export interface VaultOptions {
  readonly wrapper: KeyWrapper;
  /** For tests. It makes data keys and nonces, so a weak one breaks everything. */
  readonly random?: RandomSource;
}

export interface Vault {
  /**
   * Seals a plaintext of at most 64 KiB under a fresh data key.
   *
   * @throws SluiceError `vault_unavailable`; `internal` for a reference or plaintext that is none
   */
  readonly seal: (
    plaintext: SecretPlaintext | Secret<SecretPlaintext>,
    ref: SecretRef,
  ) => Promise<SealedSecret>;
  /**
   * Opens what was sealed under the same reference.
   *
   * @throws SluiceError `vault_unavailable`, in the same words whether the row was altered, belongs to another
   *   reference, or the key is unknown, refused or out of reach; its `cause` tells our logs which
   */
  readonly open: (sealed: SealedSecret, ref: SecretRef) => Promise<Secret<SecretPlaintext>>;
  /** The key that {@link Vault.seal} and {@link Vault.reseal} use now. */
  readonly current: KeyId;
  /**
   * The data key of a sealed secret, wrapped anew by the current key; the secret's ciphertext stays as it is, so whoever
   * read the old wrapping a moment ago still opens what they have. The secret is opened in full on the way, so a row that
   * is damaged fails here instead of being carried on.
   *
   * @throws SluiceError as {@link Vault.open}
   */
  readonly reseal: (sealed: SealedSecret, ref: SecretRef) => Promise<WrappedKey>;
}

const sealWith = async (
  wrapper: KeyWrapper,
  random: RandomSource,
  plaintext: SecretPlaintext,
  ref: SecretRef,
): Promise<SealedSecret> => {
  checkRef(ref);
  const bytes = encodePlaintext(plaintext);
  const dataKey = new Uint8Array(KEY_BYTES);
  try {
    random(dataKey);
    const key = await importAesKey(dataKey);
    const secretCiphertext = await encrypt(key, bytes, additionalData('secret', ref), random);
    const { keyId, kmsKeyVersion, wrappedKey } = await wrapper.wrap(dataKey, ref);
    return { formatVersion: FORMAT_VERSION, keyId, kmsKeyVersion, wrappedKey, secretCiphertext };
  } finally {
    dataKey.fill(0);
    bytes.fill(0);
  }
};

/** Hands the data key to `use`, and the secret's bytes; neither outlives the call. */
const withOpened = async <T>(
  wrapper: KeyWrapper,
  sealed: SealedSecret,
  ref: SecretRef,
  use: (bytes: Bytes, dataKey: Bytes) => T | Promise<T>,
): Promise<T> => {
  checkRef(ref);
  checkStructure(sealed);
  const dataKey = await wrapper.unwrap(sealed, ref);
  try {
    if (dataKey.length !== KEY_BYTES)
      throw new VaultFailure('malformed', `a data key has ${KEY_BYTES} bytes`);
    const key = await importAesKey(dataKey);
    const bytes = await decrypt(key, sealed.secretCiphertext, additionalData('secret', ref));
    try {
      return await use(bytes, dataKey);
    } finally {
      bytes.fill(0);
    }
  } finally {
    dataKey.fill(0);
  }
};

/**
 * Seals and opens secrets: AES-256-GCM under a data key of its own for every secret version, the data key wrapped by a
 * key-encryption key, both bound to the {@link SecretRef}.
 *
 * Data keys are not cached. A key serves one ciphertext that is opened about once per job, so a cache would save little;
 * it would keep keys in memory long after their use, and would go on opening secrets after KMS has revoked the key.
 */
export const createVault = ({ wrapper, random = platformRandom }: VaultOptions): Vault => {
  const open = async (sealed: SealedSecret, ref: SecretRef): Promise<SecretPlaintext> => {
    try {
      return await withOpened(wrapper, sealed, ref, decodePlaintext);
    } catch (error) {
      throw cannotOpen(error);
    }
  };
  const seal = async (
    plaintext: SecretPlaintext | Secret<SecretPlaintext>,
    ref: SecretRef,
  ): Promise<SealedSecret> => {
    try {
      return await sealWith(
        wrapper,
        random,
        plaintext instanceof Secret ? plaintext.reveal() : plaintext,
        ref,
      );
    } catch (error) {
      throw cannotSeal(error);
    }
  };
  return {
    seal,
    open: async (sealed, ref) => new Secret(await open(sealed, ref)),
    current: wrapper.current,
    reseal: async (sealed, ref) => {
      try {
        return await withOpened(wrapper, sealed, ref, (_bytes, dataKey) => wrapper.wrap(dataKey, ref));
      } catch (error) {
        throw cannotOpen(error);
      }
    },
  };
};
