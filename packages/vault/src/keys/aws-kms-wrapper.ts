import type { KmsClient } from '@sluice/aws';
import { SluiceError } from '@sluice/shared';
import { KEY_BYTES } from '../aes-gcm.ts';
import { misconfigured, VaultFailure } from '../failure.ts';
import { encryptionContext } from '../secret-ref.ts';
import type { KeyWrapper } from './key-wrapper.ts';

export interface AwsKmsWrapperOptions {
  readonly kms: KmsClient;
  /** ARN of the symmetric key that wraps. Not an alias: an alias may be pointed at another key behind our back. */
  readonly keyArn: string;
  /** ARNs of keys that wrapped in the past and may still unwrap. */
  readonly formerKeyArns?: readonly string[];
}

const KEY_ARN = /^arn:(?:aws|aws-cn|aws-us-gov):kms:[a-z0-9-]{1,40}:\d{12}:key\/[A-Za-z0-9-]{1,128}$/;
/** KMS keeps the versions of its key material under one ARN and finds the right one itself. */
const ONLY_VERSION = 1;

const asFailure = (error: unknown): VaultFailure => {
  if (error instanceof VaultFailure) return error;
  if (!(error instanceof SluiceError))
    return new VaultFailure('kms_unavailable', 'AWS KMS: unexpected error');
  const { code, providerCode, providerStatus } = error;
  const facts = [code, providerCode, providerStatus].filter((fact) => fact !== undefined).join(', ');
  // Of this one ciphertext or its context; every other refusal is of the key.
  if (providerCode === 'InvalidCiphertextException') {
    return new VaultFailure('not_authentic', `AWS KMS: ${facts}`);
  }
  const isRefusal = code === 'encryption_denied';
  return new VaultFailure(isRefusal ? 'kms_refused' : 'kms_unavailable', `AWS KMS: ${facts}`);
};

/**
 * Wraps data keys with AWS KMS, bound by encryption context to the reference. Needs `kms:Encrypt` and `kms:Decrypt`.
 *
 * Encrypt and not GenerateDataKey: a wrapper then takes a data key from anywhere, which is what makes the two
 * implementations interchangeable; both are one call. Data keys are never cached, see `createVault`.
 *
 * @throws SluiceError `vault_unavailable` when an ARN is none
 */
export const createAwsKmsWrapper = ({
  kms,
  keyArn,
  formerKeyArns = [],
}: AwsKmsWrapperOptions): KeyWrapper => {
  // An allow-list: whoever can write a row must not choose the key, or a key of their own would open what they forged.
  const allowed = new Set([keyArn, ...formerKeyArns]);
  for (const arn of allowed) {
    if (!KEY_ARN.test(arn)) {
      throw misconfigured('the KMS key must be given as a key ARN (arn:aws:kms:<region>:<account>:key/<id>)');
    }
  }
  return {
    current: { keyId: keyArn, kmsKeyVersion: ONLY_VERSION },
    holds: (keyId) => allowed.has(keyId),
    wrap: async (dataKey, ref) => {
      try {
        const { keyId, ciphertext } = await kms.encrypt({
          keyId: keyArn,
          plaintext: dataKey,
          encryptionContext: encryptionContext(ref),
        });
        if (keyId !== keyArn) throw new VaultFailure('kms_refused', 'AWS KMS encrypted with another key');
        return { keyId, kmsKeyVersion: ONLY_VERSION, wrappedKey: ciphertext };
      } catch (error) {
        throw asFailure(error);
      }
    },
    unwrap: async (wrapped, ref) => {
      if (!allowed.has(wrapped.keyId)) {
        throw new VaultFailure('unknown_key', 'the data key was wrapped by a KMS key that is not configured');
      }
      if (wrapped.kmsKeyVersion !== ONLY_VERSION) {
        throw new VaultFailure('unknown_key', `a KMS key has no version ${wrapped.kmsKeyVersion}, only 1`);
      }
      try {
        const { keyId, plaintext } = await kms.decrypt({
          keyId: wrapped.keyId,
          ciphertext: wrapped.wrappedKey,
          encryptionContext: encryptionContext(ref),
        });
        if (keyId !== wrapped.keyId || plaintext.length !== KEY_BYTES) {
          plaintext.fill(0);
          throw new VaultFailure('malformed', 'AWS KMS gave something other than a data key');
        }
        return plaintext;
      } catch (error) {
        throw asFailure(error);
      }
    },
  };
};
