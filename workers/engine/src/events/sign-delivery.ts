import type { EventTestContext } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import type { Vault } from '@sluice/vault';
import { Webhook } from 'standardwebhooks';
import { eventSecretOpener } from './open-secret.ts';

/** Signs a delivery as Standard Webhooks says, with the present secret of an integration: to test that it is received. */
export const deliverySigner = (vault: Vault): EventTestContext['signDelivery'] => {
  const open = eventSecretOpener(vault);
  return async (source, key) => {
    const [present] = source.eventSecrets;
    if (present === undefined) throw new SluiceError('event_secret_missing');
    const { secret } = await open(source, present);
    const at = new Date();
    const id = crypto.randomUUID();
    const { bucket } = source.integration;
    const record = {
      eventName: 'ObjectCreated:Put',
      eventTime: at.toISOString(),
      s3: { bucket: { name: bucket }, object: { key: encodeURIComponent(key), size: 1, eTag: id } },
    };
    const body = JSON.stringify({ Records: [record] });
    return {
      integrationId: source.integration.id,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, at, body),
      },
      body: new Uint8Array(new TextEncoder().encode(body)),
      requestId: id,
    };
  };
};
