import { FAKE_IDENTITY, type FakeS3, type Fault, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { S3Client } from '../src/index.ts';
import { bytes, clientOf, everythingOf, failure } from './support/fake.ts';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['bucket'], region: null });
  fake.bucket('bucket').put('docs/a.pdf', Buffer.from('hello'), { 'content-type': 'application/pdf' }, 0);
});
afterAll(() => fake.stop());
afterEach(() => fake.clearFaults());

const once = { retry: { maxAttempts: 1 } };
const list = (client: S3Client): Promise<unknown> => client.listPage({ prefix: 'docs/' });
const get = (client: S3Client): Promise<unknown> => client.get('docs/a.pdf');
const head = (client: S3Client): Promise<unknown> => client.head('docs/a.pdf');
const put = (client: S3Client): Promise<unknown> =>
  client.put({ key: 'out/b.pdf', body: bytes('x'), sizeBytes: 1, contentType: 'application/pdf' });
const putAbsent = (client: S3Client): Promise<unknown> =>
  client.put({ key: 'out/c.pdf', body: bytes('x'), sizeBytes: 1, contentType: 'a/b', ifAbsent: true });
const getMatch = (client: S3Client): Promise<unknown> => client.get('docs/a.pdf', { ifMatch: 'e' });
const remove = (client: S3Client): Promise<unknown> => client.delete('docs/a.pdf');

type Row = [
  name: string,
  fault: Fault,
  run: (client: S3Client) => Promise<unknown>,
  code: string,
  detail?: RegExp,
];

