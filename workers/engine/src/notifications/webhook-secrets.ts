import type { WebhookSecrets } from '@sluice/core';
import { revealText, type Vault } from '@sluice/vault';
import { Webhook } from 'standardwebhooks';
import { newWebhookSecret, openSealed, sealAs } from '../secrets/sealing.ts';

const FIELD = 'signing_secret';

/** Signing secrets under the vault. */
export const webhookSecrets = (vault: Vault): WebhookSecrets => ({
  generate: newWebhookSecret,
  seal: ({ tenantId, targetId }, version, secret) =>
    sealAs(vault, secret, { tenantId, recordId: targetId, field: FIELD, version }),
  openSigner: async ({ tenantId, targetId, secrets }) => {
    const signers = await Promise.all(
      secrets.map(async (sealed) => {
        const opened = await openSealed(vault, sealed, { tenantId, recordId: targetId, field: FIELD });
        return new Webhook(revealText(opened));
      }),
    );
    return (id, at, body) => signers.map((signer) => signer.sign(id, at, body)).join(' ');
  },
});
