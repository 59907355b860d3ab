import type { SealedRecord } from '@sluice/core';
import type { SealedSecretRow } from '@sluice/vault';

/** A sealed secret as the vault takes it. */
export const rowOf = (sealed: SealedRecord): SealedSecretRow => ({
  format_version: sealed.formatVersion,
  key_id: sealed.keyId,
  kms_key_version: sealed.kmsKeyVersion,
  data_key_ciphertext: sealed.dataKeyCiphertext,
  secret_ciphertext: sealed.secretCiphertext,
});
