import {
  type AesKey,
  decrypt,
  encrypt,
  importAesKey,
  KEY_BYTES,
  NONCE_BYTES,
  TAG_BYTES,
} from '../aes-gcm.ts';
import { platformRandom } from '../bytes.ts';
import { VaultFailure } from '../failure.ts';
import { additionalData } from '../secret-ref.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { parseKeyring } from './keyring.ts';

export const LOCAL_KEY_ID = 'local';

const WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/**
 * Wraps data keys with AES-256-GCM under the current version of a local keyring; unwraps with any version it lists.
 *
 * Nonces are random, so one version should wrap at most 2^32 data keys; rotate the keyring long before.
 *
 * @param keyringJson the env secret VAULT_KEYRING, see {@link parseKeyring}
 * @throws SluiceError `vault_unavailable` when the keyring is malformed
 */
export const createLocalWrapper = (keyringJson: string | undefined): KeyWrapper => {
  const { current, keys: rawKeys } = parseKeyring(keyringJson);
  const keys = new Map<number, Promise<AesKey>>();
  for (const [version, raw] of rawKeys) {
    const imported = importAesKey(raw);
    // WebCrypto copies the bytes before it returns the promise, so ours can go at once.
    raw.fill(0);
    keys.set(version, imported);
  }
  const keyOf = (version: number): Promise<AesKey> => {
    const key = keys.get(version);
    if (!key) throw new VaultFailure('unknown_key', `the local keyring has no key version ${version}`);
    return key;
  };
  return {
    current: { keyId: LOCAL_KEY_ID, kmsKeyVersion: current },
    holds: (keyId) => keyId === LOCAL_KEY_ID,
    wrap: async (dataKey, ref) => ({
      keyId: LOCAL_KEY_ID,
      kmsKeyVersion: current,
      wrappedKey: await encrypt(
        await keyOf(current),
        dataKey,
        additionalData('data-key', ref),
        platformRandom,
      ),
    }),
    unwrap: async (wrapped, ref) => {
      if (wrapped.keyId !== LOCAL_KEY_ID) {
        throw new VaultFailure('unknown_key', 'the data key was not wrapped by the local keyring');
      }
      if (wrapped.wrappedKey.length !== WRAPPED_BYTES) {
        throw new VaultFailure('malformed', `a locally wrapped data key has ${WRAPPED_BYTES} bytes`);
      }
      return decrypt(await keyOf(wrapped.kmsKeyVersion), wrapped.wrappedKey, additionalData('data-key', ref));
    },
  };
};
