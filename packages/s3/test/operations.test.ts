import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytes, clientOf, everythingOf, failure, textOf } from './support/fake.ts';

let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['bucket', 'other'] });
});
afterAll(() => fake.stop());
afterEach(() => {
  fake.clearFaults();
  fake.clearRequests();
});

const AWKWARD = [
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
];

describe('objects', () => {
  it.each(AWKWARD)('%j is written, found, read, copied and deleted under its own name', async (name) => {
    const client = clientOf(fake);
    const key = `awkward/${name}`;
    const metadata = { job: 'j-1', title: 'Übersicht  für „alle“' };
    const put = await client.put({
      key,
      body: bytes('hello'),
      sizeBytes: 5,
      contentType: 'application/pdf',
      metadata,
    });
    expect(fake.bucket('bucket').get(key)?.sizeBytes).toBe(5);
    expect((await client.listPage({ prefix: key })).objects).toMatchObject([
      { key, etag: put.etag, sizeBytes: 5 },
    ]);
    expect(await client.head(key)).toMatchObject({
      etag: put.etag,
      sizeBytes: 5,
      contentType: 'application/pdf',
      metadata,
    });
    const got = await client.get(key, { ifMatch: put.etag });
    expect(await textOf(got.body)).toBe('hello');
    const copy = await client.copy({ sourceKey: key, key: `${key}-copy`, ifMatch: put.etag });
    expect(copy.etag).toBe(put.etag);
    expect((await client.head(`${key}-copy`)).metadata).toEqual(metadata);
    const removed = await client.deleteMany([key, `${key}-copy`]);
    expect(removed).toMatchObject({ failed: [] });
    expect([...removed.deleted].sort()).toEqual([key, `${key}-copy`].sort());
    expect((await failure(client.head(key))).code).toBe('object_not_found');
  });

  it('sends a stream of known length with Content-Length and UNSIGNED-PAYLOAD', async () => {
    const body = new Blob(['x'.repeat(300_000)]).stream();
    await clientOf(fake).put({ key: 's', body, sizeBytes: 300_000, contentType: 'a/b' });
    const request = fake.requests[0];
    expect(request?.headers['content-length']).toBe('300000');
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    expect(request?.headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(request?.body.byteLength).toBe(300_000);
  });

  it.each([
    ['shorter', 9],
    ['longer', 4],
  ])('fails when a stream is %s than announced, and writes nothing', async (_, sizeBytes) => {
    const client = clientOf(fake);
    const body = new Blob(['stream!']).stream();
    const error = await failure(client.put({ key: `len-${sizeBytes}`, body, sizeBytes, contentType: 'a/b' }));
    expect(error.code).toBe('upstream_invalid');
    expect(error.detail).toContain(`${sizeBytes} bytes announced`);
    expect(fake.bucket('bucket').get(`len-${sizeBytes}`)).toBeUndefined();
    expect(
      (await failure(client.put({ key: 'b', body: bytes('abc'), sizeBytes: 4, contentType: 'a/b' }))).code,
    ).toBe('upstream_invalid');
  });

  it('hands on the error of a source that breaks, and does not send a stream twice', async () => {
    const client = clientOf(fake);
    fake.bucket('bucket').put('source', Buffer.alloc(100_000), {}, 0);
    fake.addFault(faults.only({ operation: 'PutObject' }, faults.slowsDown()));
    const error = await failure(
      client.put({ key: 'once', body: new Blob(['x']).stream(), sizeBytes: 1, contentType: 'a/b' }),
    );
    expect(error.code).toBe('throttled');
    expect(fake.requests.filter((one) => one.operation === 'PutObject')).toHaveLength(1);
    fake.clearFaults();
    const broken = new ReadableStream<Uint8Array>({
      pull: async () => {
        throw (await failure(client.get('missing'))) satisfies Error;
      },
    });
    const passed = await failure(client.put({ key: 'x', body: broken, sizeBytes: 10, contentType: 'a/b' }));
    expect(passed.code).toBe('object_not_found');
  });

  it('reads ranges, and does not take a whole object for a part', async () => {
    const client = clientOf(fake);
    await client.put({ key: 'r', body: bytes('0123456789'), sizeBytes: 10, contentType: 'a/b' });
    const part = await client.get('r', { range: { startByte: 2, endByte: 4 } });
    expect(await textOf(part.body)).toBe('234');
    expect(part.head.sizeBytes).toBe(10);
    expect(await textOf((await client.get('r', { range: { startByte: 8 } })).body)).toBe('89');
    fake.addFault((request, proceed) => ({
      ...proceed(),
      ...(request.headers.range ? { status: 200 } : {}),
    }));
    expect(
      (await failure(clientOf(fake, { retry: { maxAttempts: 1 } }).get('r', { range: { startByte: 1 } })))
        .code,
    ).toBe('upstream_invalid');
  });

  it('notices an object that changed, also on servers that do not know If-Match', async () => {
    const client = clientOf(fake);
    const { etag } = await client.put({ key: 'c', body: bytes('one'), sizeBytes: 3, contentType: 'a/b' });
    await client.put({ key: 'c', body: bytes('two'), sizeBytes: 3, contentType: 'a/b', ifMatch: etag });
    expect((await failure(client.get('c', { ifMatch: etag }))).code).toBe('object_changed');
    const stale = { key: 'c', body: bytes('x'), sizeBytes: 1, contentType: 'a/b', ifMatch: etag };
    expect((await failure(client.put(stale))).code).toBe('object_changed');
    fake.addFault((_, proceed) => {
      const current = fake.bucket('bucket').get('c');
      const body = current?.body ?? Buffer.alloc(0);
      return { ...proceed(), status: 200, headers: { etag: `"${current?.etag}"` }, body };
    });
    expect((await failure(client.get('c', { ifMatch: etag }))).code).toBe('object_changed');
  });

  it('asks for bodies as they are stored, and says when fetch decoded one nevertheless', async () => {
    const zipped = Buffer.from(
      await new Response(
        new Blob(['hello '.repeat(1000)]).stream().pipeThrough(new CompressionStream('gzip')),
      ).arrayBuffer(),
    );
    fake.bucket('bucket').put('gz', zipped, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, 0);
    const client = clientOf(fake);
    const { head, body } = await client.get('gz');
    expect(fake.requests[0]?.headers['accept-encoding']).toBe('identity');
    expect(head).toMatchObject({ contentEncoding: 'gzip', sizeBytes: zipped.byteLength });
    expect((await textOf(body)).length).toBe(6000);
  });

  it('fails a body that is cut off or stalls instead of ending it early', async () => {
    const client = clientOf(fake, { egress: { mode: 'allow-loopback', totalTimeoutMs: 200 } });
    fake.bucket('bucket').put('big', Buffer.alloc(100_000), {}, 0);
    fake.addFault(faults.only({ times: 1 }, faults.cutsBodyAfter(50_000)));
    await expect(textOf((await client.get('big')).body)).rejects.toThrow();
    fake.addFault(faults.stallsBodyAfter(50_000));
    await expect(textOf((await client.get('big')).body)).rejects.toThrow(/timeout|abort/i);
  });

  it('refuses an answer without ETag or length', async () => {
    fake.bucket('bucket').put('k', Buffer.from('x'), {}, 0);
    const strip = (name: string): void =>
      fake.addFault((_, proceed) => {
        const answer = proceed();
        const { [name]: __, ...headers } = answer.headers;
        return { ...answer, headers };
      });
    strip('etag');
    const client = clientOf(fake, { retry: { maxAttempts: 1 } });
    expect((await failure(client.head('k'))).code).toBe('upstream_invalid');
    expect(
      (await failure(client.put({ key: 'z', body: bytes(''), sizeBytes: 0, contentType: 'a/b' }))).code,
    ).toBe('upstream_invalid');
  });

  it('presigns links that work for what they name, and for nothing else', async () => {
    const client = clientOf(fake);
    await client.put({
      key: 'l/a b+c.pdf',
      body: bytes('linked'),
      sizeBytes: 6,
      contentType: 'application/pdf',
    });
    const link = await client.presignGet('l/a b+c.pdf', 60, {
      downloadName: 'ü "x" y+z.pdf',
      contentType: 'text/plain',
    });
    expect(link).not.toContain('+');
    expect(await (await fetch(link)).text()).toBe('linked');
    expect((await fetch(link, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(link.replace('/l/', '/m/'))).status).toBe(403);
    expect((await fetch(link.replace('text%2Fplain', 'text%2Fhtml'))).status).toBe(403);
    const upload = await client.presignPut('l/up', 60, 'a/b');
    expect(
      (await fetch(upload, { method: 'PUT', body: 'x', headers: { 'content-type': 'text/html' } })).status,
    ).toBe(403);
    expect(
      (await fetch(upload, { method: 'PUT', body: 'x', headers: { 'content-type': 'a/b' } })).status,
    ).toBe(200);
    expect((await failure(client.presignGet('a/../b', 60))).code).toBe('object_name_unusable');
  });

  it('presigned links end', async () => {
    const client = clientOf(fake, { clock: () => Date.now() - 120_000 });
    fake.bucket('bucket').put('k', Buffer.from('x'), {}, 0);
    expect((await fetch(await client.presignGet('k', 60))).status).toBe(403);
  });
});

describe('buckets', () => {
  it('creates its bucket once', async () => {
    const client = clientOf(fake, { bucket: 'fresh-bucket' });
    expect((await failure(client.headBucket())).code).toBe('bucket_not_found');
    expect(await client.createBucket()).toEqual({ created: true });
    expect(await client.createBucket()).toEqual({ created: false });
    await client.headBucket();
  });

  it('never reaches another bucket, however an object is called', async () => {
    fake.bucket('other').put('secret', Buffer.from('x'), {}, 0);
    const client = clientOf(fake);
    for (const key of ['../other/secret', 'a/../../other/secret', './../other/secret']) {
      for (const attempt of [
        client.get(key),
        client.head(key),
        client.delete(key),
        client.presignGet(key, 60),
      ]) {
        expect((await failure(attempt)).code).toBe('object_name_unusable');
      }
      expect((await client.deleteMany([key])).failed).toMatchObject([
        { key, error: { code: 'object_name_unusable' } },
      ]);
    }
    expect((await failure(client.get('%2e%2e/other/secret'))).code).toBe('object_not_found');
    expect(fake.bucket('other').get('secret')).toBeDefined();
  });
});

describe('multi-delete', () => {
  it('reports each refusal and asks for at most 1,000 at once', async () => {
    const bucket = fake.bucket('bucket');
    const keys = Array.from({ length: 2100 }, (_, index) => `many/${index}`);
    for (const key of keys) bucket.put(key, Buffer.alloc(0), {}, 0);
    const result = await clientOf(fake).deleteMany([...keys, 'refused/x', 'ctrl\u0001', 'many/0']);
    expect(result.deleted).toHaveLength(2101);
    expect(result.failed).toMatchObject([
      { key: 'refused/x', error: { code: 'access_denied', providerCode: 'AccessDenied' } },
    ]);
    expect(fake.requests.map((one) => one.operation)).toEqual([
      'DeleteObjects',
      'DeleteObjects',
      'DeleteObjects',
      'DeleteObject',
    ]);
  });

  it('is refused as a whole by some servers, and missing on others', async () => {
    fake.addFault(faults.only({ operation: 'DeleteObjects', times: 1 }, faults.denies('s3:DeleteObject')));
    const client = clientOf(fake, { retry: { maxAttempts: 1 } });
    expect((await failure(client.deleteMany(['a']))).code).toBe('access_denied');
    fake.addFault(faults.only({ operation: 'DeleteObjects' }, faults.fails(501, 'NotImplemented')));
    expect((await client.deleteMany(['a', 'b'])).deleted).toEqual(['a', 'b']);
  });

  it('does not take silence about a key for success', async () => {
    fake.addFault(faults.rewrites(() => '<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>'));
    const result = await clientOf(fake).deleteMany(['a', 'b']);
    expect(result.deleted).toEqual(['a']);
    expect(result.failed).toMatchObject([{ key: 'b', error: { code: 'upstream_invalid' } }]);
  });
});

describe('metering', () => {
  it('counts requests without URL, key or secret', async () => {
    const client = clientOf(fake);
    fake.addFault(faults.only({ times: 1 }, faults.slowsDown()));
    await client.listPage({ prefix: 'private/' });
    expect(client.records).toMatchObject([
      { operation: 'ListObjects', status: 503, attempt: 1 },
      { operation: 'ListObjects', status: 200, attempt: 2 },
    ]);
    for (const record of client.records) {
      expect(Object.keys(record).sort()).toEqual(['attempt', 'durationMs', 'operation', 'status']);
      expect(record.durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  it('asks a credentials provider again, and signs with what it says', async () => {
    let current = FAKE_IDENTITY;
    const client = clientOf(fake, { credentials: async () => current, retry: { maxAttempts: 1 } });
    await client.headBucket();
    current = { ...FAKE_IDENTITY, secretAccessKey: 'rotated-away' };
    const error = await failure(client.headBucket());
    expect(error.code).toBe('credentials_wrong_secret');
    expect(everythingOf(error)).not.toContain('rotated-away');
  });
});