const xml = faults.fails;
const rows: Row[] = [
  [
    'wrong region (AWS)',
    xml(400, 'AuthorizationHeaderMalformed', '', { Region: 'eu-west-1' }),
    list,
    'region_wrong',
    /is in eu-west-1; .* signed for us-east-1/,
  ],
  [
    'wrong region in the message only',
    xml(400, 'AuthorizationHeaderMalformed', "the region 'x' is wrong; expecting 'eu-west-3'"),
    list,
    'region_wrong',
    /is in eu-west-3/,
  ],
  [
    'malformed credential',
    xml(400, 'AuthorizationHeaderMalformed', 'a non-empty Access Key (AKID) must be provided'),
    list,
    'credentials_unknown',
  ],
  [
    '301 with the region',
    faults.redirects('eu-north-1', 'bucket.s3.eu-north-1.amazonaws.com'),
    get,
    'region_wrong',
    /eu-north-1/,
  ],
  [
    '301 with an endpoint of the same region',
    faults.redirects('us-east-1', 'bucket.s3.example.com'),
    get,
    'addressing_wrong',
    /at bucket\.s3\.example\.com/,
  ],
  [
    '307 with a location only',
    faults.bare(307, { location: 'https://elsewhere.example.com/bucket/?secret=1' }),
    put,
    'addressing_wrong',
    /at elsewhere\.example\.com\.$/,
  ],
  ['301 to nowhere', faults.bare(301), list, 'addressing_wrong', /does not name/],
  [
    'HEAD 301 with the region header',
    faults.bare(301, { 'x-amz-bucket-region': 'sa-east-1' }),
    head,
    'region_wrong',
    /sa-east-1/,
  ],
  [
    'HEAD 400 with the region header',
    faults.bare(400, { 'x-amz-bucket-region': 'sa-east-1' }),
    head,
    'region_wrong',
    /sa-east-1/,
  ],
  [
    'location constraint',
    xml(400, 'IllegalLocationConstraintException', 'The eu-west-1 location constraint is incompatible'),
    put,
    'region_wrong',
    /eu-west-1/,
  ],
  ['wrong secret', xml(403, 'SignatureDoesNotMatch'), list, 'credentials_wrong_secret'],
  ['unknown key', xml(403, 'InvalidAccessKeyId'), list, 'credentials_unknown'],
  ['unknown key (R2)', xml(401, 'Unauthorized'), list, 'credentials_unknown'],
  ['expired token', xml(400, 'ExpiredToken'), list, 'credentials_expired'],
  ['invalid token', xml(400, 'InvalidToken'), list, 'credentials_expired'],
  ['clock skew', xml(403, 'RequestTimeTooSkewed'), list, 'clock_skew'],
  [
    'denied LIST',
    faults.denies('s3:ListBucket'),
    list,
    'access_denied',
    /^s3:ListBucket on bucket \(prefix docs\/\) was refused because no policy/,
  ],
  [
    'denied GET',
    faults.denies('s3:GetObject'),
    get,
    'access_denied',
    /^s3:GetObject on bucket\/docs\/\* was refused .*s3:ListBucket is missing as well/,
  ],
  [
    'denied PUT',
    faults.denies('s3:PutObject'),
    put,
    'access_denied',
    /^s3:PutObject on bucket\/out\/\* was refused/,
  ],
  [
    'denied DELETE',
    faults.denies('s3:DeleteObject'),
    remove,
    'access_denied',
    /^s3:DeleteObject on bucket\/docs\/\*/,
  ],
  [
    'explicit deny',
    xml(403, 'AccessDenied', 'with an explicit deny in a resource-based policy'),
    get,
    'access_denied',
    /by an explicit deny in the bucket policy/,
  ],
  ['403 without a body', faults.bare(403), get, 'access_denied', /s3:GetObject/],
  ['KMS denial', faults.kmsDenies, put, 'encryption_denied', /^kms:GenerateDataKey on the key of bucket/],
  ['KMS key disabled', xml(400, 'KMS.DisabledException'), get, 'encryption_denied', /KMS\.DisabledException/],
  ['no bucket', xml(404, 'NoSuchBucket'), get, 'bucket_not_found', /no bucket bucket/],
  ['no key', xml(404, 'NoSuchKey'), get, 'object_not_found'],
  ['404 of a GET without a body', faults.bare(404), get, 'object_not_found'],
  ['404 of a LIST without a body', faults.bare(404), list, 'endpoint_not_s3'],
  ['archived', xml(403, 'InvalidObjectState'), get, 'object_archived'],
  ['412 of If-Match', xml(412, 'PreconditionFailed'), getMatch, 'object_changed'],
  ['412 of If-None-Match', xml(412, 'PreconditionFailed'), putAbsent, 'object_exists'],
  ['MinIO: 304 of PUT If-None-Match', faults.bare(304), putAbsent, 'object_exists'],
  ['412 without a condition', xml(412, 'PreconditionFailed'), put, 'upstream_invalid'],
  ['range beyond the end', xml(416, 'InvalidRange'), get, 'object_changed'],
  ['SlowDown', faults.slowsDown(), list, 'throttled'],
  ['503 without a body', faults.bare(503), list, 'throttled'],
  ['429 without a body', faults.bare(429), list, 'throttled'],
  ['500 InternalError', xml(500, 'InternalError'), list, 'upstream_unavailable'],
  ['502 without a body', faults.bare(502), list, 'upstream_unavailable'],
  ['504 without a body', faults.bare(504), list, 'upstream_timeout'],
  ['400 RequestTimeout', xml(400, 'RequestTimeout'), put, 'upstream_timeout'],
  ['501', xml(501, 'NotImplemented'), put, 'unsupported_by_provider', /PutObject\.$/],
  ['payload mismatch (AWS)', xml(400, 'XAmzContentSHA256Mismatch'), put, 'upstream_invalid'],
  ['payload mismatch (others)', xml(400, 'BadDigest'), put, 'upstream_invalid'],
  ['length missing', xml(411, 'MissingContentLength'), put, 'upstream_invalid'],
  ['quota', xml(403, 'QuotaExceeded'), put, 'quota_exceeded'],
  ['507', faults.bare(507), put, 'quota_exceeded'],
  ['too large', xml(400, 'EntityTooLarge'), put, 'object_too_large'],
  ['413 without a body', faults.bare(413), put, 'object_too_large'],
  ['key too long (AWS)', xml(400, 'KeyTooLongError'), put, 'object_name_unusable'],
  ['key too long (Ceph)', xml(400, 'InvalidObjectName'), put, 'object_name_unusable'],
  ['a web page, 200', faults.htmlPage(200), list, 'endpoint_not_s3'],
  ['a web page, 404', faults.htmlPage(404), get, 'endpoint_not_s3'],
  ['a web page, 403', faults.htmlPage(403), list, 'endpoint_not_s3'],
  ['a web page, 503', faults.htmlPage(503), list, 'throttled'],
  [
    'JSON',
    faults.answers({
      status: 404,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"error":"x"}'),
    }),
    list,
    'endpoint_not_s3',
  ],
  ['an unknown code', xml(418, 'Teapot', 'secret message'), list, 'upstream_invalid', /status 418/],
  ['code with an empty message (Ceph)', xml(403, 'AccessDenied', ''), put, 'access_denied'],
  ['a body that is cut off', faults.rewrites(() => '<Error><Code>AccessDenied'), list, 'upstream_invalid'],
];

