import { type ErrorCode, S3_POLL_MAX_OBJECT_BYTES } from '@sluice/shared';
import type { ObjectSummary } from '../ports/bucket.ts';
import { isStorable } from '../storable-text.ts';

/** The longest key S3 knows, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/** The longest ETag the ledger holds, in characters. S3's have 32 to 40. */
const MAX_ETAG_CHARACTERS = 256;

/** What `begin_s3_event_test` calls the object of a test. */
const EVENT_TEST = /(^|\/)sluice-event-test-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.pdf$/;

/**
 * Why a listed object is not processed, or null when it is. Every answer is recorded with the object.
 *
 * Judged by what the listing shows only: name, ETag, size and date. What the content says is found out when it is read. Whatever is
 * wrong with it anyhow comes before its being older than `startFrom`.
 */
export const classifyObject = (
  object: ObjectSummary,
  outputPrefix: string,
  startFrom: string | null = null,
): ErrorCode | null => {
  if (object.key.startsWith(outputPrefix)) return 'own_output';
  if (EVENT_TEST.test(object.key)) return 'event_test';
  if (object.key.endsWith('/')) return 'folder_marker';
  if (!isUsableName(object.key)) return 'object_name_unusable';
  if (!isUsableEtag(object.etag)) return 'upstream_invalid';
  if (!/\.pdf$/i.test(object.key)) return 'not_pdf';
  if (object.sizeBytes === 0) return 'empty_object';
  if (object.sizeBytes > S3_POLL_MAX_OBJECT_BYTES) return 'oversize';
  if (isBeforeStart(object, startFrom)) return 'before_start';
  return null;
};

/** Whether it was last modified before the start. One whose date makes no sense is taken for new, so that none is missed. */
export const isBeforeStart = (
  { lastModified }: Pick<ObjectSummary, 'lastModified'>,
  startFrom: string | null,
): boolean => startFrom !== null && Date.parse(lastModified) < Date.parse(startFrom);

const encoder = new TextEncoder();

/** Whether a name fits what S3 allows: the ledger holds no longer one either. A UTF-16 unit is at most three bytes. */
export const fitsKeyLength = (key: string): boolean =>
  key.length * 3 <= MAX_KEY_BYTES || encoder.encode(key).length <= MAX_KEY_BYTES;

/** `.` and `..` segments are collapsed by every URL parser on the way, so such a key would address another object. */
const isUsableName = (key: string): boolean =>
  isStorable(key) &&
  !key.split('/').some((segment) => segment === '.' || segment === '..') &&
  fitsKeyLength(key);

/** Whether the ledger can hold an ETag as it is, so that it can be compared with the object's later. */
export const isUsableEtag = (etag: string): boolean => isStorable(etag) && etag.length <= MAX_ETAG_CHARACTERS;
