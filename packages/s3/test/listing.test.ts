import { compareKeys } from '@sluice/shared';
import { type FakeS3, type Fault, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, failure } from './support/fake.ts';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['bucket', 'large'] });
  fake.bucket('bucket').addSynthetic(25, (index) => `docs/${String(index).padStart(2, '0')} +é.pdf`);
  fake.bucket('bucket').addSynthetic(3, (index) => `other/${index}`);
  fake.bucket('large').addSynthetic(100_000, (index) => `tenant ${index % 7}/2026/${index}.pdf`);
});
afterAll(() => fake.stop());
afterEach(() => {
  fake.clearFaults();
  fake.clearRequests();
});

const noRetry = { retry: { maxAttempts: 1 } };

const keysOf = async (pages: AsyncIterable<readonly { key: string }[]>): Promise<string[]> => {
  const keys: string[] = [];
  for await (const page of pages) keys.push(...page.map((one) => one.key));
  return keys;
};

describe('listing', () => {
  it('finds every object once, over many pages', async () => {
    const client = clientOf(fake);
    const keys = await keysOf(client.listAll({ prefix: 'docs/', maxKeys: 4 }));
    expect(keys).toHaveLength(25);
    expect(new Set(keys).size).toBe(25);
    expect(keys[0]).toBe('docs/00 +é.pdf');
    expect(fake.requests).toHaveLength(7);
  });

  it('lists 100,000 objects in 100 requests', async () => {
    const keys = await keysOf(clientOf(fake, { bucket: 'large' }).listAll({ prefix: '' }));
    expect(new Set(keys).size).toBe(100_000);
    expect(fake.requests).toHaveLength(100);
  });

  it('begins after a key, also on servers that do not know how', async () => {
    const client = clientOf(fake);
    const after = await client.listPage({ prefix: 'docs/', startAfter: 'docs/20 +é.pdf' });
    expect(after.objects.map((one) => one.key.slice(5, 7))).toEqual(['21', '22', '23', '24']);
    // Ignores start-after, as if the query had none.
    fake.addFault((request, proceed) => {
      (request.query as Map<string, string>).delete('start-after');
      return proceed();
    });
    const ignored = await client.listPage({ prefix: 'docs/', startAfter: 'docs/20 +é.pdf' });
    expect(ignored.objects).toEqual(after.objects);
  });

  it('folds what lies below a delimiter', async () => {
    const page = await clientOf(fake).listPage({ prefix: '', delimiter: '/' });
    expect(page).toEqual({ objects: [], commonPrefixes: ['docs/', 'other/'], continuationToken: null });
  });

  it('asks for url encoding, and writes spaces of a prefix as %20', async () => {
    await clientOf(fake).listPage({ prefix: 'a b+c', startAfter: 'a b+c d', maxKeys: 5000 });
    const target = fake.requests[0]?.target ?? '';
    expect(target).toContain(
      'list-type=2&encoding-type=url&max-keys=1000&prefix=a%20b%2Bc&start-after=a%20b%2Bc%20d',
    );
  });

  it('ends with its caller', async () => {
    const controller = new AbortController();
    controller.abort();
    const error = await failure(clientOf(fake).listPage({ prefix: '', signal: controller.signal }));
    expect(error.code).toBe('unavailable');
    const later = new AbortController();
    fake.addFault(faults.stallsBodyAfter(10));
    const pending = failure(
      clientOf(fake, { onRequest: () => later.abort() }).listPage({ prefix: '', signal: later.signal }),
    );
    expect((await pending).code).toBe('unavailable');
  });

  const lies: [string, Fault][] = [
    ['half a page', faults.rewrites((text) => text.slice(0, text.length / 2))],
    ['fewer keys than counted', faults.rewrites((text) => text.replace(/<Contents>.*?<\/Contents>/s, ''))],
    [
      'more keys than asked for',
      faults.rewrites((text) => text.replace(/(<Contents>.*?<\/Contents>)/s, '$1$1')),
    ],
    [
      'a folder in place of what is in it',
      faults.rewrites((text) =>
        text.replace(
          /<Contents>.*?<\/Contents>/s,
          '<CommonPrefixes><Prefix>docs/0/</Prefix></CommonPrefixes>',
        ),
      ),
    ],
    ['a key outside of the prefix', faults.rewrites((text) => text.replace('<Key>docs/', '<Key>doc5/'))],
    [
      'incompleteness without a token',
      faults.rewrites((text) => text.replace(/<NextContinuationToken>.*?<\/NextContinuationToken>/, '')),
    ],
    [
      'no word about completeness',
      faults.rewrites((text) => text.replace(/<IsTruncated>.*?<\/IsTruncated>/, '')),
    ],
    [
      'bytes that are not UTF-8',
      (_, proceed) => ({ ...proceed(), body: Buffer.concat([Buffer.from([0xff]), proceed().body]) }),
    ],
    ['nothing', faults.rewrites(() => '')],
    ['a length it does not keep', faults.cutsBodyAfter(100)],
  ];
  it.each(lies)('never takes %s for the truth', async (_, fault) => {
    fake.addFault(fault);
    const error = await failure(clientOf(fake, noRetry).listPage({ prefix: 'docs/', maxKeys: 10 }));
    expect(['upstream_invalid', 'endpoint_unreachable']).toContain(error.code);
    expect(error.retryable).toBe(true);
  });

  it('notices tokens that repeat at once, and those that go in a circle', async () => {
    const first = fake.bucket('bucket').keys()[3] ?? '';
    const token = Buffer.from(first).toString('base64');
    fake.addFault(faults.rewrites((text) => text.replace(/(<NextContinuationToken>).*?(<)/, `$1${token}$2`)));
    const client = clientOf(fake, noRetry);
    expect(
      (await failure(client.listPage({ prefix: 'docs/', maxKeys: 4, continuationToken: token }))).code,
    ).toBe('upstream_invalid');
    fake.clearFaults();
    // Two tokens in turn: no page repeats its own.
    const other = Buffer.from(fake.bucket('bucket').keys()[7] ?? '').toString('base64');
    let turn = 0;
    fake.addFault(
      faults.rewrites((text) =>
        text.replace(
          /(<NextContinuationToken>).*?(<)/,
          () => `<NextContinuationToken>${turn++ % 2 === 0 ? token : other}<`,
        ),
      ),
    );
    const error = await failure(keysOf(client.listAll({ prefix: 'docs/', maxKeys: 4 })));
    expect(error.detail).toContain('circle');
  });

  it('tells buckets instead of objects, and errors with status 200, from a listing', async () => {
    fake.addFault(
      faults.only(
        { times: 1 },
        faults.rewrites(() => '<ListAllMyBucketsResult><Owner/></ListAllMyBucketsResult>'),
      ),
    );
    const client = clientOf(fake, noRetry);
    expect((await failure(client.listPage({ prefix: '' }))).code).toBe('addressing_wrong');
    fake.addFault(faults.only({ times: 1 }, faults.lateError('SlowDown')));
    expect((await failure(client.listPage({ prefix: '' }))).code).toBe('throttled');
  });

  it('asks again for a page that came damaged', async () => {
    fake.addFault(faults.only({ times: 2 }, faults.cutsBodyAfter(100)));
    expect((await clientOf(fake).listPage({ prefix: 'docs/' })).objects).toHaveLength(25);
    expect(fake.requests).toHaveLength(3);
  });
});

describe('key order', () => {
  it('is that of UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        fc.pre(a.isWellFormed() && b.isWellFormed());
        return Math.sign(compareKeys(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b));
      }),
      { numRuns: 2000 },
    );
    expect(compareKeys('\ufb01', '\u{1f600}')).toBeLessThan(0);
  });
});
