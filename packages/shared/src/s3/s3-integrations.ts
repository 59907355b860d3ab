import * as z from 'zod';
import { Folder, Instant, Language, text } from '../fields.ts';
import { ConnectionTest } from './connection-test.ts';

/** Objects larger than this are skipped with reason `oversize`: 200 MB. */
export const S3_POLL_MAX_OBJECT_BYTES = 200 * 1024 * 1024;

/**
 * How long staged results wait in the working bucket before they are deleted, in hours: longer than a write that is
 * refused is tried again.
 */
export const STAGING_TTL_HOURS = 14 * 24;

/** What processing one page costs, in millionths of a US dollar. */
export const PROCESSING_PRICE_MICROS_PER_PAGE = 1_000;

const OutputPrefix = Folder.refine((value) => value !== '', 'Name an output folder, such as "accessible/".');

const BucketName = text(255).regex(
  /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
  'Enter the bucket name alone, without s3:// and without a path.',
);
const Region = text(64).regex(/^[a-z0-9-]+$/, 'Enter a region such as "eu-central-1".');

const RoleArn = text(2048).regex(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
  'Enter the ARN of the role, such as "arn:aws:iam::123456789012:role/sluice".',
);
const AccountId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'Enter the 32-digit account id shown in the Cloudflare dashboard.');
const Jurisdiction = z.enum(['eu', 'fedramp']);
const Endpoint = text(500).describe('https address on which the storage answers S3, without bucket or path.');
const AddressingStyle = z
  .enum(['path', 'virtual'])
  .describe('Whether the bucket stands in the path or in front of the host name.');

export const AccessKeyCredentials = z.strictObject({
  accessKeyId: text(256).regex(
    /^[\u0021-\u007e]+$/,
    'An access key id is printable ASCII without spaces or line breaks.',
  ),
  secretAccessKey: text(1024).regex(
    /^[\u0021-\u007e]+$/,
    'A secret access key is printable ASCII without spaces or line breaks.',
  ),
  sessionToken: text(4096)
    .regex(/^[\u0021-\u007e]+$/, 'A session token is printable ASCII without spaces or line breaks.')
    .optional(),
});
export type AccessKeyCredentials = z.infer<typeof AccessKeyCredentials>;

export const OverwritePolicy = z
  .enum(['reprocess', 'ignore', 'keep_versions'])
  .describe(
    'When a key is overwritten: process the new version in place of the old, keep the first result, or keep a result of every version.',
  );
export type OverwritePolicy = z.infer<typeof OverwritePolicy>;

const Name = text(200).describe('What you call it; shown wherever the integration is.');

const common = {
  tenantId: z.uuid().describe('The tenant it shall belong to. See `GET /api/tenants`.'),
  name: Name,
  bucket: BucketName.describe('Name of the bucket, without s3:// and without a path.'),
  inputPrefix: Folder.default('').describe(
    'Folder whose PDFs are processed; empty for the whole bucket. Must not overlap the output folder.',
  ),
  outputPrefix: OutputPrefix.describe('Folder the results are written to, mirroring the tree of the input.'),
  overwritePolicy: OverwritePolicy.default('reprocess'),
  language: Language.nullable().default(null).describe('Null lets the processor tell by itself.'),
};

const FirstCredentials = AccessKeyCredentials.optional().describe(
  'Left out: the draft waits for them. Its setup tells how to make a key; a PATCH brings it.',
);

/** What a tenant enters to connect a bucket, by provider. */
export const CreateS3Integration = z.discriminatedUnion('provider', [
  z.strictObject({
    ...common,
    provider: z.literal('aws_role'),
    region: Region,
    roleArn: RoleArn,
  }),
  z.strictObject({
    ...common,
    provider: z.literal('aws_key'),
    region: Region,
    credentials: FirstCredentials,
  }),
  z.strictObject({
    ...common,
    provider: z.literal('r2'),
    accountId: AccountId,
    jurisdiction: Jurisdiction.optional(),
    credentials: FirstCredentials,
  }),
  z.strictObject({ ...common, provider: z.literal('b2'), region: Region, credentials: FirstCredentials }),
  z.strictObject({
    ...common,
    provider: z.literal('generic'),
    endpoint: Endpoint,
    region: Region.default('us-east-1').describe('The region requests are signed for.'),
    addressingStyle: AddressingStyle.default('path'),
    credentials: FirstCredentials,
  }),
]);
export type CreateS3Integration = z.infer<typeof CreateS3Integration>;

