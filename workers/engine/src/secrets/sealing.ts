import type { SealedRecord } from '@sluice/core';
import { fromRow, type SecretRef, toRow, type Vault } from '@sluice/vault';
import { rowOf } from '../sealed-row.ts';

/** A fresh webhook secret, as Standard Webhooks asks for: 24 to 64 bytes. */
const WEBHOOK_SECRET_BYTES = 32;

/** Seals a text, or the fields of a record, into the form the database keeps. */
export const sealAs = async (
  vault: Vault,
  secret: Parameters<Vault['seal']>[0],
  ref: SecretRef,
): Promise<SealedRecord> => {
  const row = toRow(await vault.seal(secret, ref));
  return {
    version: ref.version,
    formatVersion: row.format_version,
    keyId: row.key_id,
    kmsKeyVersion: row.kms_key_version,
    dataKeyCiphertext: row.data_key_ciphertext,
    secretCiphertext: row.secret_ciphertext,
  };
};

/** Opens what {@link sealAs} sealed for the same record and field. @throws SluiceError `vault_unavailable`. */
export const openSealed = (
  vault: Vault,
  sealed: SealedRecord,
  of: Omit<SecretRef, 'version'>,
): ReturnType<Vault['open']> => vault.open(fromRow(rowOf(sealed)), { ...of, version: sealed.version });

/** `whsec_…`, from the random source of the platform. */
export const newWebhookSecret = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(WEBHOOK_SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
};