describe('error translation', () => {
  it.each(rows)('%s', async (_, fault, run, code, detail) => {
    fake.addFault(fault);
    const error = await failure(run(clientOf(fake, once)));
    expect(error.code).toBe(code);
    if (detail !== undefined) expect(error.detail).toMatch(detail);
    expect(error.detail ?? '').not.toContain('secret');
  });

  it('of HEAD comes from a second look, because HEAD has no body', async () => {
    const wrong = clientOf(fake, { ...once, credentials: { ...FAKE_IDENTITY, secretAccessKey: 'wrong' } });
    expect((await failure(wrong.head('docs/a.pdf'))).code).toBe('credentials_wrong_secret');
    const unknown = clientOf(fake, {
      ...once,
      credentials: { ...FAKE_IDENTITY, accessKeyId: 'AKIAUNKNOWN' },
    });
    expect((await failure(unknown.headBucket())).code).toBe('credentials_unknown');
    expect(unknown.records.map(({ operation }) => operation)).toEqual(['HeadBucket', 'ListObjects']);
  });

  it('keeps what the provider sent back, keys, signatures and links out of every part of an error', async () => {
    // SignatureDoesNotMatch answers hold the string to sign and the key id; the message could hold anything.
    const wrong = clientOf(fake, {
      ...once,
      credentials: { ...FAKE_IDENTITY, secretAccessKey: 'wrong-secret-1' },
    });
    const echo = faults.fails(
      403,
      'AccessDenied',
      `Authorization: AWS4 ${FAKE_IDENTITY.secretAccessKey} https://x/?X-Amz-Signature=1`,
      {
        Region: 'eu-west-1<script>',
        Endpoint: 'https://user:secret@x/?a=b',
      },
    );
    const errors = [await failure(list(wrong))];
    fake.addFault(echo);
    errors.push(await failure(list(clientOf(fake, once))), await failure(get(clientOf(fake, once))));
    for (const error of errors) {
      expect(everythingOf(error)).not.toMatch(/AWS4|X-Amz|wrong-secret|fakeSecret|AKIAFAKE|script|user:/);
    }
  });

  it('shows a provider code as word characters of limited length only', async () => {
    fake.addFault(faults.fails(400, `Evil <b>"code"</b>\n${'x'.repeat(500)}`));
    const error = await failure(list(clientOf(fake, once)));
    expect(error.providerCode).toMatch(/^[\w.-]{1,100}$/);
    expect(error.providerStatus).toBe(400);
  });

  it('is made of the catalogue when the connection fails', async () => {
    const gone = await startFakeS3();
    await gone.stop();
    expect((await failure(list(clientOf(gone, once)))).code).toBe('endpoint_unreachable');
    fake.addFault(faults.waits(new Promise(() => undefined)));
    const impatient = clientOf(fake, { ...once, egress: { mode: 'allow-loopback', headersTimeoutMs: 40 } });
    expect((await failure(list(impatient))).code).toBe('upstream_timeout');
  });
});
