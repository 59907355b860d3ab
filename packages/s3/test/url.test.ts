import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProviderConfig, resolveProfile } from '../src/index.ts';
import { createUrlBuilder, describeKeyProblem, encodeRfc3986 } from '../src/url.ts';

const egress = { mode: 'strict', allowPath: true } as const;
const generic: ProviderConfig = { provider: 'generic', endpoint: 'https://s3.example.com' };
const builder = (config: ProviderConfig = generic, bucket = 'bucket'): ReturnType<typeof createUrlBuilder> =>
  createUrlBuilder(resolveProfile(config, egress), bucket);

const codeOf = (run: () => unknown): string | null => {
  try {
    run();
    return null;
  } catch (error) {
    return error instanceof SluiceError ? error.code : 'not a SluiceError';
  }
};

describe('object URLs', () => {
  it.each([
    ['a b+c%d', 'a%20b%2Bc%25d'],
    ["!'()*", '%21%27%28%29%2A'],
    ['é/日本.pdf', '%C3%A9/%E6%97%A5%E6%9C%AC.pdf'],
    ['/leading', '/leading'],
    ['a//b/', 'a//b/'],
    ['?#&=', '%3F%23%26%3D'],
    ['%2e%2e/x', '%252e%252e/x'],
    ['a\n\t\u0001', 'a%0A%09%01'],
    ['...', '...'],
    ['a./.b', 'a./.b'],
    ['😀', '%F0%9F%98%80'],
    ['a\\b', 'a%5Cb'],
  ])('writes %j as %s', (key, path) => {
    expect(builder().object(key)).toBe(`https://s3.example.com/bucket/${path}`);
  });

  it.each(['', '.', '..', 'a/../b', '../x', 'a/.', './a', 'a/..', 'a\u0000b', '\ud800', 'é'.repeat(513)])(
    'refuses %j',
    (key) => {
      expect(codeOf(() => builder().object(key))).toBe('object_name_unusable');
      expect(codeOf(() => builder().copySource(key))).toBe('object_name_unusable');
    },
  );

  it('takes 1024 bytes', () => {
    expect(builder().object('é'.repeat(512))).toContain('%C3%A9');
  });

  it('never leaves the bucket, and its path decodes to the key', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc
        .array(
          fc.constantFrom(
            '.',
            '..',
            '%2e',
            '%2E%2e',
            '/',
            '//',
            '\\',
            'a',
            '%',
            '+',
            ' ',
            '?',
            '#',
            ';',
            '\t',
          ),
        )
        .map((parts) => parts.join('')),
    );
    let built = 0;
    fc.assert(
      fc.property(
        key,
        fc.constantFrom<ProviderConfig>(generic, { ...generic, endpoint: 'https://gw.example.com/x/s3' }),
        (name, config) => {
          if (describeKeyProblem(name) !== null)
            return codeOf(() => builder(config).object(name)) === 'object_name_unusable';
          built += 1;
          const url = new URL(builder(config).object(name, { versionId: '1' }));
          const prefix = config === generic ? '/bucket/' : '/x/s3/bucket/';
          return (
            url.pathname.startsWith(prefix) && decodeURIComponent(url.pathname.slice(prefix.length)) === name
          );
        },
      ),
      { numRuns: 3000 },
    );
    expect(built).toBeGreaterThan(500);
  });

  it('encodes by RFC 3986, so that only unreserved characters remain', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeRfc3986(text);
        return /^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/.test(encoded) && decodeURIComponent(encoded) === text;
      }),
    );
  });

  it('writes queries without a plus for space', () => {
    expect(builder().bucket({ prefix: 'a b+c/', 'list-type': 2, delimiter: undefined })).toBe(
      'https://s3.example.com/bucket?prefix=a%20b%2Bc%2F&list-type=2',
    );
  });

  it.each(['', 'ab', '..', '...', 'a/b', 'a..b', '../x', 'a b', 'a%2fb', 'b?x', 'ü-bucket', 'x'.repeat(256)])(
    'refuses the bucket name %j',
    (bucket) => {
      expect(codeOf(() => builder(generic, bucket))).toBe('bucket_not_found');
    },
  );
});

describe('providers', () => {
  it.each<[ProviderConfig, string, string]>([
    [{ provider: 'aws', region: 'eu-central-1' }, 'docs-1', 'https://docs-1.s3.eu-central-1.amazonaws.com/k'],
    [
      { provider: 'aws', region: 'eu-central-1' },
      'docs.acme.com',
      'https://s3.eu-central-1.amazonaws.com/docs.acme.com/k',
    ],
    [
      { provider: 'aws', region: 'us-east-1' },
      'Old_Bucket',
      'https://s3.us-east-1.amazonaws.com/Old_Bucket/k',
    ],
    [{ provider: 'aws', region: 'cn-north-1' }, 'docs', 'https://docs.s3.cn-north-1.amazonaws.com.cn/k'],
    [
      { provider: 'aws', region: 'eu-central-1', addressing: 'path' },
      'docs',
      'https://s3.eu-central-1.amazonaws.com/docs/k',
    ],
    [
      { provider: 'aws', region: 'eu-west-1', endpoint: 'https://vpce-1.s3.eu-west-1.vpce.amazonaws.com' },
      'docs',
      'https://vpce-1.s3.eu-west-1.vpce.amazonaws.com/docs/k',
    ],
    [
      { provider: 'r2', accountId: '0123456789ABCDEF0123456789abcdef' },
      'docs',
      'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com/docs/k',
    ],
    [
      { provider: 'r2', accountId: '0123456789abcdef0123456789abcdef', jurisdiction: 'eu' },
      'docs',
      'https://0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com/docs/k',
    ],
    [{ provider: 'b2', region: 'us-west-004' }, 'docs', 'https://s3.us-west-004.backblazeb2.com/docs/k'],
    [{ ...generic, addressing: 'virtual_host' }, 'docs', 'https://docs.s3.example.com/k'],
    [{ ...generic, endpoint: 'https://s3.example.com:9000/' }, 'docs', 'https://s3.example.com:9000/docs/k'],
  ])('%j with %s is %s', (config, bucket, url) => {
    expect(builder(config, bucket).object('k')).toBe(url);
  });

  it('knows the regions that signatures name by default', () => {
    expect(resolveProfile({ provider: 'r2', accountId: '0'.repeat(32) }, egress).region).toBe('auto');
    expect(resolveProfile(generic, egress).region).toBe('us-east-1');
    expect(resolveProfile({ ...generic, region: 'default' }, egress).region).toBe('default');
  });

  it.each<[ProviderConfig, string]>([
    [{ provider: 'aws' }, 'region_wrong'],
    [{ provider: 'aws', region: 'eu-central-1.evil.example.com/' }, 'region_wrong'],
    [{ provider: 'b2', region: ' ' }, 'region_wrong'],
    [{ provider: 'r2' }, 'endpoint_refused'],
    [{ provider: 'r2', accountId: 'evil.example.com/' }, 'endpoint_refused'],
    [{ provider: 'generic' }, 'endpoint_refused'],
    [{ provider: 'generic', endpoint: 'http://s3.example.com' }, 'endpoint_refused'],
    [{ provider: 'generic', endpoint: 'https://169.254.169.254' }, 'endpoint_refused'],
    [{ provider: 'unheard' as 'generic' }, 'invalid_request'],
  ])('refuses %j as %s', (config, code) => {
    expect(codeOf(() => resolveProfile(config, egress))).toBe(code);
  });
});
