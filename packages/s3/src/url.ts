import { SluiceError } from '@sluice/shared';
import type { Profile } from './profiles.ts';

const MAX_KEY_BYTES = 1024;

/** RFC 3986: everything but `A-Z a-z 0-9 - . _ ~` as %XX, `!'()*` included, which encodeURIComponent leaves. */
export const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const unusable = (detail: string): SluiceError => new SluiceError('object_name_unusable', { detail });

/**
 * Whether an object of this name can be addressed on every server, and why not.
 *
 * URLs have no way to say the path segments `.` and `..` (the parser resolves them, also when percent-encoded):
 * `a/../../other/x` would reach another bucket, signed by us.
 */
export const describeKeyProblem = (key: string): string | null => {
  if (key === '') return 'The object name is empty.';
  if (!key.isWellFormed()) return 'The object name is not valid Unicode.';
  if (key.includes('\u0000')) return 'The object name contains a NUL character.';
  if (new TextEncoder().encode(key).byteLength > MAX_KEY_BYTES) {
    return `The object name is longer than ${MAX_KEY_BYTES} bytes.`;
  }
  for (const segment of key.split('/')) {
    if (segment === '.' || segment === '..') return `The object name has "${segment}" as a path segment.`;
  }
  return null;
};

/** A key as the path of a URL, without leading slash. @throws SluiceError `object_name_unusable` */
const encodeKey = (key: string): string => {
  const problem = describeKeyProblem(key);
  if (problem !== null) throw unusable(problem);
  return encodeRfc3986(key).replaceAll('%2F', '/');
};

/** Names AWS gave in former times may be longer and have capitals and underscores; never a slash or a dot segment. */
const BUCKET_NAME = /^(?=.*[A-Za-z0-9])[A-Za-z0-9._-]{3,255}$/;
const DNS_LABEL = /^[a-z0-9](?:[a-z0-9-]{1,61}[a-z0-9])$/;

/** @throws SluiceError `bucket_not_found` for what cannot be the name of a bucket. */
const checkBucketName = (bucket: string): string => {
  if (!BUCKET_NAME.test(bucket) || bucket.includes('..')) {
    throw new SluiceError('bucket_not_found', {
      detail: 'The bucket name has 3 to 63 lower-case letters, digits, dots and hyphens, and no path.',
    });
  }
  return bucket;
};

type Query = Readonly<Record<string, string | number | undefined>>;

const encodeQuery = (query: Query): string => {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) pairs.push(`${encodeRfc3986(name)}=${encodeRfc3986(String(value))}`);
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
};

/** Builds every URL sent to a bucket. There is no other builder. */
export interface UrlBuilder {
  /** The bucket itself: list, head, multi-delete. */
  bucket(query?: Query): string;
  /** @throws SluiceError `object_name_unusable` */
  object(key: string, query?: Query): string;
  /** `/<bucket>/<key>` for the x-amz-copy-source header. */
  copySource(key: string, versionId?: string): string;
}

/**
 * Virtual-host style only for names that are one DNS label: a dot would leave the certificate's wildcard.
 *
 * @throws SluiceError `bucket_not_found`
 */
export const createUrlBuilder = (profile: Profile, bucketName: string): UrlBuilder => {
  const bucket = checkBucketName(bucketName);
  const { endpoint } = profile;
  const virtualHost = profile.addressing === 'virtual_host' && DNS_LABEL.test(bucket);
  const origin = virtualHost ? `${endpoint.protocol}//${bucket}.${endpoint.host}` : endpoint.origin;
  if (!URL.canParse(origin)) {
    throw new SluiceError('addressing_wrong', {
      detail: `${endpoint.hostname} is an address and no name, so the bucket cannot stand in front of it: use the path style.`,
    });
  }
  const prefix = endpoint.pathname.replace(/\/$/, '') + (virtualHost ? '' : `/${bucket}`);

  const build = (path: string, query: Query): string => {
    const url = `${origin}${path}`;
    // What the parser makes of it is what is requested; the two must be the same. Never true, and never to be.
    if (new URL(url).pathname !== path) throw unusable('The object name does not survive in a URL.');
    return url + encodeQuery(query);
  };

  return {
    bucket: (query = {}) => build(virtualHost ? `${prefix}/` : prefix, query),
    object: (key, query = {}) => build(`${prefix}/${encodeKey(key)}`, query),
    copySource: (key, versionId) =>
      `/${bucket}/${encodeKey(key)}${versionId === undefined ? '' : `?versionId=${encodeRfc3986(versionId)}`}`,
  };
};
