import type { Bytes, RandomSource } from './bytes.ts';
import { VaultFailure } from './failure.ts';

export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** WebCrypto's key. Derived, because Node's and workerd's types give it different names. */
export type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** A key that WebCrypto holds and does not give back. */
export const importAesKey = (raw: Bytes): Promise<AesKey> =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** AES-256-GCM under a fresh random nonce. @returns nonce (12) ‖ ciphertext ‖ tag (16) */
export const encrypt = async (
  key: AesKey,
  plaintext: Bytes,
  additionalData: Bytes,
  random: RandomSource,
): Promise<Bytes> => {
  const nonce = new Uint8Array(NONCE_BYTES);
  random(nonce);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData, tagLength: TAG_BYTES * 8 },
    key,
    plaintext,
  );
  const out = new Uint8Array(NONCE_BYTES + sealed.byteLength);
  out.set(nonce);
  out.set(new Uint8Array(sealed), NONCE_BYTES);
  return out;
};

/** The inverse of {@link encrypt}. @throws VaultFailure `not_authentic` when any bit, the key or the data differ */
export const decrypt = async (key: AesKey, sealed: Bytes, additionalData: Bytes): Promise<Bytes> => {
  try {
    const plaintext = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: sealed.slice(0, NONCE_BYTES), additionalData, tagLength: TAG_BYTES * 8 },
      key,
      sealed.slice(NONCE_BYTES),
    );
    return new Uint8Array(plaintext);
  } catch {
    throw new VaultFailure('not_authentic', 'a ciphertext is not authentic for this key and reference');
  }
};
