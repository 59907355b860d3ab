import type { EventSecrets } from '@sluice/core';
import type { Vault } from '@sluice/vault';
import { newWebhookSecret, sealAs } from './sealing.ts';

/** Event secrets under the vault. */
export const eventSecrets = (vault: Vault): EventSecrets => ({
  generate: newWebhookSecret,
  seal: ({ id, tenantId }, version, secret) =>
    sealAs(vault, secret, { tenantId, recordId: id, field: 'event_secret', version }),
});
