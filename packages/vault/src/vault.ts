import { decrypt, encrypt, importAesKey, KEY_BYTES } from './aes-gcm.ts';
import { platformRandom, type RandomSource } from './bytes.ts';
import { cannotOpen, cannotSeal, VaultFailure } from './failure.ts';
import type { KeyWrapper } from './key-wrapper.ts';
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
  /**
   * The same plaintext under the current key of `toWrapper` and a fresh data key. The secret is opened in full, so a
   * row that is damaged fails here instead of being carried on.
   *
   * @throws SluiceError as {@link Vault.open} and {@link Vault.seal}
   */
  readonly reseal: (sealed: SealedSecret, ref: SecretRef, toWrapper: KeyWrapper) => Promise<SealedSecret>;
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

const openWith = async (
  wrapper: KeyWrapper,
  sealed: SealedSecret,
  ref: SecretRef,
): Promise<SecretPlaintext> => {
  checkRef(ref);
  checkStructure(sealed);
  const dataKey = await wrapper.unwrap(sealed, ref);
  try {
    if (dataKey.length !== KEY_BYTES)
      throw new VaultFailure('malformed', `a data key has ${KEY_BYTES} bytes`);
    const key = await importAesKey(dataKey);
    const bytes = await decrypt(key, sealed.secretCiphertext, additionalData('secret', ref));
    try {
      return decodePlaintext(bytes);
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
      return await openWith(wrapper, sealed, ref);
    } catch (error) {
      throw cannotOpen(error);
    }
  };
  const seal = async (
    to: KeyWrapper,
    plaintext: SecretPlaintext | Secret<SecretPlaintext>,
    ref: SecretRef,
  ): Promise<SealedSecret> => {
    try {
      return await sealWith(to, random, plaintext instanceof Secret ? plaintext.reveal() : plaintext, ref);
    } catch (error) {
      throw cannotSeal(error);
    }
  };
  return {
    seal: (plaintext, ref) => seal(wrapper, plaintext, ref),
    open: async (sealed, ref) => new Secret(await open(sealed, ref)),
    reseal: async (sealed, ref, toWrapper) => seal(toWrapper, await open(sealed, ref), ref),
  };
};
