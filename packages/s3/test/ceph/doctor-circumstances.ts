import {
  allowing,
  changed,
  DELETE,
  denying,
  LIST,
  READ,
  READ_BACK,
  type Scenario,
  WIDE,
  WRITE,
} from './doctor-scenario.ts';

/** What is denied, entered wrongly, set at the bucket, or granted beyond the work. */
export const CIRCUMSTANCES: readonly Scenario[] = [
  // A Deny
  {
    name: 'a Deny of listing',
    policy: denying('s3:ListBucket', ''),
    fails: [LIST],
    names: [/look for a Deny/],
  },
  {
    name: 'a Deny of reading',
    policy: denying('s3:GetObject', 'in/*'),
    fails: [READ],
    names: [/look for a Deny/],
  },
  {
    name: 'a Deny of reading results',
    policy: denying('s3:GetObject', 'out/*'),
    fails: [READ_BACK],
    names: [/look for a Deny/],
  },
  {
    name: 'a Deny of writing',
    policy: denying('s3:PutObject', 'out/*'),
    fails: [WRITE],
    names: [/look for a Deny/],
  },
  {
    name: 'a Deny of writing pages',
    policy: denying('s3:PutObject', 'out/*.html'),
    fails: [WRITE],
    names: [/s3:PutObject/],
  },
  {
    name: 'a Deny of deleting',
    policy: denying('s3:DeleteObject', 'out/*'),
    fails: [DELETE],
    names: [/s3:DeleteObject/],
    refusal: 'tests could not clean up',
    keepsProbe: true,
  },
  {
    name: 'a Deny of everything',
    policy: denying('s3:*', '*'),
    fails: [READ, WRITE],
    names: [/s3:GetObject/],
  },
  { name: 'a Deny of reading one other document', policy: denying('s3:GetObject', 'in/secret.pdf') },
  {
    name: 'a Deny for all but one network',
    policy: denying('s3:*', '*', { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
    fails: [READ, WRITE],
    names: [/s3:GetObject/],
  },
  {
    name: 'a Deny of long listings',
    policy: denying('s3:ListBucket', '', { NumericGreaterThan: { 's3:max-keys': '100' } }),
    fails: [LIST],
    names: [/s3:ListBucket/, /look for a Deny/],
  },
  {
    name: 'a Deny of unencrypted writes',
    policy: denying('s3:PutObject', 'out/*', { Null: { 's3:x-amz-server-side-encryption': 'true' } }),
    fails: [WRITE],
    names: [/s3:PutObject/, /look for a Deny/],
  },
  // Credentials, bucket, address
  {
    name: 'a wrong secret',
    credentials: { secretAccessKey: 'quite-another' },
    fails: ['credentials credentials_wrong_secret'],
    names: [/cut off/],
  },
  {
    name: 'an unknown key',
    credentials: { accessKeyId: 'NOBODYKNOWSTHIS00001' },
    fails: ['credentials credentials_unknown'],
    names: [/deleted/],
  },
  {
    name: 'a key with a space in it',
    credentials: { accessKeyId: 'READ ACCESSKEY000001' },
    fails: ['credentials credentials_unknown'],
    names: [/paste it again/],
  },
  {
    name: 'key and secret swapped',
    credentials: { accessKeyId: 'readSecretKey/=,0001' },
    fails: ['credentials credentials_unknown'],
    names: [/swapped/],
  },
  {
    name: 'a bucket that is not there',
    integration: { bucket: 'not-there-at-all' },
    fails: ['bucket bucket_not_found'],
    names: [/not-there-at-all/],
  },
  {
    name: 'a bucket name in other letters',
    integration: { bucket: 'Doctor-Bucket' },
    fails: ['bucket bucket_not_found'],
    names: [/Doctor-Bucket/],
  },
  {
    name: 'a port on which nobody listens',
    endpoint: () => 'http://127.0.0.1:9',
    fails: ['endpoint endpoint_unreachable'],
    names: [/refused|failed/],
  },
  {
    name: 'https where http is spoken',
    endpoint: (http) => http.replace('http:', 'https:'),
    fails: ['endpoint tls_failed'],
    names: [/does not speak TLS/],
  },
  {
    name: 'the host name style at an address without names',
    integration: { addressingStyle: 'virtual' },
    fails: ['addressing addressing_wrong'],
    names: [/path style/],
  },
  // The storage
  {
    name: 'versions',
    settings: [
      [
        'versioning=',
        '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
      ],
    ],
    // Each write is an object of its own there, and so never in the way of another.
    warns: ['conditions conditions_not_kept', 'versioning versions_kept'],
    names: [/: If-None-Match is ignored\./, /delete marker/],
  },
  {
    name: 'versions that were suspended',
    settings: [
      [
        'versioning=',
        '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>',
      ],
      [
        'versioning=',
        '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Suspended</Status></VersioningConfiguration>',
      ],
    ],
  },
  // Too much
  {
    name: 'the owner of the bucket',
    asOwner: true,
    warns: WIDE,
    names: [
      /list what is outside/,
      /read what is outside/,
      /write outside/,
      /write into the input folder/,
      /read the policy/,
    ],
  },
  {
    name: 'listing of everything',
    policy: changed('ListInput', ({ Sid, Effect, Principal, Action, Resource }) => ({
      Sid,
      Effect,
      Principal,
      Action,
      Resource,
      Condition: {},
    })),
    warns: WIDE,
    names: [/it may list what is outside of the input folder/],
  },
  {
    name: 'writing everywhere',
    policy: allowing('s3:PutObject', '*'),
    warns: WIDE,
    names: [/it may write outside of the output folder, write into the input folder/],
  },
  {
    name: 'writing into the input',
    policy: allowing('s3:PutObject', 'in/*'),
    warns: WIDE,
    names: [/it may write into the input folder/],
  },
  {
    name: 'reading the policy',
    policy: allowing('s3:GetBucketPolicy', ''),
    warns: WIDE,
    names: [/it may read the policy of the bucket/],
  },
  {
    name: 'everything',
    policy: (all, bucket) =>
      allowing('s3:*', '*')(allowing('s3:*', '')(all, bucket), bucket).map((one, at) => ({
        ...one,
        Sid: `S${at}`,
      })),
    warns: WIDE,
    names: [/read what is outside/, /read the policy/],
  },
];
