import { SluiceError } from '@sluice/shared';
import { type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../src/errors/answer.ts';
import { withRetry } from '../src/retry.ts';
import { bytes, clientOf, failure } from './support/fake.ts';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['bucket'] });
});
afterAll(() => fake.stop());
afterEach(() => {
  fake.clearFaults();
  fake.clearRequests();
});

const put = (
  key: string,
  metadata?: Record<string, string>,
  ifAbsent = true,
): Parameters<ReturnType<typeof clientOf>['put']>[0] => ({
  key,
  body: bytes('content'),
  sizeBytes: 7,
  contentType: 'a/b',
  ifAbsent,
  ...(metadata === undefined ? {} : { metadata }),
});

const replacement = (key: string, ifMatch: string) => ({ ...put(key, undefined, false), ifMatch });

describe('retries', () => {
  it('go on while the provider is busy, with doubling waits and Retry-After as the least', async () => {
    fake.addFault(faults.only({ times: 1 }, faults.slowsDown(3)));
    fake.addFault(faults.only({ times: 1 }, faults.bare(500)));
    fake.addFault(faults.only({ times: 1 }, faults.drops));
    const client = clientOf(fake);
    await client.listPage({ prefix: '' });
    expect(client.records.map((one) => one.status)).toEqual([503, 500, 0, 200]);
    expect(client.delaysMs).toEqual([3000, 400, 800]);
  });

  it('are bounded in number, wait and time', async () => {
    fake.addFault(faults.slowsDown(3600));
    const client = clientOf(fake);
    expect(await failure(client.listPage({ prefix: '' }))).toMatchObject({
      code: 'throttled',
      retryAfterMs: 3_600_000,
    });
    expect(client.delaysMs).toEqual([10_000, 10_000, 10_000]);
    const hurried = clientOf(fake, { retry: { maxTotalMs: 5000 } });
    await failure(hurried.listPage({ prefix: '' }));
    expect(hurried.delaysMs).toEqual([]);
  });

  it('spread: a wait is anywhere between nothing and the bound', async () => {
    const waits: number[] = [];
    let roll = 0;
    const policy = {
      random: () => (roll += 0.25),
      sleep: async (delayMs: number) => void waits.push(delayMs),
    };
    await failure(
      withRetry(
        policy,
        () => 0,
        undefined,
        () => Promise.reject(new SluiceError('throttled')),
      ),
    );
    expect(waits).toEqual([50, 200, 600]);
  });

  it.each([
    ['501', faults.fails(501, 'NotImplemented')],
    ['denied', faults.denies('s3:ListBucket')],
    ['wrong secret', faults.fails(403, 'SignatureDoesNotMatch')],
    ['no bucket', faults.fails(404, 'NoSuchBucket')],
    ['redirect', faults.redirects('eu-west-1', 'x.example.com')],
  ])('are not made for %s', async (_, fault) => {
    fake.addFault(fault);
    const client = clientOf(fake);
    await failure(client.listPage({ prefix: '' }));
    expect(fake.requests).toHaveLength(1);
  });

  it('are not made where doing it twice is not doing it once', async () => {
    fake.addFault(faults.loses);
    const client = clientOf(fake);
    await failure(client.createMultipart({ key: 'm', contentType: 'a/b' }));
    expect(fake.requests).toHaveLength(1);
  });

  it('stop when the caller does', async () => {
    const controller = new AbortController();
    fake.addFault(faults.slowsDown());
    const client = clientOf(fake, { retry: { sleep: async () => controller.abort() } });
    await failure(client.listPage({ prefix: '', signal: controller.signal }));
    expect(fake.requests).toHaveLength(1);
  });

  it('read Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-11-21T08:00:00Z');
    expect(parseRetryAfter('120', now)).toBe(120_000);
    expect(parseRetryAfter('Sat, 21 Nov 2026 08:00:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Sat, 21 Nov 2026 07:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfter('soon', now)).toBeNull();
    expect(parseRetryAfter('-5', now)).toBeNull();
    expect(parseRetryAfter(null, now)).toBeNull();
  });
});

