import { type Bytes, toUtf8 } from './bytes.ts';
import { cannotOpen, VaultFailure } from './failure.ts';
import { MAX_PLAINTEXT_BYTES } from './sealed-secret.ts';
import type { Secret } from './secret.ts';

/** What can be sealed: one text (an event secret) or named texts that belong together (an access key pair). */
export type SecretPlaintext = string | SecretFields;
export type SecretFields = Readonly<Record<string, string>>;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const isPlaintext = (value: unknown): value is SecretPlaintext =>
  typeof value === 'string' ||
  (typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string'));

/** JSON, which keeps every string as it is, lone surrogates included. @throws VaultFailure `invalid_plaintext` */
export const encodePlaintext = (plaintext: SecretPlaintext): Bytes => {
  if (!isPlaintext(plaintext)) throw new VaultFailure('invalid_plaintext', 'not a text or a record of texts');
  const bytes = toUtf8(JSON.stringify(plaintext));
  if (bytes.length > MAX_PLAINTEXT_BYTES) {
    bytes.fill(0);
    throw new VaultFailure('invalid_plaintext', `longer than ${MAX_PLAINTEXT_BYTES} bytes`);
  }
  return bytes;
};

/** @throws VaultFailure `malformed` */
export const decodePlaintext = (bytes: Bytes): SecretPlaintext => {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    if (isPlaintext(value)) return value;
  } catch {
    // A parse error quotes the plaintext: it ends here.
  }
  throw new VaultFailure('malformed', 'the plaintext is not a text or a record of texts');
};

/** The text of a secret sealed from a text. @throws SluiceError `vault_unavailable` when it holds fields */
export const revealText = (secret: Secret<SecretPlaintext>): string => {
  const value = secret.reveal();
  if (typeof value === 'string') return value;
  throw cannotOpen(new VaultFailure('malformed', 'the secret holds fields where a text was expected'));
};

/** The fields of a secret sealed from fields. @throws SluiceError `vault_unavailable` when it holds a text */
export const revealFields = (secret: Secret<SecretPlaintext>): SecretFields => {
  const value = secret.reveal();
  if (typeof value !== 'string') return value;
  throw cannotOpen(new VaultFailure('malformed', 'the secret holds a text where fields were expected'));
};
