import { createHash } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import {
  FAKE_IDENTITY,
  type SignatureProblem,
  type SignedParts,
  verifySignature,
} from '@sluice/testkit/fake-s3';
import { AwsV4Signer } from 'aws4fetch';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSigner, normalizeCredentials, type SignedRequest } from '../src/index.ts';

const NOW_MS = Date.parse('2026-11-21T08:00:00Z');
const clock = (): number => NOW_MS;
const signer = createSigner({ credentials: FAKE_IDENTITY, service: 's3', region: 'eu-central-1', clock });

/** A signed request as a server sees it. */
const received = (request: SignedRequest, body = Buffer.alloc(0)): SignedParts => {
  const url = new URL(request.url);
  return {
    method: request.method,
    target: request.url.slice(url.origin.length),
    headers: { ...Object.fromEntries(request.headers), host: url.host },
    body,
  };
};

const verify = (parts: SignedParts): ReturnType<typeof verifySignature> =>
  verifySignature(parts, [FAKE_IDENTITY], { service: 's3', region: 'eu-central-1', nowMs: NOW_MS });

const segment = fc
  .stringMatching(/^[ -.0-~À-ÿ一-龥]{1,12}$/u)
  .filter((text) => text !== '.' && text !== '..');
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

describe('signing', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is what an independent reading of Signature V4 expects, for any key, query and body', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), segment, { maxKeys: 3 }),
        fc.uint8Array({ maxLength: 64 }),
        async (segments, query, body) => {
          const search = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
          const url = `https://s3.example.com/b/${segments.map(encoded).join('/')}${search.length > 0 ? '?' : ''}${search.join('&')}`;
          const request = await signer.sign({
            method: 'PUT',
            url,
            body,
            headers: { 'content-type': 'a/b; c="d"' },
          });
          return verify(received(request, Buffer.from(body))).payload === 'signed';
        },
      ),
      { numRuns: 300 },
    );
  });

  it('signs Content-Type, Range and metadata, and not what proxies rewrite', async () => {
    const { headers } = await signer.sign({
      method: 'PUT',
      url: 'https://s3.example.com/b/k',
      headers: {
        'Content-Type': 'application/pdf',
        Range: 'bytes=0-1',
        'x-amz-meta-job': 'j',
        'accept-encoding': 'identity',
        'content-length': '5',
        'user-agent': 'sluice',
      },
    });
    const signed = /SignedHeaders=([^,]+)/.exec(headers.get('authorization') ?? '')?.[1]?.split(';');
    expect(signed).toEqual([
      'content-type',
      'host',
      'range',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-meta-job',
    ]);
    expect(headers.get('accept-encoding')).toBe('identity');
    expect(headers.get('content-length')).toBe('5');
    expect(headers.get('user-agent')).toBe('sluice');
  });

  it('hashes bytes into the signature and leaves streams unsigned', async () => {
    const body = new TextEncoder().encode('hello');
    const url = 'https://s3.example.com/b/k';
    const bytes = await signer.sign({ method: 'PUT', url, body });
    expect(bytes.headers.get('x-amz-content-sha256')).toBe(createHash('sha256').update(body).digest('hex'));
    const stream = await signer.sign({ method: 'PUT', url, body: new Blob([body]).stream() });
    expect(stream.headers.get('x-amz-content-sha256')).toBe('UNSIGNED-PAYLOAD');
    const none = await signer.sign({ method: 'GET', url });
    expect(none.headers.get('x-amz-content-sha256')).toBe(createHash('sha256').digest('hex'));
    const kms = createSigner({ credentials: FAKE_IDENTITY, service: 'kms', region: 'eu-central-1' });
    await expect(kms.sign({ method: 'POST', url, body: new Blob([body]).stream() })).rejects.toThrow(
      SluiceError,
    );
  });

  it('keeps a literal plus in a key a plus', async () => {
    const request = await signer.sign({ method: 'GET', url: 'https://s3.example.com/b/a%2Bb%20c' });
    expect(request.url).toBe('https://s3.example.com/b/a%2Bb%20c');
    expect(verify(received(request)).identity).toBe(FAKE_IDENTITY);
  });

  it('takes service and region as given, whatever the host suggests', async () => {
    const b2 = createSigner({ credentials: FAKE_IDENTITY, service: 's3', region: 'eu-central-1', clock });
    const { headers } = await b2.sign({ method: 'GET', url: 'https://sts.us-west-2.amazonaws.com/b/k' });
    expect(headers.get('authorization')).toContain('/20261121/eu-central-1/s3/aws4_request');
  });

  it('does not hold the secret as a key of the cache of derived keys', async () => {
    const caches: unknown[] = [];
    // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
    const sign = AwsV4Signer.prototype.sign;
    vi.spyOn(AwsV4Signer.prototype, 'sign').mockImplementation(function spy(this: AwsV4Signer) {
      caches.push((this as unknown as { cache: Map<string, ArrayBuffer> }).cache);
      return sign.call(this);
    });
    const digests = vi.spyOn(crypto.subtle, 'importKey');
    const fresh = createSigner({ credentials: FAKE_IDENTITY, service: 's3', region: 'eu-central-1', clock });
    await fresh.sign({ method: 'GET', url: 'https://s3.example.com/b/k' });
    expect(digests).toHaveBeenCalledTimes(5);
    await fresh.sign({ method: 'GET', url: 'https://s3.example.com/b/k2' });
    // The derived key was found again: one HMAC more, not five.
    expect(digests).toHaveBeenCalledTimes(6);
    const [cache] = caches as [Map<string, ArrayBuffer>];
    expect(caches).toEqual([cache, cache]);
    expect([...cache.keys()]).toEqual([',20261121,eu-central-1,s3']);
  });
});

