import type { Integration } from '../integrations/integration.ts';

export type Provider = Integration['provider'];

interface PlaceField {
  readonly id: 'awsAccount' | 'region' | 'accountId' | 'jurisdiction' | 'endpoint' | 'addressingStyle';
  readonly label: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** What it is before anybody chose. */
  readonly value?: string;
  readonly isOptional?: boolean;
  /** Names to choose from while typing; others are taken too. */
  readonly suggestions?: readonly string[];
}

export interface ProviderChoice {
  readonly id: Provider;
  readonly name: string;
  readonly summary: string;
  readonly fields: readonly PlaceField[];
  /** What the provider calls the two halves of a key; null for a role, which has none. */
  readonly key: { readonly id: string; readonly secret: string } | null;
}

const AWS_REGIONS = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'sa-east-1',
];

const awsRegion: PlaceField = {
  id: 'region',
  label: 'Region',
  placeholder: 'eu-central-1',
  suggestions: AWS_REGIONS,
};

/** The ways to connect, each with what it takes. */
export const PROVIDERS: readonly ProviderChoice[] = [
  {
    id: 'aws_role',
    name: 'Amazon S3, by role',
    summary: 'No secret changes hands. A link creates the role.',
    fields: [
      awsRegion,
      {
        id: 'awsAccount',
        label: 'AWS account number',
        hint: 'The 12 digits of the account the bucket is in.',
        placeholder: '123456789012',
      },
    ],
    key: null,
  },
  {
    id: 'aws_key',
    name: 'Amazon S3, by key',
    summary: 'An access key of a user made for this.',
    fields: [awsRegion],
    key: { id: 'Access key id', secret: 'Secret access key' },
  },
  {
    id: 'r2',
    name: 'Cloudflare R2',
    summary: 'An API token for the one bucket.',
    fields: [
      {
        id: 'accountId',
        label: 'Account id',
        hint: 'The 32 digits in the R2 overview of the Cloudflare dashboard.',
      },
      {
        id: 'jurisdiction',
        label: 'Jurisdiction',
        options: [
          { value: '', label: 'None' },
          { value: 'eu', label: 'European Union' },
          { value: 'fedramp', label: 'FedRAMP' },
        ],
        isOptional: true,
      },
    ],
    key: { id: 'Access key id', secret: 'Secret access key' },
  },
  {
    id: 'b2',
    name: 'Backblaze B2',
    summary: 'An application key for the one bucket.',
    fields: [
      {
        id: 'region',
        label: 'Region',
        hint: "It stands in the bucket's endpoint: s3.<region>.backblazeb2.com.",
        placeholder: 'us-west-004',
      },
    ],
    key: { id: 'Key id (keyID)', secret: 'Application key' },
  },
  {
    id: 'generic',
    name: 'Another S3 server',
    summary: 'MinIO, Ceph, or anything that speaks S3.',
    fields: [
      {
        id: 'endpoint',
        label: 'Endpoint',
        hint: 'Where it answers S3, without bucket and path.',
        placeholder: 'https://s3.example.com',
      },
      { id: 'region', label: 'Region', hint: 'The one requests are signed for.', value: 'us-east-1' },
      {
        id: 'addressingStyle',
        label: 'The bucket stands',
        options: [
          { value: 'path', label: 'in the path' },
          { value: 'virtual', label: 'in front of the host name' },
        ],
        value: 'path',
      },
    ],
    key: { id: 'Access key id', secret: 'Secret access key' },
  },
];

export const choiceOf = (provider: Provider): ProviderChoice => {
  const choice = PROVIDERS.find(({ id }) => id === provider);
  if (choice === undefined) throw new Error(`There is no way to connect ${provider}.`);
  return choice;
};
