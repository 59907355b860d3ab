import type { WebhookSecrets } from '@sluice/core';
import { fromRow, revealText, toRow, type Vault } from '@sluice/vault';
import { Webhook } from 'standardwebhooks';

const FIELD = 'signing_secret';
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** Signing secrets under the vault. */
export const webhookSecrets = (vault: Vault): WebhookSecrets => ({
  generate: () => {
    const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
    return `whsec_${btoa(String.fromCharCode(...bytes))}`;
  },
  seal: async ({ tenantId, targetId }, version, secret) => {
    const row = toRow(await vault.seal(secret, { tenantId, recordId: targetId, field: FIELD, version }));
    return {
      version,
      formatVersion: row.format_version,
      keyId: row.key_id,
      kmsKeyVersion: row.kms_key_version,
      dataKeyCiphertext: row.data_key_ciphertext,
      secretCiphertext: row.secret_ciphertext,
    };
  },
  openSigner: async ({ tenantId, targetId, secrets }) => {
    const signers = await Promise.all(
      secrets.map(async (sealed) => {
        const row = {
          format_version: sealed.formatVersion,
          key_id: sealed.keyId,
          kms_key_version: sealed.kmsKeyVersion,
          data_key_ciphertext: sealed.dataKeyCiphertext,
          secret_ciphertext: sealed.secretCiphertext,
        };
        const ref = { tenantId, recordId: targetId, field: FIELD, version: sealed.version };
        return new Webhook(revealText(await vault.open(fromRow(row), ref)));
      }),
    );
    return (id, at, body) => signers.map((signer) => signer.sign(id, at, body)).join(' ');
  },
});
