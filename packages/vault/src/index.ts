export { VaultFailure, type VaultFailureReason } from './failure.ts';
export { combineWrappers, type KeyId, type KeyWrapper, type WrappedKey } from './key-wrapper.ts';
export { newKeyring, parseKeyring } from './keyring.ts';
export { createLocalWrapper, LOCAL_KEY_ID } from './local-wrapper.ts';
export { revealFields, revealText, type SecretFields, type SecretPlaintext } from './plaintext.ts';
export { fromRow, type SealedSecret, type SealedSecretRow, toRow } from './sealed-secret.ts';
export { Secret } from './secret.ts';
export type { SecretRef } from './secret-ref.ts';
export { createVault, type Vault, type VaultOptions } from './vault.ts';
