import { NONCE_BYTES, TAG_BYTES } from './aes-gcm.ts';
import { type Bytes, fromHex, toHex } from './bytes.ts';
import { cannotOpen, VaultFailure } from './failure.ts';
import type { WrappedKey } from './keys/key-wrapper.ts';
import { isVersion } from './secret-ref.ts';

export const FORMAT_VERSION = 1;
/** Longest plaintext, in bytes of its JSON form. A secret is a credential, not a document. */
export const MAX_PLAINTEXT_BYTES = 65_536;
/** The most AWS KMS returns for one ciphertext. */
const MAX_WRAPPED_KEY_BYTES = 6144;
const MAX_KEY_ID_CHARS = 2048;
// The shortest plaintext is `""`.
const MIN_CIPHERTEXT_BYTES = NONCE_BYTES + 2 + TAG_BYTES;
const MAX_CIPHERTEXT_BYTES = NONCE_BYTES + MAX_PLAINTEXT_BYTES + TAG_BYTES;

/** A secret as it is stored: nothing in it is confidential, and none of it opens without the key-encryption key. */
export interface SealedSecret extends WrappedKey {
  readonly formatVersion: number;
  /** nonce (12) ‖ ciphertext ‖ tag (16) */
  readonly secretCiphertext: Bytes;
}

/** {@link SealedSecret} in the columns of `private.sealed_secrets`, as PostgREST takes and gives them. */
export interface SealedSecretRow {
  /** bytea as `\x…` */
  readonly secret_ciphertext: string;
  /** bytea as `\x…` */
  readonly data_key_ciphertext: string;
  readonly kms_key_version: number;
  readonly key_id: string;
  readonly format_version: number;
}

const malformed = (part: string): VaultFailure => new VaultFailure('malformed', `${part} is malformed`);

/**
 * Checks everything that can be checked without a key, so that nothing malformed reaches WebCrypto or KMS.
 *
 * @throws VaultFailure `unknown_format` or `malformed`
 */
export const checkStructure = (sealed: SealedSecret): void => {
  if (!isVersion(sealed.formatVersion)) throw malformed('formatVersion');
  if (sealed.formatVersion !== FORMAT_VERSION) {
    throw new VaultFailure('unknown_format', `format version ${sealed.formatVersion} is not known`);
  }
  if (!isVersion(sealed.kmsKeyVersion)) throw malformed('kmsKeyVersion');
  const { keyId, wrappedKey, secretCiphertext } = sealed;
  if (typeof keyId !== 'string' || keyId === '' || keyId.length > MAX_KEY_ID_CHARS) throw malformed('keyId');
  if (
    !(wrappedKey instanceof Uint8Array) ||
    wrappedKey.length === 0 ||
    wrappedKey.length > MAX_WRAPPED_KEY_BYTES
  ) {
    throw malformed('wrappedKey');
  }
  if (
    !(secretCiphertext instanceof Uint8Array) ||
    secretCiphertext.length < MIN_CIPHERTEXT_BYTES ||
    secretCiphertext.length > MAX_CIPHERTEXT_BYTES
  ) {
    throw malformed('secretCiphertext');
  }
};

/** The `\x…` form in which Postgres and PostgREST write bytea. */
export const toBytea = (bytes: Uint8Array): string => `\\x${toHex(bytes)}`;

/** @throws VaultFailure `malformed` */
const decodeBytea = (text: unknown, column: string): Bytes => {
  const bytes = typeof text === 'string' && text.startsWith('\\x') ? fromHex(text.slice(2)) : undefined;
  if (!bytes) throw malformed(column);
  return bytes;
};

/** For an insert. */
export const toRow = (sealed: SealedSecret): SealedSecretRow => ({
  secret_ciphertext: toBytea(sealed.secretCiphertext),
  data_key_ciphertext: toBytea(sealed.wrappedKey),
  kms_key_version: sealed.kmsKeyVersion,
  key_id: sealed.keyId,
  format_version: sealed.formatVersion,
});

/**
 * From a select; columns it does not know are ignored.
 *
 * @throws SluiceError `vault_unavailable`, the same as a failed open, when a column is malformed
 */
export const fromRow = (row: SealedSecretRow): SealedSecret => {
  try {
    const sealed = {
      formatVersion: row.format_version,
      kmsKeyVersion: row.kms_key_version,
      keyId: row.key_id,
      wrappedKey: decodeBytea(row.data_key_ciphertext, 'data_key_ciphertext'),
      secretCiphertext: decodeBytea(row.secret_ciphertext, 'secret_ciphertext'),
    };
    checkStructure(sealed);
    return sealed;
  } catch (error) {
    throw cannotOpen(error);
  }
};
