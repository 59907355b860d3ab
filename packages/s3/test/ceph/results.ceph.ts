import { signedFetch } from '@sluice/aws';
import { readResult } from '@sluice/core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openBucket, type S3Client } from '../../src/index.ts';
import { bytes, failure, textOf } from '../support/fake.ts';

// Made by up.sh; of a cluster that lives as long as the test.
const OWNER = {
  accessKeyId: 'FULLACCESSKEY000001',
  secretAccessKey: 'fullSecretKey/With+Odd=Chars00000000001',
};
const PRODUCT = {
  accessKeyId: 'READACCESSKEY000001',
  secretAccessKey: 'readSecretKey0000000000000000000000000001',
};

const endpoint = inject('cephEndpoint');
const open = (bucket: string, credentials: typeof OWNER): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint, region: 'default' },
    bucket,
    credentials,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
  });

const allow = (bucket: string, action: string, resource: string, condition = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam:::user/reader' },
  Action: action,
  Resource: `arn:aws:s3:::${bucket}${resource}`,
  ...condition,
});

const listing = (bucket: string, prefix?: string) =>
  allow(
    bucket,
    's3:ListBucket',
    '',
    prefix === undefined ? {} : { Condition: { StringLike: { 's3:prefix': prefix } } },
  );

/** A bucket of the owner's with results, and what we are granted in it. */
const given = async (bucket: string, statements: readonly object[]): Promise<S3Client> => {
  const owner = open(bucket, OWNER);
  await owner.createBucket();
  for (const key of ['out/there.pdf', 'out/there.pdf.html', 'closed/there.pdf'])
    await owner.put({ key, body: bytes('hello'), sizeBytes: 5, contentType: 'application/pdf' });
  const { status } = await signedFetch({
    method: 'PUT',
    url: `${endpoint}/${bucket}?policy=`,
    body: bytes(JSON.stringify({ Version: '2012-10-17', Statement: statements })),
    credentials: OWNER,
    service: 's3',
    region: 'default',
    egress: { mode: 'allow-loopback' },
  });
  expect(status).toBeLessThan(300);
  return open(bucket, PRODUCT);
};

const read = (bucket: S3Client, key: string) =>
  readResult(
    {
      actorId: 'a',
      results: { getResult: async () => ({ key }) } as never,
      openBucket: async () => bucket,
    },
    { integrationId: 'i', objectId: 'o', kind: 'pdf' },
  );
const codeOf = async (bucket: S3Client, key: string): Promise<string> =>
  (await failure(read(bucket, key))).code;

describe('a result that is not there any more, on Ceph', () => {
  const buckets = {
    'may be gone or forbidden where nothing may be listed': [
      'no-listing',
      () => [allow('no-listing', 's3:GetObject', '/out/*')],
      ['result_not_readable', 'result_not_readable'],
    ],
    'is gone, and not forbidden, where its folder may be listed': [
      'folder-listing',
      () => [
        allow('folder-listing', 's3:GetObject', '/out/*'),
        listing('folder-listing', 'out/*'),
        listing('folder-listing', 'closed/*'),
      ],
      ['result_gone', 'access_denied'],
    ],
    'is gone, and not forbidden, where everything may be listed': [
      'whole-listing',
      () => [allow('whole-listing', 's3:GetObject', '/out/*'), listing('whole-listing')],
      ['result_gone', 'access_denied'],
    ],
  } as const;

  describe.each(Object.entries(buckets))('%s', (_, [name, statements, [gone, forbidden]]) => {
    let bucket: S3Client;
    beforeAll(async () => {
      bucket = await given(name, statements());
    });

    it('is told so', async () => {
      expect(await codeOf(bucket, 'out/gone.pdf')).toBe(gone);
      // Another name begins like it.
      expect(await codeOf(bucket, 'out/there')).toBe(gone);
      expect(await codeOf(bucket, 'closed/there.pdf')).toBe(forbidden);
      expect(await textOf((await read(bucket, 'out/there.pdf')).body)).toBe('hello');
    });
  });
});
