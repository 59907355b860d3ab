import type { Bytes } from '../bytes.ts';
import { VaultFailure } from '../failure.ts';
import type { SecretRef } from '../secret-ref.ts';

/** Which key-encryption key, and which version of it. */
export interface KeyId {
  /** `local`, or the ARN of a KMS key. */
  readonly keyId: string;
  /** Version in the local keyring, from 1. Always 1 for KMS, which finds its own version inside one ARN. */
  readonly kmsKeyVersion: number;
}

export interface WrappedKey extends KeyId {
  readonly wrappedKey: Bytes;
}

/**
 * The port of a key-encryption key. Both operations throw {@link VaultFailure}, free of key material. Neither keeps or
 * changes the data key passed in; the caller zeroes it.
 */
export interface KeyWrapper {
  /** What {@link wrap} uses now. */
  readonly current: KeyId;
  /** Whether this wrapper holds the key, whatever the version. */
  readonly holds: (keyId: string) => boolean;
  /** Encrypts a 32-byte data key, bound to the reference. */
  readonly wrap: (dataKey: Bytes, ref: SecretRef) => Promise<WrappedKey>;
  /** @returns the data key, 32 bytes, in a buffer of the caller's own */
  readonly unwrap: (wrapped: WrappedKey, ref: SecretRef) => Promise<Bytes>;
}

/**
 * Wraps with `current` and unwraps with whichever wrapper holds the key: serves reads while secrets move from one
 * key-encryption key to another.
 */
export const combineWrappers = (current: KeyWrapper, ...others: readonly KeyWrapper[]): KeyWrapper => {
  const all = [current, ...others];
  return {
    current: current.current,
    holds: (keyId) => all.some((wrapper) => wrapper.holds(keyId)),
    wrap: current.wrap,
    unwrap: async (wrapped, ref) => {
      const holder = all.find((wrapper) => wrapper.holds(wrapped.keyId));
      if (!holder) throw new VaultFailure('unknown_key', 'no configured wrapper holds the key');
      return holder.unwrap(wrapped, ref);
    },
  };
};
