import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEndpoint, describeAddressProblem, type EndpointPolicy } from '../src/index.ts';

const strict: EndpointPolicy = { mode: 'strict' };

const refusal = (endpoint: string, policy: EndpointPolicy = strict): SluiceError => {
  try {
    checkEndpoint(endpoint, policy);
  } catch (error) {
    expect(error).toBeInstanceOf(SluiceError);
    if (error instanceof SluiceError) return error;
  }
  throw new Error(`${endpoint} was accepted`);
};

describe('endpoint policy', () => {
  it.each([
    'https://s3.eu-central-1.amazonaws.com',
    'https://s3.eu-central-1.amazonaws.com/',
    '  https://s3.us-west-004.backblazeb2.com\n',
    'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com',
    'https://minio.example.com:9000',
    'https://s3.example.com:443',
    'https://1.1.1.1',
    'https://[2606:4700:4700::1111]',
    'https://xn--bcher-kva.example.com',
    'HTTPS://S3.EXAMPLE.COM',
  ])('accepts %j', (endpoint) => {
    expect(checkEndpoint(endpoint, strict).protocol).toBe('https:');
  });

  it.each([
    // Loopback and this host, in every notation the URL parser normalises.
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://017700000001',
    'https://127.0.0.1.',
    'https://0',
    'https://0.0.0.0',
    'https://[::1]',
    'https://[::]',
    'https://[0:0:0:0:0:0:0:1]',
    'https://localhost',
    'https://LOCALHOST',
    'https://localhost.',
    'https://api.localhost',
    // Private, link-local, CGNAT, multicast, reserved, documentation, benchmarking.
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.1.1',
    'https://3232235777',
    'https://169.254.169.254',
    'https://0xa9fea9fe',
    'https://100.64.0.1',
    'https://224.0.0.1',
    'https://240.0.0.1',
    'https://255.255.255.255',
    'https://192.0.2.1',
    'https://198.18.0.1',
    'https://192.88.99.1',
    'https://168.63.129.16',
    // IPv6: private, link-local, multicast, and IPv4 in disguise.
    'https://[fc00::1]',
    'https://[fd00:ec2::254]',
    'https://[fe80::1]',
    'https://[fec0::1]',
    'https://[ff02::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[::ffff:1.1.1.1]',
    'https://[::127.0.0.1]',
    'https://[::ffff:0:127.0.0.1]',
    'https://[64:ff9b::7f00:1]',
    'https://[64:ff9b:1::a9fe:a9fe]',
    'https://[2002:7f00:1::]',
    'https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    'https://[2001:db8::1]',
    'https://[100::1]',
    'https://[5f00::1]',
    'https://[4000::1]',
    // Private names, metadata names, names that resolve to what is written in them.
    'https://printer.local',
    'https://metadata.google.internal',
    'https://vault.internal',
    'https://router.home.arpa',
    'https://minio.default.svc.cluster.local',
    'https://kubernetes.default.svc',
    'https://minio',
    'https://metadata',
    'https://metadata.azure.com',
    'https://127.0.0.1.nip.io',
    'https://a9fea9fe.rbndr.us',
    'https://x.localtest.me',
    // Spellings.
    'https://s3.example.com.',
    'https://s3..example.com',
    'https://-s3.example.com',
    'https://s3_x.example.com',
    `https://${'a'.repeat(64)}.example.com`,
    `https://${'abcdefghi.'.repeat(26)}example.com`,
    'https://xn--a.com',
    'https://xn--abc-.example.com',
    'https://bücher.example.com',
    'https://ｓ3.example.com',
    'https://①②⑦.⓪.⓪.①',
    'https://s3。example.com',
    'https://%31%32%37.0.0.1',
    'https://s3.exam\tple.com',
    'https://s3.example.com\\@127.0.0.1',
    'https:\\\\127.0.0.1',
    'https:/s3.example.com',
    'https:s3.example.com',
    '//s3.example.com',
    's3.example.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ftp://s3.example.com',
    'https://',
    'https://[::1',
    '',
    // Parts that do not belong.
    'http://s3.example.com',
    'https://user:pass@s3.example.com',
    'https://user@s3.example.com',
    'https://s3.example.com/bucket',
    'https://s3.example.com//',
    'https://s3.example.com?x=1',
    'https://s3.example.com?',
    'https://s3.example.com#x',
    'https://s3.example.com#',
    'https://s3.example.com:22',
    'https://s3.example.com:80',
    'https://s3.example.com:6379',
    'https://s3.example.com:5432',
    'https://s3.example.com:0',
    'https://s3.example.com:65536',
    `https://s3.example.com/${'a'.repeat(2100)}`,
  ])('refuses %j and names a way out', (endpoint) => {
    const error = refusal(endpoint);
    expect(error.code).toBe('endpoint_refused');
    expect(error.detail).toMatch(/\. (?:Use|Enter|Write) /);
  });

  it('refuses our own zones and everything below them', () => {
    const policy = { ...strict, ownZones: ['sluice.example'] };
    expect(refusal('https://sluice.example', policy).detail).toContain('one of our own names');
    expect(refusal('https://api.sluice.example', policy).detail).toContain('one of our own names');
    expect(checkEndpoint('https://notsluice.example', policy).hostname).toBe('notsluice.example');
  });

  it('never repeats user name, password, path or query', () => {
    const error = refusal('https://AKIASECRET:hunter2@s3.example.com/path?token=abc');
    expect(`${error.message} ${error.detail} ${String(error.cause)}`).not.toMatch(
      /AKIASECRET|hunter2|token|abc/,
    );
  });

  it('allows http, any port and a path on loopback only when asked to', () => {
    const policy: EndpointPolicy = { mode: 'allow-loopback' };
    for (const endpoint of [
      'http://127.0.0.1:8787/cdn-cgi/local/r2/s3',
      'http://localhost:9000',
      'http://[::1]:80',
      'https://s3.localhost:8443/',
    ]) {
      expect(checkEndpoint(endpoint, policy).hostname).toMatch(
        /^(?:127\.0\.0\.1|localhost|\[::1\]|s3\.localhost)$/,
      );
      expect(refusal(endpoint).code).toBe('endpoint_refused');
    }
    expect(checkEndpoint('http://127.0.0.1:1/cdn-cgi/local/r2/s3/', policy).pathname).toBe(
      '/cdn-cgi/local/r2/s3',
    );
    expect(refusal('http://10.0.0.1:9000', policy).code).toBe('endpoint_refused');
    expect(refusal('http://s3.example.com', policy).code).toBe('endpoint_refused');
    expect(refusal('http://localhost.:9000', policy).code).toBe('endpoint_refused');
  });

  it('allows a path on public hosts by a flag, of plain segments only', () => {
    const policy: EndpointPolicy = { mode: 'strict', allowPath: true };
    expect(checkEndpoint('https://gw.example.com/s3/', policy).pathname).toBe('/s3');
    for (const path of ['/a/../b', '/a/%2e%2e/b', '/./a', '//a', '/a b', '/a%2fb', '/.hidden']) {
      expect(refusal(`https://gw.example.com${path}`, policy).code).toBe('endpoint_refused');
    }
  });

  it('refuses every private IPv4 address however it is written', () => {
    const ranges = [
      [10, 8],
      [127, 8],
      [0, 8],
      [169 * 256 + 254, 16],
      [192 * 256 + 168, 16],
      [172 * 16 + 1, 12],
      [100 * 4 + 1, 10],
      [14, 4],
      [15, 4],
    ] as const;
    const address = fc
      .tuple(fc.constantFrom(...ranges), fc.nat(0xff_ff_ff))
      .map(([[prefix, bits], host]) => prefix * 2 ** (32 - bits) + (host % 2 ** (32 - bits)));
    const spell = fc.constantFrom<(ip: number) => string>(
      (ip) => String(ip),
      (ip) => `0x${ip.toString(16)}`,
      (ip) => `0${ip.toString(8)}`,
      (ip) => [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255).join('.'),
      (ip) => [24, 16, 8, 0].map((shift) => `0x${((ip >>> shift) & 255).toString(16)}`).join('.'),
      (ip) => `${ip >>> 24}.${ip & 0xff_ff_ff}`,
      (ip) => `[::ffff:${(ip >>> 16).toString(16)}:${(ip & 0xffff).toString(16)}]`,
      (ip) => `[64:ff9b::${(ip >>> 16).toString(16)}:${(ip & 0xffff).toString(16)}]`,
      (ip) => `[2002:${(ip >>> 16).toString(16)}:${(ip & 0xffff).toString(16)}::1]`,
    );
    fc.assert(
      fc.property(address, spell, (ip, write) => refusal(`https://${write(ip)}`).code === 'endpoint_refused'),
      { numRuns: 2000 },
    );
  });

  it('throws nothing but a refusal, whatever is entered', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl(),
          fc.domain().map((d) => `https://${d}`),
        ),
        (text) => {
          try {
            return checkEndpoint(text, strict).protocol === 'https:';
          } catch (error) {
            return error instanceof SluiceError && error.code === 'endpoint_refused';
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('calls addresses from a resolver by the same names', () => {
    expect(describeAddressProblem('93.184.215.14')).toBeNull();
    expect(describeAddressProblem('2606:2800:21f:cb07:6820:80da:af6b:8b2c')).toBeNull();
    expect(describeAddressProblem('fe80::1%eth0')).toMatch(/link-local/);
    expect(describeAddressProblem('no address')).toBe('not an IP address');
  });
});
