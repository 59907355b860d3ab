import { signedFetch } from '@sluice/aws';
import { setupArtefacts } from '@sluice/core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openBucket, type S3Client } from '../../src/index.ts';
import { bytes, failure } from '../support/fake.ts';

// Made by up.sh; of a cluster that lives as long as the test.
const OWNER = {
  accessKeyId: 'FULLACCESSKEY000001',
  secretAccessKey: 'fullSecretKey/With+Odd=Chars00000000001',
};
const PRODUCT = {
  accessKeyId: 'READACCESSKEY000001',
  secretAccessKey: 'readSecretKey0000000000000000000000000001',
};
const PRODUCT_USER = 'reader';

const endpoint = inject('cephEndpoint');
const open = (bucket: string, credentials: typeof OWNER): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint, region: 'default' },
    bucket,
    credentials,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
  });

/** Does what the setup of a generic integration says: the owner of the bucket sets the policy, for the user we are. */
const setUp = async (bucket: string, inputPrefix: string, outputPrefix: string): Promise<void> => {
  const { artefacts } = setupArtefacts(
    {
      provider: 'generic',
      bucket,
      region: 'default',
      endpoint,
      inputPrefix,
      outputPrefix,
      roleArn: null,
      externalId: null,
      kmsKeyArn: null,
    },
    { principalArn: null, templateUrl: null },
  );
  const policy = artefacts.find(({ name }) => name === 'bucket_policy')?.content ?? '';
  const answer = await signedFetch({
    method: 'PUT',
    url: `${endpoint}/${bucket}?policy=`,
    body: bytes(policy.replaceAll(':user/sluice', `:user/${PRODUCT_USER}`)),
    credentials: OWNER,
    service: 's3',
    region: 'default',
    egress: { mode: 'allow-loopback' },
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
};

const object = (key: string) => ({ key, body: bytes('x'), sizeBytes: 1, contentType: 'application/pdf' });
const denied = async (work: Promise<unknown>): Promise<void> => {
  expect((await failure(work)).code).toBe('access_denied');
};

describe.each([
  ['plain', 'incoming/', 'accessible/'],
  ['odd-names', 'in coming/é$(x)/', "re'sults/%2F&/"],
  ['wildcards', 'in*coming?/', 'out*/'],
  ['colons', 'a:b/', 'out:/'],
  ['braces', '{in}/', 'out${x}/'],
  ['variables', 'in$/', '${aws:username}/'],
])('the generated policy on Ceph, folders %s', (bucket, inputPrefix, outputPrefix) => {
  const owner = open(bucket, OWNER);
  const product = open(bucket, PRODUCT);
  beforeAll(async () => {
    await owner.createBucket();
    for (const key of [`${inputPrefix}a/b.pdf`, 'elsewhere/a.pdf', 'top.pdf', `${outputPrefix}old.pdf`])
      await owner.put(object(key));
    await denied(product.listPage({ prefix: inputPrefix }));
    await setUp(bucket, inputPrefix, outputPrefix);
  });

  it('lets us list the input folder and what is in it', async () => {
    const page = await product.listPage({ prefix: inputPrefix });
    expect(page.objects.map(({ key }) => key)).toEqual([`${inputPrefix}a/b.pdf`]);
    expect((await product.listPage({ prefix: `${inputPrefix}a/` })).objects).toHaveLength(1);
  });

  it('lets us tell what is gone from what is denied, by the listing of its name', async () => {
    const gone = `${inputPrefix}a/gone.pdf`;
    await denied(product.head(gone));
    await denied(product.get(gone));
    expect((await product.listPage({ prefix: gone })).objects).toEqual([]);
    const [there] = (await product.listPage({ prefix: `${inputPrefix}a/b.pdf` })).objects;
    expect(there?.key).toBe(`${inputPrefix}a/b.pdf`);
  });

  it('lets us read the input, and write, read back and delete in the output', async () => {
    await (await product.get(`${inputPrefix}a/b.pdf`)).body.cancel();
    await product.head(`${inputPrefix}a/b.pdf`);
    const key = `${outputPrefix}a/b.pdf`;
    await product.put(object(key));
    await (await product.get(key)).body.cancel();
    await product.delete(key);
    expect((await failure(owner.head(key))).code).toBe('object_not_found');
  });

  it('lets us list nothing else', async () => {
    for (const prefix of ['', 'elsewhere/', inputPrefix.slice(0, -1), outputPrefix, 'in'])
      await denied(product.listPage({ prefix }));
  });

  it('lets us read nothing else', async () => {
    await denied(product.get('elsewhere/a.pdf'));
    await denied(product.get('top.pdf'));
  });

  it('lets us change nothing of the input, nor anything elsewhere', async () => {
    await denied(product.put(object(`${inputPrefix}new.pdf`)));
    await denied(product.delete(`${inputPrefix}a/b.pdf`));
    await denied(product.put(object('elsewhere/new.pdf')));
    await denied(product.delete('elsewhere/a.pdf'));
    await denied(product.copy({ sourceKey: `${inputPrefix}a/b.pdf`, key: 'elsewhere/copy.pdf' }));
    await owner.head(`${inputPrefix}a/b.pdf`);
    await owner.head('elsewhere/a.pdf');
  });

  it('does not let us give ourselves more', async () => {
    const answer = await signedFetch({
      method: 'PUT',
      url: `${endpoint}/${bucket}?policy=`,
      body: bytes('{"Version":"2012-10-17","Statement":[]}'),
      credentials: PRODUCT,
      service: 's3',
      region: 'default',
      egress: { mode: 'allow-loopback' },
    });
    await answer.body?.cancel();
    expect(answer.status).toBe(403);
  });
});
