import { createHash } from 'node:crypto';
import { type Answer, emptyAnswer, errorAnswer, escapeXml, type FakeRequest, xmlAnswer } from './answer.ts';
import type { FakeBucket, StoredObject } from './store.ts';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-encoding'];

const keptHeaders = (headers: FakeRequest['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => KEPT.includes(name) || name.startsWith('x-amz-meta-')),
  );

const quoted = (etag: string): string => `"${etag}"`;

const noSuchKey = (): Answer => errorAnswer(404, 'NoSuchKey', 'The specified key does not exist.');
const preconditionFailed = (condition: string): Answer =>
  errorAnswer(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });

const objectHeaders = (object: StoredObject): Record<string, string> => ({
  ...object.headers,
  etag: quoted(object.etag),
  'last-modified': new Date(object.lastModified).toUTCString(),
  'accept-ranges': 'bytes',
});

/** GET and HEAD, with If-Match and one byte range. */
export const readObject = (bucket: FakeBucket, request: FakeRequest): Answer => {
  const object = bucket.get(request.key);
  if (object === undefined) return noSuchKey();
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== quoted(object.etag)) return preconditionFailed('If-Match');
  const body = object.body ?? Buffer.alloc(object.sizeBytes);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (range === null) return { status: 200, headers: objectHeaders(object), body };
  const from = Number(range[1]);
  const to = Math.min(range[2] === '' ? Number.POSITIVE_INFINITY : Number(range[2]), body.byteLength - 1);
  if (from > to) return errorAnswer(416, 'InvalidRange', 'The requested range is not satisfiable');
  return {
    status: 206,
    headers: { ...objectHeaders(object), 'content-range': `bytes ${from}-${to}/${body.byteLength}` },
    body: body.subarray(from, to + 1),
  };
};

/** PUT, with If-Match, If-None-Match: * and Content-MD5. */
export const putObject = (bucket: FakeBucket, request: FakeRequest, nowMs: number): Answer => {
  const { headers, body, key } = request;
  if (headers['content-length'] === undefined) {
    return errorAnswer(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const existing = bucket.get(key);
  if (headers['if-none-match'] === '*' && existing !== undefined) return preconditionFailed('If-None-Match');
  const ifMatch = headers['if-match'];
  if (ifMatch !== undefined && (existing === undefined || ifMatch !== quoted(existing.etag))) {
    return existing === undefined ? noSuchKey() : preconditionFailed('If-Match');
  }
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) {
    return errorAnswer(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  return emptyAnswer(200, { etag: quoted(bucket.put(key, body, keptHeaders(headers), nowMs).etag) });
};

export const copyObject = (bucket: FakeBucket, request: FakeRequest, nowMs: number): Answer => {
  const sourceKey = decodeURIComponent(
    (request.headers['x-amz-copy-source'] ?? '').replace(/^\/?[^/]+\//, ''),
  );
  const source = bucket.get(sourceKey);
  if (source === undefined) return noSuchKey();
  const ifMatch = request.headers['x-amz-copy-source-if-match'];
  if (ifMatch !== undefined && ifMatch !== quoted(source.etag))
    return preconditionFailed('x-amz-copy-source-If-Match');
  const replace = request.headers['x-amz-metadata-directive'] === 'REPLACE';
  const headers = replace ? keptHeaders(request.headers) : source.headers;
  const copy = bucket.put(request.key, source.body ?? Buffer.alloc(source.sizeBytes), headers, nowMs);
  return xmlAnswer(
    200,
    `<CopyObjectResult><LastModified>${copy.lastModified}</LastModified><ETag>&quot;${copy.etag}&quot;</ETag></CopyObjectResult>`,
  );
};

const unescapeXml = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, point: string) => String.fromCodePoint(Number(point)))
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');

/** Multi-delete. `refuse` names keys that are answered with an error each. */
export const deleteObjects = (
  bucket: FakeBucket,
  request: FakeRequest,
  refuse: (key: string) => string | null,
): Answer => {
  const { body, headers } = request;
  if (
    headers['content-md5'] === undefined &&
    !Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-'))
  ) {
    return errorAnswer(400, 'MissingContentMD5', 'Missing required header for this request: Content-MD5');
  }
  if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) {
    return errorAnswer(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const results = [...body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, escaped = '']) => {
    const key = unescapeXml(escaped);
    const code = refuse(key);
    if (code === null) {
      bucket.delete(key);
      return `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`;
    }
    return `<Error><Key>${escapeXml(key)}</Key><Code>${code}</Code><Message>Access Denied</Message></Error>`;
  });
  return xmlAnswer(200, `<DeleteResult>${results.join('')}</DeleteResult>`);
};
