import { SluiceError } from '@sluice/shared';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Called before each request; caching is the provider's business. Throws `SluiceError` only. */
export type CredentialsProvider = () => Promise<AwsCredentials>;

/** Visible ASCII. Anything else breaks the header, and the error the runtime throws then repeats the header. */
const VISIBLE_ASCII = /^[\u0021-\u007e]+$/;

const check = (
  value: string,
  name: string,
  maxLength: number,
  code: 'credentials_unknown' | 'credentials_wrong_secret',
) => {
  const trimmed = value.trim();
  if (trimmed === '') throw new SluiceError('credentials_missing', { detail: `The ${name} is empty.` });
  if (trimmed.length > maxLength) {
    throw new SluiceError(code, { detail: `The ${name} is longer than ${maxLength} characters.` });
  }
  if (!VISIBLE_ASCII.test(trimmed)) {
    throw new SluiceError(code, {
      detail: `The ${name} contains a space, line break or other character that no key has; paste it again.`,
    });
  }
  return trimmed;
};

/**
 * Pasted keys, trimmed and fit to be put into a header.
 *
 * @throws SluiceError `credentials_missing`, `credentials_unknown` (key id) or `credentials_wrong_secret` (secret,
 * session token). Never repeats a value.
 */
export const normalizeCredentials = (input: AwsCredentials): AwsCredentials => {
  const accessKeyId = check(input.accessKeyId, 'access key id', 256, 'credentials_unknown');
  // `/` and `,` separate the parts of the Authorization header, `=` its fields; no provider has them in a key id.
  if (/[/,=]/.test(accessKeyId)) {
    throw new SluiceError('credentials_unknown', {
      detail: 'The access key id contains a character that no key id has; were key id and secret swapped?',
    });
  }
  const secretAccessKey = check(input.secretAccessKey, 'secret access key', 1024, 'credentials_wrong_secret');
  if (input.sessionToken === undefined) return { accessKeyId, secretAccessKey };
  const sessionToken = check(input.sessionToken, 'session token', 8192, 'credentials_wrong_secret');
  return { accessKeyId, secretAccessKey, sessionToken };
};