export const StartFrom = z
  .union([z.enum(['everything', 'now']), Instant])
  .describe(
    'Objects last modified before it are recorded as skipped (`before_start`) and not processed: `everything`, `now`, or a date-time.',
  );

/** Begins the work of an integration. */
export const StartS3Integration = z.strictObject({
  startFrom: StartFrom.optional().describe(
    'From when on objects are taken in: `everything`, `now`, or a date-time; older ones are skipped (`before_start`). Left out: what was set before, and everything at first.',
  ),
  override: z
    .strictObject({ reason: text(500).describe('Why; kept in the audit with who said it.') })
    .optional()
    .describe('Start although the connection test has not passed.'),
});
export type StartS3Integration = z.infer<typeof StartS3Integration>;

/** What may change on an integration. Omitted keeps, null clears. */
export const UpdateS3Integration = z
  .strictObject({
    name: Name.optional(),
    status: z
      .enum(['active', 'paused', 'disabled'])
      .optional()
      .describe(
        '`paused` stops polling and processing; nothing is lost, `active` takes it up again. `disabled` stops everything until it is started again.',
      ),
    startFrom: StartFrom.nullable()
      .optional()
      .describe(
        'From when on objects are taken in: `everything` (or null), `now`, or a date-time. Moved to earlier, what was skipped for it is taken in; moved to later, what was taken in goes on.',
      ),
    overwritePolicy: OverwritePolicy.optional(),
    language: Language.nullable().optional().describe('Null lets the processor tell by itself.'),
    bucket: BucketName.optional().describe('Another bucket. Deletes the stored credential.'),
    inputPrefix: Folder.optional().describe(
      'Another folder to watch. What was found in the old one stays in the books; what is pending there is skipped (`outside_prefix`).',
    ),
    outputPrefix: OutputPrefix.optional().describe(
      'Another folder for results. Those written stay where they are.',
    ),
    region: Region.optional().describe(
      'On AWS and B2 it names the endpoint, and deletes the stored credential.',
    ),
    endpoint: Endpoint.optional().describe('`generic` only. Deletes the stored credential.'),
    addressingStyle: AddressingStyle.optional().describe('`generic` only.'),
    accountId: AccountId.optional().describe('`r2` only. Deletes the stored credential.'),
    jurisdiction: Jurisdiction.nullable()
      .optional()
      .describe('`r2` only; null for none. Deletes the stored credential.'),
    roleArn: RoleArn.optional().describe('`aws_role` only. The external id stays.'),
    credentials: AccessKeyCredentials.optional().describe(
      'The credential of the new place, when an edit deletes the old one or none is stored.',
    ),
    detectionMode: z
      .enum(['poll', 'event'])
      .optional()
      .describe(
        'How new objects are found: `poll` lists the bucket every few minutes; `event` is told by it, and lists it all the same, more rarely. `event` takes an event secret. Changed by itself, without other fields.',
      ),
  })
  .refine((value) => Object.keys(value).length > 0, 'Name at least one field to change.')
  .refine(
    (value) => value.detectionMode === undefined || Object.keys(value).length === 1,
    'Change detectionMode by itself.',
  );
export type UpdateS3Integration = z.infer<typeof UpdateS3Integration>;

/** Fields of an update that say what is connected to: with one of them the integration is a draft again. */
export const CONNECTION_FIELDS = [
  'bucket',
  'inputPrefix',
  'outputPrefix',
  'region',
  'endpoint',
  'addressingStyle',
  'accountId',
  'jurisdiction',
  'roleArn',
  'credentials',
] as const satisfies (keyof UpdateS3Integration)[];

export const ObjectState = z.enum([
  'found',
  'queued',
  'processing',
  'staged',
  'written_back',
  'skipped',
  'failed',
  'dead',
]);
export type ObjectState = z.infer<typeof ObjectState>;

