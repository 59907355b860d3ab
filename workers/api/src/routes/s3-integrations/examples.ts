import type { CreateS3Integration, StartS3Integration, UpdateS3Integration } from '@sluice/shared';

/** Bodies as a reader would send them, for the OpenAPI document. The keys are Amazon's published examples. */

const common = {
  tenantId: '5b1f2f0c-5f43-4c8e-9a53-0b6f6d4e7a21',
  name: 'Scanned archive',
  bucket: 'acme-documents',
  inputPrefix: 'incoming/',
  outputPrefix: 'accessible/',
} as const;

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
} as const;

interface Example<Body> {
  readonly summary: string;
  readonly value: Body;
}

type Input = CreateS3Integration extends infer Body
  ? Body extends CreateS3Integration
    ? Omit<Body, 'overwritePolicy' | 'language'> & Partial<Pick<Body, 'overwritePolicy' | 'language'>>
    : never
  : never;

export const CREATE_EXAMPLES = {
  aws_role: {
    summary: 'Amazon S3, by a role (no secret changes hands)',
    value: {
      ...common,
      provider: 'aws_role',
      region: 'eu-central-1',
      roleArn: 'arn:aws:iam::123456789012:role/sluice',
    },
  },
  aws_key: {
    summary: 'Amazon S3, by an access key',
    value: { ...common, provider: 'aws_key', region: 'eu-central-1', credentials },
  },
  r2: {
    summary: 'Cloudflare R2',
    value: {
      ...common,
      provider: 'r2',
      accountId: '0123456789abcdef0123456789abcdef',
      jurisdiction: 'eu',
      credentials,
    },
  },
  b2: {
    summary: 'Backblaze B2',
    value: { ...common, provider: 'b2', region: 'us-west-004', credentials },
  },
  generic: {
    summary: 'Any other server that speaks S3',
    value: {
      ...common,
      provider: 'generic',
      endpoint: 'https://s3.example.com',
      region: 'us-east-1',
      addressingStyle: 'path',
      credentials,
      overwritePolicy: 'keep_versions',
      language: 'en',
    },
  },
} as const satisfies Record<string, Example<Input>>;

export const START_EXAMPLES = {
  everything: { summary: 'With all that is in the bucket', value: {} },
  now: { summary: 'With what changes from now on', value: { startFrom: 'now' } },
  date: {
    summary: 'With what changed since a day, although a check fails',
    value: {
      startFrom: '2026-01-31T00:00:00Z',
      override: { reason: 'The probe may not be deleted in this bucket; agreed with the owner.' },
    },
  },
} as const satisfies Record<string, Example<StartS3Integration>>;

export const UPDATE_EXAMPLES = {
  pause: { summary: 'Pause', value: { status: 'paused' } },
  resume: { summary: 'Take it up again', value: { status: 'active' } },
  start: { summary: 'Take in older objects too', value: { startFrom: '2025-01-01T00:00:00Z' } },
  move: {
    summary: 'Connect to another bucket, with its credential',
    value: { bucket: 'acme-documents-2', inputPrefix: 'incoming/', credentials },
  },
  events: { summary: 'Be told by events', value: { detectionMode: 'event' } },
  edit: {
    summary: 'Rename, and let the processor tell the language',
    value: { name: 'Archive 2019', overwritePolicy: 'ignore', language: null },
  },
} as const satisfies Record<string, Example<UpdateS3Integration>>;
