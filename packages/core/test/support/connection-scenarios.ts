import { FAKE_IDENTITY, type FakeS3Options, type Fault, faults } from '@sluice/testkit/fake-s3';
import type { TestOptions } from './connection-world.ts';

/**
 * What can be wrong, on a server that can be wrong in every way: what no real server here can show (STS, KMS, clocks,
 * providers' own words). Each is tested and then worked with: what passes must work.
 */
export interface Scenario {
  readonly name: string;
  /** Of the failed checks and warnings; over-grants left out. Empty: it passes. */
  readonly told: readonly string[];
  /** Said by the first of them, in message, remedy or statement. */
  readonly names?: readonly RegExp[];
  readonly fault?: Fault;
  readonly fake?: FakeS3Options;
  readonly test?: TestOptions;
  /** The work goes on although the test fails: a refusal for its own sake. */
  readonly refusal?: string;
}

const { only, denies, fails } = faults;
const keyDenies = (operation: string, action: string): Fault =>
  only(
    { operation },
    fails(
      403,
      'AccessDenied',
      `User: arn:aws:iam::111111111111:user/tenant is not authorized to perform: ${action} on resource: arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-1111-2222-3333-444455556666 because no identity-based policy allows the ${action} action`,
    ),
  );
const AWS = { integration: { provider: 'aws_key', region: 'eu-central-1' } } as const;
const versioned: Fault = (_, proceed) => {
  const answer = proceed();
  return { ...answer, headers: { ...answer.headers, 'x-amz-version-id': '3sL4kqtJlcpXroDTDmJ' } };
};
const dated =
  (seconds: number): Fault =>
  (_, proceed) => {
    const answer = proceed();
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    return { ...answer, headers: { ...answer.headers, date } };
  };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'nothing', told: [] },
  // The way
  {
    name: 'a web page',
    fault: faults.htmlPage(200),
    told: ['endpoint failed endpoint_not_s3'],
    names: [/console/],
  },
  {
    name: 'a connection that breaks',
    fault: faults.drops,
    told: ['endpoint failed endpoint_unreachable'],
    names: [/firewall/],
  },
  {
    name: 'a certificate Cloudflare does not take',
    fault: faults.bare(526),
    told: ['endpoint failed tls_failed'],
    names: [/certificate/],
  },
  {
    name: 'a handshake Cloudflare cannot make',
    fault: faults.bare(525),
    told: ['endpoint failed tls_failed'],
    names: [/certificate/],
  },
  {
    name: 'a server Cloudflare cannot reach',
    fault: faults.bare(522),
    told: ['endpoint failed endpoint_unreachable'],
  },
  {
    name: 'a redirect to another host',
    fault: faults.redirects('us-east-1', 'bucket.s3.example.com'),
    told: ['addressing failed addressing_wrong'],
    names: [/bucket\.s3\.example\.com/],
  },
  {
    name: 'a redirect to another region',
    fault: faults.redirects('eu-west-1', 's3.eu-west-1.amazonaws.com'),
    told: ['region failed region_wrong'],
    names: [/eu-west-1/],
  },
  {
    name: 'a signature for another region',
    fake: { region: 'ap-south-1' },
    told: ['region failed region_wrong'],
    names: [/ap-south-1/],
  },
  {
    name: 'a bucket that is not there',
    test: { client: { bucket: 'not-there' } },
    told: ['bucket failed bucket_not_found'],
    names: [/not-there/],
  },
  {
    name: 'throttling',
    fault: faults.slowsDown(1),
    told: ['list failed throttled', 'write failed throttled'],
    names: [/slow down/],
  },
  {
    name: 'a provider that is down',
    fault: faults.bare(500),
    told: ['list failed upstream_unavailable', 'write failed upstream_unavailable'],
  },
  // Credentials
  {
    name: 'an unknown key',
    test: { client: { credentials: { ...FAKE_IDENTITY, accessKeyId: 'AKIAUNKNOWN' } } },
    told: ['credentials failed credentials_unknown'],
    names: [/deleted/],
  },
  {
    name: 'a wrong secret',
    test: { client: { credentials: { ...FAKE_IDENTITY, secretAccessKey: 'wrong' } } },
    told: ['credentials failed credentials_wrong_secret'],
    names: [/cut off/],
  },
  {
    name: 'a session that ended',
    fault: fails(400, 'ExpiredToken'),
    told: ['credentials failed credentials_expired'],
    names: [/expiry/],
  },
  {
    name: 'a key of R2 nobody knows',
    test: { integration: { provider: 'r2' } },
    fault: fails(401, 'Unauthorized'),
    told: ['credentials failed credentials_unknown'],
  },
  // Permissions, by provider
  {
    name: 'listing denied',
    fault: only({ operation: 'ListObjectsV2' }, denies('s3:ListBucket')),
    told: ['list failed access_denied'],
    names: [/s3:ListBucket/, /arn:aws:s3:::bucket"/, /"s3:prefix":"in\/\*"/, /"Principal"/],
  },
  {
    name: 'listing denied on AWS',
    test: AWS,
    fault: only({ operation: 'ListObjectsV2' }, denies('s3:ListBucket')),
    told: ['list failed access_denied'],
    names: [/"Action":"s3:ListBucket"/, /policy of the user/],
  },
  {
    name: 'reading denied',
    fault: only({ operation: 'GetObject' }, denies('s3:GetObject')),
    told: ['read failed access_denied', 'read_back failed access_denied'],
    names: [/"Action":"s3:GetObject"/, /bucket\/in\/\*/],
  },
  {
    name: 'reading the input denied',
    fault: only({ operation: 'GetObject', keyPrefix: 'in/' }, denies('s3:GetObject')),
    told: ['read failed access_denied'],
    names: [/bucket\/in\/\*/],
  },
  {
    name: 'HEAD blocked by a proxy',
    fault: only({ operation: 'HeadObject', keyPrefix: 'in/' }, faults.bare(405)),
    told: ['read failed unsupported_by_provider'],
  },
  {
    name: 'links refused',
    fault: (request, proceed) =>
      request.query.has('X-Amz-Signature') ? denies('s3:GetObject')(request, proceed) : proceed(),
    told: ['read failed access_denied'],
    names: [/s3:GetObject/],
  },
  {
    name: 'reading what was written denied',
    fault: only({ operation: 'GetObject', keyPrefix: 'accessible/' }, denies('s3:GetObject')),
    told: ['read_back failed access_denied'],
    names: [/bucket\/accessible\/\*/],
    refusal: 'a second result would not be written',
  },
  {
    name: 'writing denied',
    fault: only({ operation: 'PutObject' }, denies('s3:PutObject')),
    told: ['write failed access_denied'],
    names: [/"Action":"s3:PutObject"/, /bucket\/accessible\/\*/],
  },
  {
    name: 'writing pages denied',
    fault: (request, proceed) =>
      request.operation === 'PutObject' && request.key.endsWith('.html')
        ? denies('s3:PutObject')(request, proceed)
        : proceed(),
    told: ['write failed access_denied'],
    names: [/s3:PutObject/],
  },
  {
    name: 'deleting denied',
    fault: only({ operation: 'DeleteObject' }, denies('s3:DeleteObject')),
    told: ['delete failed access_denied'],
    names: [/"Action":"s3:DeleteObject"/, /sluice-connection-test-probe-id/],
    refusal: 'tests could not clean up after themselves',
  },
  {
    name: 'an explicit deny',
    test: AWS,
    fault: only(
      { operation: 'PutObject' },
      fails(
        403,
        'AccessDenied',
        'User: x is not authorized to perform: s3:PutObject on resource: "y" with an explicit deny in a resource-based policy',
      ),
    ),
    told: ['write failed access_denied'],
    names: [/explicit Deny refuses s3:PutObject/],
  },
  {
    name: 'listing denied on R2',
    test: { integration: { provider: 'r2' } },
    fault: only({ operation: 'ListObjectsV2' }, fails(403, 'AccessDenied')),
    told: ['list failed access_denied'],
    names: [/Object Read & Write/],
  },
  {
    name: 'writing denied on R2',
    test: { integration: { provider: 'r2' } },
    fault: only({ operation: 'PutObject' }, fails(403, 'AccessDenied')),
    told: ['write failed access_denied'],
    names: [/Object Read & Write/],
  },
  {
    name: 'listing denied on B2',
    test: { integration: { provider: 'b2' } },
    fault: only({ operation: 'ListObjectsV2' }, fails(403, 'AccessDenied')),
    told: ['list failed access_denied'],
    names: [/listFiles/],
  },
  {
    name: 'reading denied on B2',
    test: { integration: { provider: 'b2' } },
    fault: only({ operation: 'GetObject', keyPrefix: 'in/' }, fails(403, 'AccessDenied')),
    told: ['read failed access_denied'],
    names: [/readFiles/],
  },
  {
    name: 'writing denied on B2',
    test: { integration: { provider: 'b2' } },
    fault: only({ operation: 'PutObject' }, fails(403, 'AccessDenied')),
    told: ['write failed access_denied'],
    names: [/writeFiles/],
  },
  {
    name: 'deleting denied on B2',
    test: { integration: { provider: 'b2' } },
    fault: only({ operation: 'DeleteObject' }, fails(403, 'AccessDenied')),
    told: ['delete failed access_denied'],
    names: [/deleteFiles/],
    refusal: 'tests could not clean up after themselves',
  },
  // The storage
  {
    name: 'no room left',
    fault: only({ operation: 'PutObject' }, fails(507, 'QuotaExceeded')),
    told: ['write failed quota_exceeded'],
    names: [/quota/],
  },
  {
    name: 'a bucket that wants a checksum of every write',
    fault: only(
      { operation: 'PutObject' },
      fails(
        400,
        'InvalidRequest',
        'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
      ),
    ),
    told: ['write failed upstream_invalid'],
  },
  { name: 'a server without conditional writes', fault: faults.noConditions, told: [] },
  {
    name: 'versions',
    fault: versioned,
    told: ['versioning warning versions_kept'],
    names: [/delete marker/],
  },
  { name: 'numbers of R2', test: { integration: { provider: 'r2' } }, fault: versioned, told: [] },
  // Encryption
  {
    name: 'a key that may not encrypt',
    test: AWS,
    fault: keyDenies('PutObject', 'kms:GenerateDataKey'),
    told: ['write failed encryption_denied', 'encryption failed encryption_denied'],
    names: [
      /kms:GenerateDataKey on arn:aws:kms:eu-central-1:111111111111:key\/0a1b2c3d/,
      /"kms:ViaService":"s3\.eu-central-1/,
    ],
  },
  {
    name: 'a key that may not decrypt',
    test: AWS,
    fault: keyDenies('GetObject', 'kms:Decrypt'),
    told: [
      'read failed encryption_denied',
      'read_back failed encryption_denied',
      'encryption failed encryption_denied',
    ],
    names: [/kms:Decrypt on arn:aws:kms/],
  },
  {
    name: 'a key that is disabled',
    test: AWS,
    fault: only({ operation: 'PutObject' }, fails(400, 'KMS.DisabledException')),
    told: ['write failed encryption_denied', 'encryption failed encryption_denied'],
    names: [/KMS\.DisabledException/],
  },
  {
    name: 'a key that is not named',
    test: AWS,
    fault: only({ operation: 'PutObject' }, faults.kmsDenies),
    told: ['write failed encryption_denied', 'encryption failed encryption_denied'],
    names: [/<KEY_ID>/],
  },
  // Time
  {
    name: 'a clock that is an hour off',
    test: { client: { clock: () => Date.now() - 3_600_000 } },
    told: ['clock failed clock_skew'],
    names: [/clock/],
  },
  {
    name: 'a clock that is two minutes ahead',
    fault: dated(120),
    told: ['clock warning clock_drift'],
    names: [/1\d\d seconds ahead/],
  },
  {
    name: 'a clock that is two minutes behind',
    fault: dated(-120),
    told: ['clock warning clock_drift'],
    names: [/1\d\d seconds behind/],
  },
  { name: 'a clock that is seconds off', fault: dated(20), told: [] },
];
