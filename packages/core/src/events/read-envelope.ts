import { B2Event, EventBridgeEvent, R2Event, S3Record, S3TestEvent } from '@sluice/shared';
import { bare, OTHER, type ReadEvent, usableSequencer } from './event-object.ts';

/**
 * Reads the body of a delivery: a JSON object or array of R2's, EventBridge's, B2's or S3's own events, mixed as they like.
 * Every event is read by itself, so that one that is broken does not take the others with it.
 *
 * @returns one entry an event, in order; null when the body holds no list of events at all.
 */
export const readEnvelope = (body: string): readonly ReadEvent[] | null => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  const events = eventsOf(value);
  return events === null ? null : events.map(readEvent);
};

const eventsOf = (value: unknown): readonly unknown[] | null => {
  if (Array.isArray(value)) return value.flatMap((inner) => recordsOf(inner) ?? [inner]);
  if (typeof value !== 'object' || value === null) return null;
  return recordsOf(value) ?? [value];
};

/** The list inside `{Records: […]}` (S3) or `{events: […]}` (B2). */
const recordsOf = (value: unknown): readonly unknown[] | null => {
  if (typeof value !== 'object' || value === null) return null;
  const { Records, events } = value as { Records?: unknown; events?: unknown };
  if (Array.isArray(Records)) return Records;
  return Array.isArray(events) ? events : null;
};

const readEvent = (value: unknown): ReadEvent => {
  const r2 = R2Event.safeParse(value);
  if (r2.success) return ofR2(r2.data);
  const eventBridge = EventBridgeEvent.safeParse(value);
  if (eventBridge.success) return ofEventBridge(eventBridge.data);
  const record = S3Record.safeParse(value);
  if (record.success) return ofS3(record.data);
  const b2 = B2Event.safeParse(value);
  if (b2.success) return ofB2(b2.data);
  return S3TestEvent.safeParse(value).success ? { kind: 'test' } : { kind: 'malformed' };
};

const R2_WRITES = new Set(['PutObject', 'CopyObject', 'CompleteMultipartUpload']);

const ofR2 = ({ action, account, bucket, object, eventTime }: R2Event): ReadEvent =>
  R2_WRITES.has(action)
    ? {
        kind: 'written',
        object: {
          bucket,
          r2Account: account,
          awsAccount: null,
          region: null,
          key: object.key,
          etag: bare(object.eTag),
          sizeBytes: object.size ?? null,
          at: eventTime,
          sequencer: null,
          versionId: null,
        },
      }
    : OTHER;

const ofEventBridge = (event: EventBridgeEvent): ReadEvent => {
  const { bucket, object } = event.detail;
  return event.source === 'aws.s3' && event['detail-type'] === 'Object Created'
    ? {
        kind: 'written',
        object: {
          bucket: bucket.name,
          r2Account: null,
          awsAccount: event.account,
          region: event.region,
          key: object.key,
          etag: bare(object.etag),
          sizeBytes: object.size ?? null,
          at: event.time,
          sequencer: usableSequencer(object.sequencer),
          versionId: object['version-id'] ?? null,
        },
      }
    : OTHER;
};

const ofB2 = (event: B2Event): ReadEvent => {
  if (event.eventType === 'b2:TestEvent') return { kind: 'test' };
  if (!event.eventType.startsWith('b2:ObjectCreated:')) return OTHER;
  if (event.objectName === null || event.objectName === undefined || event.objectName === '')
    return { kind: 'malformed' };
  return {
    kind: 'written',
    object: {
      bucket: event.bucketName,
      r2Account: null,
      awsAccount: null,
      region: null,
      key: event.objectName,
      etag: null,
      sizeBytes: event.objectSize ?? null,
      at: new Date(event.eventTimestamp).toISOString(),
      sequencer: null,
      versionId: event.objectVersionId ?? null,
    },
  };
};

/** AWS says `ObjectCreated:Put`, MinIO and Ceph `s3:ObjectCreated:Put`. */
const ofS3 = ({ eventName, eventSource, eventTime, s3 }: S3Record): ReadEvent => {
  const isCeph = eventSource === 'ceph:s3';
  return /^(s3:)?ObjectCreated:/.test(eventName)
    ? {
        kind: 'written',
        object: {
          bucket: s3.bucket.name,
          // Ceph puts its zone group here, MinIO nothing: no region to go by.
          r2Account: null,
          awsAccount: null,
          region: null,
          // Ceph does not encode it, so what looks encoded there is a part of the name.
          key: isCeph ? s3.object.key : decodedKey(s3.object.key),
          etag: bare(s3.object.eTag),
          sizeBytes: s3.object.size ?? null,
          at: eventTime,
          // Ceph's is a time with its lowest byte first, which orders nothing.
          sequencer: isCeph ? null : usableSequencer(s3.object.sequencer),
          // Empty where the bucket keeps no versions.
          versionId: s3.object.versionId || null,
        },
      }
    : OTHER;
};

/** A key that is not URL-encoded after all is taken as it is. */
const decodedKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
};