describe('presigning', () => {
  it('writes a space as %20 and is what an independent reading expects', async () => {
    const url = 'https://s3.example.com/b/a%20b%2Bc?response-content-disposition=x%20y%2Bz';
    const link = await signer.presign({ method: 'GET', url, expiresInSeconds: 60 });
    expect(link).not.toContain('+');
    expect(link).toContain('response-content-disposition=x%20y%2Bz');
    expect(link).toContain('X-Amz-Expires=60&');
    const parts = {
      method: 'GET',
      target: link.slice('https://s3.example.com'.length),
      headers: { host: 's3.example.com' },
      body: Buffer.alloc(0),
    };
    expect(verify(parts).presigned).toBe(true);
    const late = { service: 's3', region: 'eu-central-1', nowMs: NOW_MS + 61_000 };
    expect(() => verifySignature(parts, [FAKE_IDENTITY], late)).toThrow('expired');
    const other = { ...parts, target: parts.target.replace('/b/', '/c/') };
    expect(() => verify(other)).toThrow(
      expect.objectContaining<Partial<SignatureProblem>>({ code: 'SignatureDoesNotMatch' }),
    );
  });

  it('carries a session token', async () => {
    const session = { ...FAKE_IDENTITY, sessionToken: 'tok+en/=' };
    const temporary = createSigner({ credentials: session, service: 's3', region: 'eu-central-1', clock });
    const link = await temporary.presign({
      method: 'PUT',
      url: 'https://s3.example.com/b/k',
      expiresInSeconds: 1,
    });
    const parts = {
      method: 'PUT',
      target: link.slice('https://s3.example.com'.length),
      headers: { host: 's3.example.com' },
      body: Buffer.alloc(0),
    };
    expect(
      verifySignature(parts, [session], { service: 's3', region: 'eu-central-1', nowMs: NOW_MS }).identity,
    ).toBe(session);
  });

  it.each([0, -1, 1.5, 604_801, Number.NaN])('refuses a life of %d seconds', async (expiresInSeconds) => {
    const input = { method: 'GET', url: 'https://s3.example.com/b/k', expiresInSeconds } as const;
    await expect(signer.presign(input)).rejects.toThrow(SluiceError);
  });
});

describe('pasted keys', () => {
  it('are trimmed', () => {
    expect(
      normalizeCredentials({ accessKeyId: ' AKIA1\n', secretAccessKey: '\tabc/+=\r\n', sessionToken: ' t ' }),
    ).toEqual({
      accessKeyId: 'AKIA1',
      secretAccessKey: 'abc/+=',
      sessionToken: 't',
    });
  });

  it.each([
    ['AKIA\nX: y', 'secret', 'credentials_unknown'],
    ['AKIA 1', 'secret', 'credentials_unknown'],
    ['AKIÄ', 'secret', 'credentials_unknown'],
    ['wJalr/XUtn', 'AKIA1', 'credentials_unknown'],
    ['AKIA1', 'sec\nret-value', 'credentials_wrong_secret'],
    ['AKIA1', 'sec ret-value', 'credentials_wrong_secret'],
    ['AKIA1', '…hidden…', 'credentials_wrong_secret'],
    ['AKIA1', 'x'.repeat(2000), 'credentials_wrong_secret'],
    ['', 'secret-value', 'credentials_missing'],
    ['AKIA1', ' \n', 'credentials_missing'],
  ])('%j with %j is %s, and no value is repeated', (accessKeyId, secretAccessKey, code) => {
    try {
      createSigner({ credentials: { accessKeyId, secretAccessKey }, service: 's3', region: 'x' });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code });
      const text = `${String(error)} ${JSON.stringify(error)}`;
      for (const value of [accessKeyId, secretAccessKey]) {
        if (value.trim().length > 4) expect(text).not.toContain(value.trim());
      }
    }
  });
});
