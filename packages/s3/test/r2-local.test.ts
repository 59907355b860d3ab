import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBucket, type S3Client } from '../src/index.ts';
import { bytes, failure, textOf } from './support/fake.ts';
import { type R2Local, startR2Local } from './support/r2-local.ts';

let r2: R2Local;
let client: S3Client;
const open = (
  overrides: { bucket?: string; accessKeyId?: string; secretAccessKey?: string } = {},
): S3Client =>
  openBucket({
    provider: { provider: 'r2', endpoint: r2.endpoint },
    bucket: overrides.bucket ?? 'alpha',
    credentials: { ...r2.credentials, ...overrides },
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 2, baseDelayMs: 1 },
  });

beforeAll(async () => {
  r2 = await startR2Local('alpha', 'beta');
  client = open();
}, 30_000);
afterAll(() => r2.stop());

/** Not `\n`: the local endpoint does not route such keys (404 by the Worker behind it); R2 itself takes them. */
const KEYS = [
  'a b+c%d/é//x',
  '/lead',
  'tab\there',
  '\u0001',
  "!'()*",
  '😀',
  '%2e%2e/%2e',
  'a\\b',
  'x?y#z&=',
  ' s ',
  'a//',
];

describe("R2's local S3 endpoint", () => {
  it.each(KEYS)('keeps %j under its own name through every operation', async (name) => {
    const key = `k/${name}`;
    const metadata = { job: 'ü  "x"', plain: 'p q' };
    const { etag } = await client.put({
      key,
      body: bytes('hello'),
      sizeBytes: 5,
      contentType: 'application/pdf',
      metadata,
    });
    expect((await client.listPage({ prefix: key })).objects).toMatchObject([{ key, etag, sizeBytes: 5 }]);
    expect(await client.head(key)).toMatchObject({
      etag,
      sizeBytes: 5,
      contentType: 'application/pdf',
      metadata,
    });
    expect(await textOf((await client.get(key, { ifMatch: etag })).body)).toBe('hello');
    expect(await textOf((await client.get(key, { range: { startByte: 1, endByte: 2 } })).body)).toBe('el');
    expect((await client.copy({ sourceKey: key, key: `${key}-copy` })).etag).toBe(etag);
    expect(await (await fetch(await client.presignGet(key, 60))).text()).toBe('hello');
    const { deleted, failed } = await client.deleteMany([key, `${key}-copy`]);
    expect(failed).toEqual([]);
    expect(deleted).toHaveLength(2);
    expect((await failure(client.head(key))).code).toBe('object_not_found');
  });

  it('writes only where nothing is, and only over what was seen', async () => {
    const input = { key: 'c', body: bytes('one'), sizeBytes: 3, contentType: 'a/b' };
    const { etag } = await client.put({ ...input, ifAbsent: true });
    expect((await failure(client.put({ ...input, ifAbsent: true }))).code).toBe('object_exists');
    expect((await client.head('c')).cacheControl).toBeNull();
    await client.put({ ...input, body: bytes('two'), ifMatch: etag });
    expect((await failure(client.put({ ...input, ifMatch: etag }))).code).toBe('object_changed');
    expect((await failure(client.get('c', { ifMatch: etag }))).code).toBe('object_changed');
  });

  it('takes streams of known length, and streams of none', async () => {
    const content = new Uint8Array(11 * 1024 * 1024).map((_, index) => index & 255);
    const blob = new Blob([content]);
    await client.put({ key: 's1', body: blob.stream(), sizeBytes: content.byteLength, contentType: 'a/b' });
    await client.uploadStream({
      key: 's2',
      body: blob.stream(),
      contentType: 'a/b',
      partBytes: 5 * 1024 * 1024,
    });
    for (const key of ['s1', 's2']) {
      const { head, body } = await client.get(key);
      expect(head.sizeBytes).toBe(content.byteLength);
      expect(new Uint8Array(await new Response(body).arrayBuffer())).toEqual(content);
    }
    for (const sizeBytes of [content.byteLength - 1, content.byteLength + 1]) {
      const wrong = client.put({ key: 's3', body: blob.stream(), sizeBytes, contentType: 'a/b' });
      expect((await failure(wrong)).code).toBe('upstream_invalid');
    }
    expect((await failure(client.head('s3'))).code).toBe('object_not_found');
  });

  it('lists in pages', async () => {
    const keys = Array.from({ length: 23 }, (_, index) => `p/${String(index).padStart(2, '0')} +.pdf`);
    for (const key of keys) await client.put({ key, body: bytes('x'), sizeBytes: 1, contentType: 'a/b' });
    const found: string[] = [];
    for await (const page of client.listAll({ prefix: 'p/', maxKeys: 5 }))
      found.push(...page.map((one) => one.key));
    expect(found).toEqual(keys);
    const after = await client.listPage({ prefix: 'p/', startAfter: keys[20] ?? '' });
    expect(after.objects.map((one) => one.key)).toEqual(keys.slice(21));
    expect((await client.listPage({ prefix: '', delimiter: '/' })).commonPrefixes).toContain('p/');
  });

  it('says what is wrong with a configuration', async () => {
    expect((await failure(open({ secretAccessKey: 'wrong' }).headBucket())).code).toBe(
      'credentials_wrong_secret',
    );
    expect((await failure(open({ accessKeyId: 'unknown' }).headBucket())).code).toBe('credentials_unknown');
    expect((await failure(open({ bucket: 'gamma' }).headBucket())).code).toBe('bucket_not_found');
    expect((await failure(open({ bucket: 'gamma' }).listPage({ prefix: '' }))).code).toBe('bucket_not_found');
    expect((await failure(client.createBucket())).code).toBe('unsupported_by_provider');
    const notS3 = openBucket({
      provider: { provider: 'generic', endpoint: r2.endpoint.replace('/r2/s3', '') },
      bucket: 'alpha',
      credentials: r2.credentials,
      egress: { mode: 'allow-loopback' },
    });
    expect((await failure(notS3.listPage({ prefix: '' }))).code).toBe('endpoint_not_s3');
  });
});
