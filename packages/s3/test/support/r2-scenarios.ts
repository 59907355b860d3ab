import type { IntegrationConfig } from '@sluice/core';

/** R2's own endpoint has no policies: a key may do everything or nothing. What is wrong can only be the way to it. */
export interface R2Scenario {
  readonly name: string;
  readonly integration?: Partial<IntegrationConfig>;
  readonly credentials?: { readonly accessKeyId?: string; readonly secretAccessKey?: string };
  readonly endpoint?: (endpoint: string) => string;
  readonly isEmpty?: boolean;
  readonly fails?: readonly string[];
  readonly warns?: readonly string[];
  readonly names?: readonly RegExp[];
}

const R2 = { provider: 'r2', region: 'auto' } as const;
export const R2_SCENARIOS: readonly R2Scenario[] = [
  { name: 'all is well', integration: R2, names: [/A token of R2 is for whole buckets/] },
  { name: 'nothing is there yet', integration: R2, isEmpty: true, names: [/put one there and test again/] },
  { name: 'the whole bucket is the input', integration: { ...R2, inputPrefix: '' } },
  {
    name: 'the folders have odd names',
    integration: { ...R2, inputPrefix: 'in coming/é$(x)/', outputPrefix: "re'sults/%2F&/" },
  },
  {
    name: 'it was entered as another server that speaks S3',
    integration: { region: 'auto' },
    warns: ['over_grants permissions_too_wide'],
    names: [/list what is outside of the input folder/],
  },
  {
    name: 'the secret is wrong',
    integration: R2,
    credentials: { secretAccessKey: 'quite-another' },
    fails: ['credentials credentials_wrong_secret'],
    names: [/cut off/],
  },
  {
    name: 'the secret lost its last character',
    integration: R2,
    credentials: { secretAccessKey: 'r2localsecret/With+Odd=Characters0000' },
    fails: ['credentials credentials_wrong_secret'],
    names: [/cut off/],
  },
  {
    name: 'the key is unknown',
    integration: R2,
    credentials: { accessKeyId: 'nobodyknowsthiskey01' },
    fails: ['credentials credentials_unknown'],
    names: [/deleted/],
  },
  {
    name: 'the bucket is not there',
    integration: { ...R2, bucket: 'not-there' },
    fails: ['bucket bucket_not_found'],
    names: [/not-there/],
  },
  {
    name: 'the endpoint is some page beside the API',
    integration: R2,
    endpoint: (endpoint) => `${new URL(endpoint).origin}/console`,
    fails: ['endpoint endpoint_not_s3'],
    names: [/console/],
  },
  {
    name: 'https is entered where http is spoken',
    integration: R2,
    endpoint: (endpoint) => endpoint.replace('http:', 'https:'),
    fails: ['endpoint tls_failed'],
    names: [/TLS/],
  },
  {
    name: 'nobody listens',
    integration: R2,
    endpoint: () => 'http://127.0.0.1:9',
    fails: ['endpoint endpoint_unreachable'],
    names: [/firewall/],
  },
  {
    name: 'the name does not exist',
    integration: R2,
    endpoint: () => 'http://no-such-name.localhost:9',
    fails: ['endpoint endpoint_unreachable'],
    names: [/no-such-name/],
  },
  // Any name of a region is taken here, and so it works.
  { name: 'the region is not that of R2', integration: { ...R2, region: 'eu-central-1' } },
];
