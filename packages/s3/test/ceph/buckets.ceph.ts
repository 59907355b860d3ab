import { createRoleSession } from '@sluice/aws';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openBucket, type S3Client, type S3Options } from '../../src/index.ts';
import { bytes, failure, textOf } from '../support/fake.ts';

// Made by up.sh; of a cluster that lives as long as the test.
const FULL = {
  accessKeyId: 'FULLACCESSKEY000001',
  secretAccessKey: 'fullSecretKey/With+Odd=Chars00000000001',
};
const STRANGER = {
  accessKeyId: 'READACCESSKEY000001',
  secretAccessKey: 'readSecretKey0000000000000000000000000001',
};

const endpoint = inject('cephEndpoint');
const stsEndpoint = inject('cephStsEndpoint');

const open = (options: Partial<S3Options> = {}, at = endpoint): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint: at, region: 'default' },
    bucket: 'documents',
    credentials: FULL,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
    ...options,
  });

const client = open();
beforeAll(async () => {
  expect(await client.createBucket()).toEqual({ created: true });
});

const KEYS = [
  'a b+c%d/é//x',
  '/lead',
  'tab\there',
  'line\nbreak',
  '\u0001',
  '\ufffe',
  "!'()*",
  '😀',
  '%2e%2e/%2e',
  'a\\b',
  'x?y#z&=',
  ' s ',
  'a//',
  '...',
  '~|^`{}<>"',
];

describe('Ceph', () => {
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
    expect(await textOf((await client.get(key, { ifMatch: etag, range: { startByte: 1 } })).body)).toBe(
      'ello',
    );
    expect((await client.copy({ sourceKey: key, key: `${key}-copy`, ifMatch: etag })).etag).toBe(etag);
    expect(
      await (await fetch(await client.presignGet(key, 60, { downloadName: 'ü "x" y+z.pdf' }))).text(),
    ).toBe('hello');
    const { deleted, failed } = await client.deleteMany([key, `${key}-copy`]);
    expect(failed).toEqual([]);
    expect(deleted).toHaveLength(2);
    expect((await failure(client.get(key))).code).toBe('object_not_found');
  });

  it('writes only where nothing is, and stores no Cache-Control that nobody asked for', async () => {
    const input = { key: 'c', body: bytes('one'), sizeBytes: 3, contentType: 'a/b', ifAbsent: true };
    await client.put(input);
    expect((await failure(client.put(input))).code).toBe('object_exists');
    expect((await client.head('c')).cacheControl).toBeNull();
  });

  it('refuses to replace what has another ETag, and with it what has the right one', async () => {
    const input = { key: 'r', body: bytes('one'), sizeBytes: 3, contentType: 'a/b' };
    const { etag } = await client.put(input);
    for (const ifMatch of [etag, 'another'])
      expect((await failure(client.put({ ...input, ifMatch }))).code).toBe('object_changed');
  });

  it('refuses the second of two multipart uploads, although it takes no condition on completion', async () => {
    const input = () => ({
      key: 'm',
      contentType: 'a/b',
      body: new Blob([new Uint8Array(6 * 1024 * 1024)]).stream(),
      partBytes: 5 * 1024 * 1024,
      ifAbsent: true,
    });
    expect((await client.uploadStream(input())).etag).toMatch(/-2$/);
    expect((await failure(client.uploadStream(input()))).code).toBe('object_exists');
  });

  it('lists every object once, in byte order', async () => {
    const keys = Array.from({ length: 31 }, (_, index) => `p/${String(index).padStart(2, '0')} +é.pdf`);
    for (const key of keys) await client.put({ key, body: bytes('x'), sizeBytes: 1, contentType: 'a/b' });
    const found: string[] = [];
    for await (const page of client.listAll({ prefix: 'p/', maxKeys: 7 }))
      found.push(...page.map((one) => one.key));
    expect(found).toEqual(keys);
    const after = await client.listPage({ prefix: 'p/', startAfter: keys[28] ?? '' });
    expect(after.objects.map((one) => one.key)).toEqual(keys.slice(29));
  });

  it('says what is wrong', async () => {
    const wrongSecret = open({ credentials: { ...FULL, secretAccessKey: 'wrong' } });
    expect((await failure(wrongSecret.headBucket())).code).toBe('credentials_wrong_secret');
    const unknown = open({ credentials: { ...FULL, accessKeyId: 'UNKNOWN' } });
    expect((await failure(unknown.headBucket())).code).toBe('credentials_unknown');
    expect((await failure(open({ bucket: 'missing' }).headBucket())).code).toBe('bucket_not_found');
    expect((await failure(client.get('c', { range: { startByte: 100 } }))).code).toBe('object_changed');
    const stranger = open({ credentials: STRANGER });
    expect((await failure(stranger.listPage({ prefix: 'k/' }))).detail).toContain(
      's3:ListBucket on documents (prefix k/)',
    );
    expect((await failure(stranger.get('k/c'))).detail).toContain('s3:GetObject on documents/k/*');
    const write = stranger.put({ key: 'k/d', body: bytes('x'), sizeBytes: 1, contentType: 'a/b' });
    expect((await failure(write)).detail).toContain('s3:PutObject on documents/k/*');
    // Refused as a whole here, key by key on AWS.
    expect((await failure(stranger.deleteMany(['c']))).code).toBe('access_denied');
    expect(
      (await failure(open({ credentials: { ...FULL, secretAccessKey: 'x' } }, stsEndpoint).headBucket()))
        .code,
    ).toBe('access_denied');
  });

  it('refuses a role nobody made, at its STS', async () => {
    const session = createRoleSession({
      credentials: FULL,
      roleArn: 'arn:aws:iam::123456789012:role/none',
      externalId: 'x',
      sessionName: 'sluice',
      region: 'default',
      endpoint: `${stsEndpoint}/`,
      egress: { mode: 'allow-loopback' },
    });
    expect((await failure(session())).code).toBe('role_not_assumable');
  });
});
