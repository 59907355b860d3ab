import { type Fault, faults } from '@sluice/testkit/fake-s3';
import { AWS, type Scenario } from './scenario.ts';

const { only, fails } = faults;
const keyDenies = (operation: string, action: string): Fault =>
  only(
    { operation },
    fails(
      403,
      'AccessDenied',
      `User: arn:aws:iam::111111111111:user/tenant is not authorized to perform: ${action} on resource: arn:aws:kms:eu-central-1:111111111111:key/0a1b2c3d-1111-2222-3333-444455556666 because no identity-based policy allows the ${action} action`,
    ),
  );
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

/** The storage itself, its encryption and its clock. */
export const STORAGE: readonly Scenario[] = [
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
  {
    name: 'a server without conditional writes',
    fault: faults.noConditions,
    told: ['conditions warning conditions_not_kept'],
    names: [/If-None-Match is unsupported, If-Match is unsupported/],
  },
  {
    name: 'a server that ignores conditions',
    fake: { ignoredHeaders: ['if-none-match', 'if-match'] },
    told: ['conditions warning conditions_not_kept'],
    names: [/If-None-Match is ignored, If-Match is ignored/, /a folder for results alone/],
  },
  {
    name: 'a server that knows one condition of two',
    fake: { ignoredHeaders: ['if-match'] },
    told: ['conditions warning conditions_not_kept'],
    names: [/: If-Match is ignored/],
  },
  {
    name: 'a server that answers conditions with trouble of its own',
    fault: (request, proceed) =>
      request.headers['if-match'] === undefined ? proceed() : fails(500, 'InternalError')(request, proceed),
    told: [],
  },
  {
    name: 'B2, of which no condition is asked',
    test: { integration: { provider: 'b2' } },
    fake: { ignoredHeaders: ['if-none-match', 'if-match'] },
    told: [],
  },
  {
    name: 'a server that keeps no metadata',
    fault: faults.noMetadata,
    refusal: 'only the second result of a document would meet the first',
    told: ['read_back failed metadata_not_kept'],
    names: [/sluice-connection-test-.*x-amz-meta-sluice-job-id/, /keeps `x-amz-meta-\*`/],
  },
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
