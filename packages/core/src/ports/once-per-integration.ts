import { SluiceError } from '@sluice/shared';
import type { Bucket } from './bucket.ts';
import type { OpenBucket } from './engine.ts';
import type { IntegrationWithSecrets } from './ledger.ts';

/** Opens each integration's bucket once for a batch: one unsealing, one signing key, one role session. */
export const oncePerIntegration = (
  openBucket: OpenBucket,
  integrations: Readonly<Record<string, IntegrationWithSecrets>>,
): ((integrationId: string) => Promise<Bucket>) => {
  const opened = new Map<string, Promise<Bucket>>();
  return (integrationId) => {
    let bucket = opened.get(integrationId);
    if (bucket === undefined) {
      const integration = integrations[integrationId];
      bucket =
        integration === undefined
          ? Promise.reject(new SluiceError('internal', { detail: 'The integration was not loaded.' }))
          : openBucket(integration);
      opened.set(integrationId, bucket);
    }
    return bucket;
  };
};
