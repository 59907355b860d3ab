import type { ObjectSummary } from '../ports/bucket.ts';
import type { ListedObject } from '../ports/ledger.ts';
import { isStorable, storableText } from '../storable-text.ts';
import { classifyObject, fitsKeyLength, isUsableEtag } from './classify-object.ts';
import { digestOfText } from './slice-digest.ts';

/** A listed object as the ledger records it: whatever a server lists, the database can hold it. */
export const toLedgerObject = (
  object: ObjectSummary,
  outputPrefix: string,
  startFrom: string | null = null,
): ListedObject => ({
  key: ledgerKey(object.key),
  etag: isUsableEtag(object.etag) ? object.etag : marked(object.etag, 60),
  sizeBytes: object.sizeBytes,
  lastModified: ledgerTime(object.lastModified),
  skipReason: classifyObject(object, outputPrefix, startFrom),
});

/**
 * The key as the ledger can hold it. A key that PostgreSQL has no characters for, or that is longer than S3 allows, is
 * spelled otherwise and marked with a digest of the whole. It is recorded as `object_name_unusable` and never addressed,
 * so the change of spelling harms nothing; the `.` in the mark keeps it apart from every name that is usable.
 */
export const ledgerKey = (key: string): string => (canHoldKey(key) ? key : marked(key, 300));

/** Whether a key can be recorded, or be an anchor, as it is. */
export const canHoldKey = (key: string): boolean => isStorable(key) && fitsKeyLength(key);

const marked = (text: string, maxCharacters: number): string =>
  `${storableText(text).slice(0, maxCharacters).toWellFormed()}/./${digestOfText(text)}`;

/** Some servers have dates that do not exist, and PostgreSQL has no year 0. The date is for people only. */
const ledgerTime = (time: string): string | null => {
  const epochMs = Date.parse(time);
  if (Number.isNaN(epochMs)) return null;
  const year = new Date(epochMs).getUTCFullYear();
  return year >= 1 && year <= 9999 ? new Date(epochMs).toISOString() : null;
};
