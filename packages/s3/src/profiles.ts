import { checkEndpoint, type EgressMode } from '@sluice/egress';
import { SluiceError } from '@sluice/shared';

export type ProviderKind = 'aws' | 'r2' | 'b2' | 'generic';
export type AddressingStyle = 'path' | 'virtual_host';

/** What a tenant tells us about a provider. */
export interface ProviderConfig {
  readonly provider: ProviderKind;
  /** Derived for aws and b2 (from the region) and r2 (from the account id); wanted for generic. */
  readonly endpoint?: string | null;
  /** Wanted for aws and b2. r2 is `auto`, generic `us-east-1` unless given. */
  readonly region?: string | null;
  /** R2 only: 32 hex digits. */
  readonly accountId?: string | null;
  /** R2 only. */
  readonly jurisdiction?: 'eu' | 'fedramp' | null;
  /** Default: virtual_host on AWS where the bucket name allows it, path elsewhere. */
  readonly addressing?: AddressingStyle | null;
}

export interface Profile {
  readonly kind: ProviderKind;
  /** Checked by the egress policy; without trailing slash in its path. */
  readonly endpoint: URL;
  readonly region: string;
  readonly addressing: AddressingStyle;
  /** Whether the endpoint was entered, so that advice can say "change it". */
  readonly endpointGiven: boolean;
  /** Names the provider in messages. */
  readonly label: string;
  /** False where PUT with If-None-Match is documented to be missing: then the client looks first (see ops/put). */
  readonly conditionalPut: boolean;
}

const LABELS: Readonly<Record<ProviderKind, string>> = {
  aws: 'Amazon S3',
  r2: 'Cloudflare R2',
  b2: 'Backblaze B2',
  generic: 'the S3 server',
};

const REGION = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/i;

const requireRegion = (config: ProviderConfig): string => {
  const region = config.region?.trim() ?? '';
  if (!REGION.test(region)) {
    throw new SluiceError('region_wrong', {
      detail: `${LABELS[config.provider]} needs the region of the bucket, such as ${config.provider === 'b2' ? 'us-west-004' : 'eu-central-1'}.`,
    });
  }
  return region;
};

const optionalRegion = (config: ProviderConfig, fallback: string): string =>
  config.region == null || config.region.trim() === '' ? fallback : requireRegion(config);

/** Regional endpoints; the partition of China has its own domain. */
const awsEndpoint = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

const r2Endpoint = (config: ProviderConfig): string => {
  const accountId = config.accountId?.trim().toLowerCase() ?? '';
  if (!/^[0-9a-f]{32}$/.test(accountId)) {
    throw new SluiceError('endpoint_refused', {
      detail: 'Cloudflare R2 needs the account id (32 hex digits) or the endpoint shown in its dashboard.',
    });
  }
  const jurisdiction = config.jurisdiction == null ? '' : `.${config.jurisdiction}`;
  return `https://${accountId}${jurisdiction}.r2.cloudflarestorage.com`;
};

const genericEndpointMissing = (): SluiceError =>
  new SluiceError('endpoint_refused', { detail: 'Enter the https address on which the storage answers S3.' });

const derive = (config: ProviderConfig): { endpoint: string; region: string } => {
  switch (config.provider) {
    case 'aws': {
      const region = requireRegion(config);
      return { endpoint: awsEndpoint(region), region };
    }
    case 'b2': {
      const region = requireRegion(config);
      return { endpoint: `https://s3.${region}.backblazeb2.com`, region };
    }
    case 'r2':
      return { endpoint: given(config) ?? r2Endpoint(config), region: optionalRegion(config, 'auto') };
    case 'generic': {
      const endpoint = given(config);
      if (endpoint === null) throw genericEndpointMissing();
      return { endpoint, region: optionalRegion(config, 'us-east-1') };
    }
    default:
      // The type says this cannot be; a row of the database may still say otherwise.
      throw new SluiceError('invalid_request', { detail: 'Unknown storage provider.' });
  }
};

const given = (config: ProviderConfig): string | null => {
  const endpoint = config.endpoint?.trim() ?? '';
  return endpoint === '' ? null : endpoint;
};

/**
 * What the client needs to know of a provider, from what the tenant told us.
 *
 * @throws SluiceError `endpoint_refused`, `region_wrong`
 */
export const resolveProfile = (
  config: ProviderConfig,
  egress: { readonly mode: EgressMode; readonly ownZones?: readonly string[]; readonly allowPath?: boolean },
): Profile => {
  const { endpoint, region } = derive(config);
  const override = given(config);
  return {
    kind: config.provider,
    endpoint: checkEndpoint(override ?? endpoint, egress),
    region,
    addressing:
      config.addressing ?? (config.provider === 'aws' && override === null ? 'virtual_host' : 'path'),
    endpointGiven: override !== null,
    label: LABELS[config.provider],
    // Backblaze documents no conditional writes.
    conditionalPut: config.provider !== 'b2',
  };
};
