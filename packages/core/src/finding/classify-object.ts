import { type ErrorCode, S3_POLL_MAX_OBJECT_BYTES } from '@sluice/shared';
import type { ObjectSummary } from '../ports/bucket.ts';
import { SliceDigest } from './slice-digest.ts';

/** The longest key S3 knows, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/**
 * Why a listed object is not processed, or null when it is. Every answer is recorded with the object.
 *
 * Judged by what the listing shows only: name and size. What the content says is found out when it is read.
 */
export const classifyObject = (object: ObjectSummary, outputPrefix: string): ErrorCode | null => {
  if (object.key.startsWith(outputPrefix)) return 'own_output';
  if (object.key.endsWith('/')) return 'folder_marker';
  if (!isUsableName(object.key)) return 'object_name_unusable';
  if (!/\.pdf$/i.test(object.key)) return 'not_pdf';
  if (object.sizeBytes === 0) return 'empty_object';
  if (object.sizeBytes > S3_POLL_MAX_OBJECT_BYTES) return 'oversize';
  return null;
};

const encoder = new TextEncoder();

/** `.` and `..` segments are collapsed by every URL parser on the way, so such a key would address another object. */
const isUsableName = (key: string): boolean =>
  !key.includes('\u0000') &&
  !key.split('/').some((segment) => segment === '.' || segment === '..') &&
  (key.length * 3 <= MAX_KEY_BYTES || encoder.encode(key).length <= MAX_KEY_BYTES);

/**
 * The key as the ledger can hold it. PostgreSQL has no U+0000 in text, and a key longer than S3 allows is cut and marked
 * with a digest of the whole; both kinds are recorded as `object_name_unusable` and never addressed, so the change of
 * spelling harms nothing.
 */
export const ledgerKey = (key: string): string => {
  const spelled = key.replaceAll('\u0000', '\u2400').toWellFormed();
  if (spelled.length * 3 <= MAX_KEY_BYTES || encoder.encode(spelled).length <= MAX_KEY_BYTES) return spelled;
  const digest = new SliceDigest();
  digest.add({ key, etag: '', sizeBytes: 0 });
  // A UTF-16 unit is at most three bytes of UTF-8.
  return `${spelled.slice(0, Math.floor(MAX_KEY_BYTES / 3)).toWellFormed()}…${digest.toString()}`;
};
