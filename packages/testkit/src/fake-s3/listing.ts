import { type Answer, escapeXml, type FakeRequest } from './answer.ts';
import { type FakeBucket, urlEncodeAws } from './store.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';

/** Opaque to clients, readable in tests: the last key of the page before. */
const tokenOf = (lastKey: string): string => Buffer.from(lastKey).toString('base64');
const keyOfToken = (token: string): string => Buffer.from(token, 'base64').toString('utf8');

/** The first key that is greater than everything below `prefix`, as an index. */
const endOfPrefix = (bucket: FakeBucket, prefix: string): number => {
  if (prefix === '') return bucket.keys().length;
  const keys = bucket.keys();
  let [low, high] = [bucket.indexAfter(prefix, true), keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]?.startsWith(prefix) === true) low = middle + 1;
    else high = middle;
  }
  return low;
};

interface Page {
  readonly contents: Buffer;
  readonly prefixes: readonly string[];
  readonly count: number;
  readonly next: string | null;
}

const flatPage = (bucket: FakeBucket, prefix: string, start: number, maxKeys: number): Page => {
  const end = endOfPrefix(bucket, prefix);
  const to = Math.min(start + maxKeys, end);
  const last = bucket.keys()[to - 1];
  return {
    contents: bucket.renderRange(start, to),
    prefixes: [],
    count: to - start,
    next: to < end && last !== undefined ? tokenOf(last) : null,
  };
};

const foldedPage = (
  bucket: FakeBucket,
  prefix: string,
  delimiter: string,
  start: number,
  maxKeys: number,
): Page => {
  const keys = bucket.keys();
  const end = endOfPrefix(bucket, prefix);
  const [plain, prefixes]: [string[], string[]] = [[], []];
  let at = start;
  let last = '';
  while (at < end && plain.length + prefixes.length < maxKeys) {
    const key = keys[at] ?? '';
    const cut = key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      plain.push(key);
      at += 1;
      last = key;
    } else {
      const folded = key.slice(0, cut + delimiter.length);
      prefixes.push(folded);
      at = endOfPrefix(bucket, folded);
      last = keys[at - 1] ?? key;
    }
  }
  const contents = Buffer.from(bucket.renderKeys(plain));
  return { contents, prefixes, count: plain.length + prefixes.length, next: at < end ? tokenOf(last) : null };
};

/** A ListObjectsV2 answer with encoding-type=url, as AWS writes it. */
export const listObjects = (bucket: FakeBucket, request: FakeRequest): Answer => {
  const prefix = request.query.get('prefix') ?? '';
  const delimiter = request.query.get('delimiter') ?? '';
  const token = request.query.get('continuation-token');
  const after = token === undefined ? (request.query.get('start-after') ?? '') : keyOfToken(token);
  const maxKeys = Math.min(1000, Number(request.query.get('max-keys') ?? 1000));
  const start = Math.max(after === '' ? 0 : bucket.indexAfter(after), bucket.indexAfter(prefix, true));
  const page =
    delimiter === ''
      ? flatPage(bucket, prefix, start, maxKeys)
      : foldedPage(bucket, prefix, delimiter, start, maxKeys);
  const element = (name: string, value: string | number | boolean): string =>
    `<${name}>${escapeXml(String(value))}</${name}>`;
  const folded = page.prefixes
    .map((name) => `<CommonPrefixes>${element('Prefix', urlEncodeAws(name))}</CommonPrefixes>`)
    .join('');
  const head =
    HEAD +
    element('Name', request.bucket) +
    element('Prefix', urlEncodeAws(prefix)) +
    (page.next === null ? '' : element('NextContinuationToken', page.next)) +
    element('KeyCount', page.count) +
    element('MaxKeys', maxKeys) +
    element('EncodingType', 'url') +
    element('IsTruncated', page.next !== null);
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.concat([Buffer.from(head), page.contents, Buffer.from(`${folded}</ListBucketResult>`)]),
  };
};
