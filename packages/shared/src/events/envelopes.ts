import * as z from 'zod';

/**
 * What providers say when an object was written, as they send it. Fields that we do not use are tolerated, so that a new
 * version of a schema does not stop anything.
 */

const Key = z.string().min(1).max(4096);
const Etag = z.string().min(1).max(1024);
const Size = z.int().nonnegative();
/** The last millisecond that PostgreSQL's and JavaScript's calendars both write with four digits of a year. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const Time = z.iso
  .datetime({ offset: true })
  .refine(
    (time) => Date.parse(time) >= FIRST_MS && Date.parse(time) <= LAST_MS,
    'must be a date from year 1 to 9999',
  );
const Short = z.string().min(1).max(1024);

/** R2's event notification, as its queue delivers it. Deletions carry neither size nor ETag. */
export const R2Event = z.object({
  account: Short,
  action: Short,
  bucket: Short,
  object: z.object({ key: Key, size: Size.optional(), eTag: Etag.optional() }),
  eventTime: Time,
});
export type R2Event = z.infer<typeof R2Event>;

/** Amazon EventBridge's event of S3. Keys are as they are; the sequencer orders the events of one key. */
export const EventBridgeEvent = z.object({
  source: Short,
  'detail-type': Short,
  account: Short,
  region: Short,
  time: Time,
  detail: z.object({
    bucket: z.object({ name: Short }),
    object: z.object({
      key: Key,
      size: Size.optional(),
      etag: Etag.optional(),
      sequencer: Short.optional(),
      'version-id': Short.optional(),
    }),
  }),
});
export type EventBridgeEvent = z.infer<typeof EventBridgeEvent>;

/** Backblaze B2's event notification. It carries no ETag. */
export const B2Event = z.object({
  eventType: z.string().regex(/^b2:/),
  bucketName: Short,
  /** Milliseconds since the epoch. */
  eventTimestamp: z.int().nonnegative().max(LAST_MS),
  /** Empty in a test event. */
  objectName: z.string().max(4096).nullish(),
  objectSize: Size.nullish(),
  objectVersionId: Short.nullish(),
});
export type B2Event = z.infer<typeof B2Event>;

/** One of the `Records` that S3, MinIO, Ceph and others send. The key is URL-encoded, a space as `+`. */
export const S3Record = z.object({
  eventName: Short,
  eventSource: z.string().max(1024).optional(),
  eventTime: Time,
  awsRegion: z.string().max(64).optional(),
  s3: z.object({
    bucket: z.object({ name: Short }),
    object: z.object({
      key: Key,
      size: Size.optional(),
      eTag: z.string().max(1024).optional(),
      sequencer: z.string().max(1024).optional(),
      versionId: z.string().max(1024).nullish(),
    }),
  }),
});
export type S3Record = z.infer<typeof S3Record>;

/** What S3 and MinIO send when somebody sets notifications up, to see whether the address answers. */
export const S3TestEvent = z.object({ Event: z.literal('s3:TestEvent'), Bucket: Short });
