import { FAKE_IDENTITY, faults } from '@sluice/testkit/fake-s3';
import type { Scenario } from './scenario.ts';

const { fails } = faults;

/** The way to the bucket, and who comes. */
export const REACHING: readonly Scenario[] = [
  { name: 'nothing', told: [] },
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
    names: [/firewall/],
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
    names: [/access key id/],
  },
];
