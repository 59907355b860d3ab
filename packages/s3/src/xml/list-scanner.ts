import type { ObjectSummary } from '@sluice/core';
import { XmlError, XmlReader } from './reader.ts';

export interface ListDocument {
  readonly objects: readonly ObjectSummary[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  readonly nextContinuationToken: string | null;
}

/**
 * How a page spells keys. `form`: `+` is a space (AWS); `percent`: `+` is a plus (servers that write %20). Told apart
 * by the page: one that writes %20 has no need of `+` for it, and a literal "%20" is spelled %2520 in both.
 */
type Spelling = 'raw' | 'form' | 'percent';

const decodeName = (raw: string, spelling: Spelling): string => {
  if (spelling === 'raw') return raw;
  const spaced = spelling === 'form' && raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    throw new XmlError('a name that is not percent-encoded UTF-8');
  }
};

const ISO_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

const toIsoUtc = (text: string): string => {
  if (ISO_UTC.test(text)) return text;
  const epochMs = Date.parse(text);
  if (Number.isNaN(epochMs)) throw new XmlError('a date that is none');
  return new Date(epochMs).toISOString();
};

/** Quotes, and the mark of a weak tag, are not part of it. */
export const bareEtag = (etag: string): string => {
  const strong = etag.startsWith('W/') ? etag.slice(2) : etag;
  return strong.length >= 2 && strong.startsWith('"') && strong.endsWith('"') ? strong.slice(1, -1) : strong;
};

const toSize = (text: string): number => {
  const trimmed = text.trim();
  const size = Number(trimmed);
  if (!/^\d{1,16}$/.test(trimmed) || !Number.isSafeInteger(size))
    throw new XmlError('a size that is no number');
  return size;
};

interface RawObject {
  name: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: string;
}

const scanContents = (reader: XmlReader): RawObject => {
  let name: string | null = null;
  let etag: string | null = null;
  let sizeBytes = -1;
  let lastModified: string | null = null;
  for (let child = reader.child(); child !== null; child = reader.child()) {
    if (child === 'Key' && name === null) name = reader.text();
    else if (child === 'ETag' && etag === null) etag = bareEtag(reader.text().trim());
    else if (child === 'Size' && sizeBytes < 0) sizeBytes = toSize(reader.text());
    else if (child === 'LastModified' && lastModified === null) lastModified = toIsoUtc(reader.text().trim());
    else if (child === 'Key' || child === 'ETag' || child === 'Size' || child === 'LastModified') {
      throw new XmlError(`two ${child} in one object`);
    } else reader.skip();
  }
  if (name === null || name === '' || etag === null || sizeBytes < 0 || lastModified === null) {
    throw new XmlError('an object without key, ETag, size or date');
  }
  return { name, etag, sizeBytes, lastModified };
};

const scanPrefix = (reader: XmlReader): string => {
  let prefix: string | null = null;
  for (let child = reader.child(); child !== null; child = reader.child()) {
    if (child === 'Prefix' && prefix === null) prefix = reader.text();
    else reader.skip();
  }
  if (prefix === null) throw new XmlError('a common prefix without its name');
  return prefix;
};

const toBoolean = (text: string): boolean => {
  const trimmed = text.trim();
  if (trimmed === 'true') return true;
  if (trimmed === 'false') return false;
  throw new XmlError('a truth value that is none');
};

/**
 * A ListObjectsV2 answer (`ListBucketResult`), decoded, with every check that a single page allows. Elements that are
 * not known are passed over, wherever they are; elements may come in any order.
 *
 * Source: Amazon S3 API reference, ListObjectsV2. Where servers differ: facts in the README of this package.
 *
 * @throws XmlError for anything a complete, consistent page cannot be
 */
export const scanList = (xml: string): ListDocument => {
  const reader = new XmlReader(xml);
  if (reader.root() !== 'ListBucketResult') throw new XmlError('another document than a listing');
  const raw: RawObject[] = [];
  const rawPrefixes: string[] = [];
  let isTruncated: boolean | null = null;
  let token: string | null = null;
  let keyCount: number | null = null;
  let urlEncoded = false;
  for (let child = reader.child(); child !== null; child = reader.child()) {
    if (child === 'Contents') raw.push(scanContents(reader));
    else if (child === 'CommonPrefixes') rawPrefixes.push(scanPrefix(reader));
    else if (child === 'IsTruncated') isTruncated = toBoolean(reader.text());
    else if (child === 'NextContinuationToken') token = reader.text();
    else if (child === 'KeyCount') keyCount = toSize(reader.text());
    else if (child === 'EncodingType') urlEncoded = reader.text().trim().toLowerCase() === 'url';
    else reader.skip();
  }
  reader.end();
  if (isTruncated === null) throw new XmlError('a listing that does not say whether it is complete');
  if (isTruncated && (token === null || token === ''))
    throw new XmlError('an incomplete listing without a token');
  // Some servers count objects only, others common prefixes as well; fewer than counted is a loss either way.
  if (keyCount !== null && keyCount > raw.length + rawPrefixes.length) {
    throw new XmlError('fewer keys than the listing counts');
  }
  const percent =
    raw.some((one) => one.name.includes('%20')) || rawPrefixes.some((one) => one.includes('%20'));
  const spelling: Spelling = urlEncoded ? (percent ? 'percent' : 'form') : 'raw';
  return {
    objects: raw.map((one) => ({
      key: decodeName(one.name, spelling),
      etag: one.etag,
      sizeBytes: one.sizeBytes,
      lastModified: one.lastModified,
    })),
    commonPrefixes: rawPrefixes.map((one) => decodeName(one, spelling)),
    isTruncated,
    nextContinuationToken: isTruncated ? token : null,
  };
};
