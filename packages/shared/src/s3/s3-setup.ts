import * as z from 'zod';
import { S3Integration } from './s3-integrations.ts';

/** One thing to put somewhere: a document, a command, a link. */
export const SetupArtefact = z.strictObject({
  name: z
    .enum([
      'iam_policy',
      'trust_policy',
      'cloudformation_template',
      'cloudformation_quick_create',
      'terraform',
      'token_request',
      'bucket_policy',
      'event_rule',
      'event_topic',
      'bucket_notification',
      'commands',
    ])
    .describe('What it is; stable.'),
  title: z.string(),
  format: z.enum(['json', 'hcl', 'shell', 'url']),
  fileName: z.string().nullable().describe('What commands call it, if it is to be saved.'),
  content: z.string(),
});
export type SetupArtefact = z.infer<typeof SetupArtefact>;

/** A permission the integration needs, and none it does not. */
export const SetupPermission = z.strictObject({
  action: z.string().describe('As the provider calls it.'),
  on: z.string().describe('Bucket, folder or key.'),
  why: z.string(),
});
export type SetupPermission = z.infer<typeof SetupPermission>;

/** Everything a tenant sets up on their side so that an integration works, and no more. Holds no secret. */
export const S3Setup = z.strictObject({
  provider: S3Integration.shape.provider,
  principalArn: z.string().nullable().describe('Who assumes your role: our AWS identity. AWS roles only.'),
  externalId: z
    .string()
    .nullable()
    .describe(
      'What we send with every request for your role. Made by us for this integration, never changed.',
    ),
  permissions: z.array(SetupPermission),
  artefacts: z.array(SetupArtefact),
  notes: z.array(z.string()).describe('What to know about this setup, and where it is wider than needed.'),
});
export type S3Setup = z.infer<typeof S3Setup>;

/** A key of AWS KMS by ARN: an alias or a bare id names no resource of a policy. */
export const KmsKeyArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]{0,20}:kms:[a-z0-9-]{1,40}:\d{12}:key\/[A-Za-z0-9-]{1,128}$/,
    'Enter the ARN of the key, such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab".',
  )
  .describe('The key that encrypts the bucket (SSE-KMS), to include its permissions.');
