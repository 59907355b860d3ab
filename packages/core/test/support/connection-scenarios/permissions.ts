import { faults } from '@sluice/testkit/fake-s3';
import { AWS, type Scenario } from './scenario.ts';

const { only, denies, fails } = faults;

/** What the credentials may not do, by provider. */
export const PERMISSIONS: readonly Scenario[] = [
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
];
