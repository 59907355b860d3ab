import type { CreateS3Integration } from '@sluice/shared';
import type { IntegrationConfig } from '../ports/ledger.ts';

/** What an integration connects to, as it is stored. */
export type Connection = Pick<
  IntegrationConfig,
  'bucket' | 'region' | 'endpoint' | 'addressingStyle' | 'roleArn' | 'inputPrefix' | 'outputPrefix'
>;

/** The endpoint a provider's fields lead to; throws `endpoint_refused` when it may not be called. Null for the default. */
export type ResolveEndpoint = (input: CreateS3Integration) => string | null;

/** What a tenant entered, as it is stored. @throws SluiceError `endpoint_refused`, `region_wrong`. */
export const connectionOf = (input: CreateS3Integration, resolveEndpoint: ResolveEndpoint): Connection => ({
  bucket: input.bucket,
  region: input.provider === 'r2' ? 'auto' : input.region,
  endpoint: resolveEndpoint(input),
  addressingStyle:
    input.provider === 'generic'
      ? input.addressingStyle
      : input.provider.startsWith('aws') && !input.bucket.includes('.')
        ? 'virtual'
        : 'path',
  roleArn: input.provider === 'aws_role' ? input.roleArn : null,
  inputPrefix: input.inputPrefix,
  outputPrefix: input.outputPrefix,
});