describe('a conditional PUT whose answer was lost', () => {
  it('finds its own object in the way, and succeeds', async () => {
    fake.addFault(faults.only({ operation: 'PutObject', times: 1 }, faults.loses));
    const client = clientOf(fake);
    const { etag } = await client.put(put('own-1', { job: 'j-1' }));
    expect(etag).toBe((await client.head('own-1')).etag);
    expect(client.records.map((one) => [one.operation, one.status])).toEqual([
      ['PutObject', 0],
      ['PutObject', 412],
      ['HeadObject', 200],
      ['HeadObject', 200],
    ]);
  });

  it.each([
    ['content', Buffer.from('another'), { 'x-amz-meta-job': 'j-1' }],
    ['size', Buffer.from('other'), { 'x-amz-meta-job': 'j-1' }],
    ['metadata', Buffer.from('content'), { 'x-amz-meta-job': 'j-2' }],
  ])('does not take an object of other %s for its own', async (what, body, headers) => {
    fake.bucket('bucket').put(`theirs-${what}`, body, headers, 0);
    fake.addFault(faults.only({ operation: 'PutObject', times: 1 }, faults.drops));
    expect((await failure(clientOf(fake).put(put(`theirs-${what}`, { job: 'j-1' })))).code).toBe(
      'object_exists',
    );
  });

  it('goes by size and metadata where the ETag is no MD5 (SSE-KMS)', async () => {
    fake.addFault(faults.only({ operation: 'PutObject', times: 1 }, faults.drops));
    fake.bucket('bucket').put('kms', Buffer.from('content'), { 'x-amz-meta-job': 'j-1' }, 0, 'opaque-etag');
    expect((await clientOf(fake).put(put('kms', { job: 'j-1' }))).etag).toBe('opaque-etag');
    fake.addFault(faults.only({ operation: 'PutObject', times: 1 }, faults.drops));
    expect((await failure(clientOf(fake).put(put('kms')))).code).toBe('object_exists');
  });

  it('is not asked about at the first attempt', async () => {
    const client = clientOf(fake);
    await client.put(put('first', { job: 'j-1' }));
    expect((await failure(client.put(put('first', { job: 'j-1' })))).code).toBe('object_exists');
    expect(client.records.map((one) => one.operation)).toEqual(['PutObject', 'PutObject']);
  });

  it('falls back to looking first where conditions are not supported', async () => {
    fake.addFault(faults.noConditions);
    const client = clientOf(fake);
    await client.put(put('swift'));
    expect(client.records.map((one) => [one.operation, one.status])).toEqual([
      ['PutObject', 501],
      ['HeadObject', 404],
      ['PutObject', 200],
    ]);
    expect((await failure(client.put(put('swift')))).code).toBe('object_exists');
    // A stream is spent with the refusal.
    const stream = { ...put('swift-2'), body: new Blob(['content']).stream() };
    expect((await failure(client.put(stream))).code).toBe('unsupported_by_provider');
    const replacing = { ...replacement('swift', 'x'), body: new Blob(['content']).stream() };
    expect((await failure(client.put(replacing))).code).toBe('unsupported_by_provider');
  });

  it('falls back to looking first for what is replaced, too', async () => {
    fake.addFault(faults.noConditions);
    const client = clientOf(fake);
    const { etag } = await client.put({ ...put('swift'), ifAbsent: false });
    await client.put(replacement('swift', `"${etag}"`));
    expect((await failure(client.put(replacement('swift', 'another')))).code).toBe('object_changed');
    expect((await failure(client.put(replacement('none', etag)))).code).toBe('object_changed');
    expect(client.records.map((one) => [one.operation, one.status]).slice(1)).toEqual([
      ['PutObject', 501],
      ['HeadObject', 200],
      ['PutObject', 200],
      ['PutObject', 501],
      ['HeadObject', 200],
      ['PutObject', 501],
      ['HeadObject', 404],
    ]);
  });

  it('looks first by itself on providers known to have no conditions', async () => {
    const client = clientOf(fake, {
      provider: { provider: 'b2', endpoint: fake.endpoint, region: 'us-east-1' },
    });
    await client.put({ ...put('b2'), body: new Blob(['content']).stream() });
    expect(client.records.map((one) => one.operation)).toEqual(['HeadObject', 'PutObject']);
    expect(fake.requests[1]?.headers['if-none-match']).toBeUndefined();

    const { etag } = await client.head('b2');
    await client.put({ ...replacement('b2', etag), body: new Blob(['content']).stream() });
    expect(client.records.map((one) => one.operation).slice(3)).toEqual(['HeadObject', 'PutObject']);
    expect(fake.requests[4]?.headers['if-match']).toBeUndefined();
    expect((await failure(client.put(replacement('b2', 'another')))).code).toBe('object_changed');
  });
});
