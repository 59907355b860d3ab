import type { IntegrationWithSecrets, OpenBucket } from '@sluice/core';
import {
  openBucket,
  PATIENCE,
  type ProviderConfig,
  type ProviderKind,
  resolveProfile,
  type S3Options,
} from '@sluice/s3';
import { asSluiceError, type CreateS3Integration, SluiceError } from '@sluice/shared';
import type { Vault } from '@sluice/vault';
import { credentialsOf, roleProbe } from './credentials.ts';
import type { Settings } from './env.ts';
import type { CallMeter } from './usage/call-meter.ts';

const KINDS = {
  aws_role: 'aws',
  aws_key: 'aws',
  r2: 'r2',
  b2: 'b2',
  generic: 'generic',
} as const satisfies Record<string, ProviderKind>;

/** Opens customers' buckets with their unsealed credentials, checking the endpoint against the egress policy again. */
export const bucketOpener =
  (settings: Settings, vault: Vault, purpose: keyof typeof PATIENCE, meter: CallMeter): OpenBucket =>
  async (stored: IntegrationWithSecrets) => {
    const { integration } = stored;
    const { egress, retry } = PATIENCE[purpose];
    const options: S3Options = {
      provider: {
        provider: KINDS[integration.provider],
        endpoint: integration.endpoint,
        region: integration.region,
        addressing: integration.addressingStyle === 'virtual' ? 'virtual_host' : 'path',
      },
      bucket: integration.bucket,
      credentials: await credentialsOf(stored, vault, settings),
      egress: { ...egressOf(settings), ...egress },
      retry,
      onRequest: meter.of(integration.id),
    };
    const bucket = openBucket(options);
    const assumeRole = roleProbe(integration, settings);
    return assumeRole === undefined ? bucket : { ...bucket, probes: { ...bucket.probes, assumeRole } };
  };

/**
 * The endpoint to store for what a tenant entered, checked; null where the provider's own is derived from the region.
 *
 * @throws SluiceError `endpoint_refused`, `region_wrong`, naming the field.
 */
export const endpointOf =
  (settings: Settings) =>
  (input: CreateS3Integration): string | null => {
    const config: ProviderConfig = {
      provider: KINDS[input.provider],
      endpoint: input.provider === 'generic' ? input.endpoint : null,
      region: input.provider === 'r2' ? 'auto' : input.region,
      ...(input.provider === 'r2'
        ? { accountId: input.accountId, jurisdiction: input.jurisdiction ?? null }
        : {}),
    };
    const endpoint = checkedEndpoint(config, settings);
    if (input.provider !== 'generic' && input.provider !== 'r2') return null;
    return endpoint.href.replace(/\/$/, '');
  };

const checkedEndpoint = (config: ProviderConfig, settings: Settings): URL => {
  try {
    return resolveProfile(config, egressOf(settings)).endpoint;
  } catch (thrown) {
    const { code, detail = '' } = asSluiceError(thrown);
    const field = config.provider === 'generic' && code === 'endpoint_refused' ? 'endpoint' : 'region';
    throw new SluiceError(code, { detail, fields: [{ field, message: detail }], cause: thrown });
  }
};

const egressOf = (settings: Settings) => ({ mode: settings.EGRESS_MODE, ownZones: settings.OWN_ZONES });