/** How many objects stand where. `found` is always the sum of the rest. */
export const Ledger = z.strictObject({
  found: z.int(),
  writtenBack: z.int(),
  pending: z.int(),
  skipped: z.record(z.string(), z.int()),
  failed: z.record(z.string(), z.int()),
});
export type Ledger = z.infer<typeof Ledger>;

/** What an integration can be. The first four its tenant sees; the last is what support finds of one that was deleted. */
export const INTEGRATION_STATUSES = ['draft', 'active', 'paused', 'disabled', 'deleted'] as const;

/** An integration as its tenant sees it. */
export const S3Integration = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  name: z.string(),
  provider: z.enum(['aws_role', 'aws_key', 'r2', 'b2', 'generic']),
  status: z.enum(INTEGRATION_STATUSES).exclude(['deleted']),
  /** Objects last modified before it are not taken in. Null: everything is. */
  startFrom: z.string().nullable(),
  /** When it was last started. */
  startedAt: z.string().nullable(),
  /** Set when it was started although these checks had not passed. */
  activationOverride: z
    .strictObject({ reason: z.string(), checks: z.array(z.string()), by: z.uuid(), at: z.string() })
    .nullable(),
  detectionMode: z.enum(['poll', 'event']),
  bucket: z.string(),
  region: z.string(),
  endpoint: z.string().nullable(),
  addressingStyle: z.enum(['path', 'virtual']),
  roleArn: z.string().nullable(),
  externalId: z.string().nullable(),
  accessKeyHint: z.string().nullable(),
  /** Whether a credential of this bucket is stored. Never for a role, which needs none. */
  credentialsStored: z.boolean(),
  inputPrefix: z.string(),
  outputPrefix: z.string(),
  overwritePolicy: OverwritePolicy,
  language: z.string().nullable(),
  lastTest: ConnectionTest.nullable(),
  polling: z
    .strictObject({
      lastCompletedAt: z.string().nullable(),
      nextPollAt: z.string().nullable(),
      lastListedObjects: z.int().nullable(),
      lastError: z
        .strictObject({
          code: z.string(),
          title: z.string(),
          detail: z.string().nullable(),
          owner: z.string(),
          remedy: z.string(),
          at: z.string().nullable(),
        })
        .nullable(),
    })
    .nullable(),
  holdUp: z
    .strictObject({
      work: z.enum(['read', 'write']).describe('What the bucket takes too long for.'),
      code: z.string(),
      title: z.string(),
      detail: z.string(),
      owner: z.string(),
      remedy: z.string(),
      since: z.string(),
      nextTryAt: z.string().describe('Not before it one of the documents is tried.'),
    })
    .nullable()
    .describe(
      'Set while documents wait because attempts on this bucket hung, or failed slowly, one after another. Ended by one that does not, or by a connection test that passes.',
    ),
  revision: z.int().describe('Counts the edits. `"<revision>"` may be sent as `If-Match`.'),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type S3Integration = z.infer<typeof S3Integration>;

/** One object of the ledger. */
export const S3Object = z.strictObject({
  id: z.uuid(),
  key: z.string(),
  etag: z.string(),
  sizeBytes: z.int(),
  sourceModifiedAt: z.string().nullable(),
  isCurrent: z.boolean(),
  foundBy: z.enum(['poll', 'event', 'replay']),
  foundAt: z.string(),
  state: ObjectState,
  /** Why it ended so, or what holds it up: with title, owner and remedy from the catalogue. */
  reason: z
    .strictObject({
      code: z.string(),
      title: z.string(),
      owner: z.string(),
      remedy: z.string(),
      detail: z.string().nullable(),
      providerCode: z.string().nullable(),
    })
    .nullable(),
  attempts: z.int(),
  nextAttemptAt: z.string().nullable(),
  jobId: z.uuid(),
  pages: z.int().nullable(),
  scoreBefore: z
    .int()
    .nullable()
    .describe('Of 100, by the machine checks of PDF/UA-1: the source. Null until it was checked.'),
  scoreAfter: z.int().nullable().describe('The same of the PDF that was made.'),
  outputs: z
    .array(z.strictObject({ kind: z.string(), key: z.string(), etag: z.string(), sizeBytes: z.int() }))
    .nullable(),
  stateChangedAt: z.string(),
  writtenBackAt: z.string().nullable(),
});
export type S3Object = z.infer<typeof S3Object>;
