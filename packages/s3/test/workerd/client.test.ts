import { SluiceError } from '@sluice/shared';
import { describe, expect, inject, it } from 'vitest';
import { openBucket, type S3Client, type S3Options } from '../../src/index.ts';

const fake = inject('fakeS3');
const r2 = inject('r2Local');

const open = (server: typeof fake, options: Partial<S3Options> = {}): S3Client =>
  openBucket({
    provider: { provider: 'generic', endpoint: server.endpoint },
    bucket: 'bucket',
    credentials: server.identity,
    egress: { mode: 'allow-loopback' },
    retry: { maxAttempts: 1 },
    ...options,
  });

const failure = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const error = await promise.then(
    () => new Error('succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof SluiceError) return error;
  throw error;
};

/** As the server received it: key, content-length, transfer-encoding, payload hash, cache-control. */
const received = async (key: string): Promise<string | undefined> => {
  const { body } = await open(fake).get(inject('putLogKey'));
  const lines = (await new Response(body).text()).split('\n');
  return lines.find((line) => line.startsWith(`${key} `));
};

const stream = (sizeBytes: number): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (let at = 0; at < sizeBytes; at += 60_000)
        controller.enqueue(new Uint8Array(Math.min(60_000, sizeBytes - at)));
      controller.close();
    },
  });

describe('in workerd', () => {
  it('runs there', () => {
    expect(navigator.userAgent).toBe('Cloudflare-Workers');
  });

  it('sends a stream of known length with Content-Length, unsigned, and bytes signed', async () => {
    const client = open(fake);
    await client.put({
      key: 'w/stream',
      body: stream(300_000),
      sizeBytes: 300_000,
      contentType: 'a/b',
      ifAbsent: true,
    });
    expect(await received('w/stream')).toBe('w/stream 300000  UNSIGNED-PAYLOAD ');
    await client.put({
      key: 'w/bytes',
      body: new Uint8Array(3),
      sizeBytes: 3,
      contentType: 'a/b',
      ifAbsent: true,
    });
    expect(await received('w/bytes')).toMatch(/^w\/bytes 3 {2}[0-9a-f]{64} $/);
    await client.put({ key: 'w/empty', body: stream(0), sizeBytes: 0, contentType: 'a/b' });
    expect((await client.head('w/empty')).sizeBytes).toBe(0);
    expect((await client.head('w/stream')).sizeBytes).toBe(300_000);
  });

  it.each([
    // The native stream tells the request that bytes are missing, and nobody else: it looks like a lost connection.
    ['shorter', 300_001, 'endpoint_unreachable'],
    ['longer', 299_999, 'upstream_invalid'],
  ])('fails when a stream is %s than announced, and writes nothing', async (_, sizeBytes, code) => {
    const client = open(fake);
    const key = `w/len-${sizeBytes}`;
    const error = await failure(client.put({ key, body: stream(300_000), sizeBytes, contentType: 'a/b' }));
    expect(error.code).toBe(code);
    expect((await failure(client.head(key))).code).toBe('object_not_found');
  });

  it('pipes one object into another, and hands on why the source failed', async () => {
    const client = open(fake);
    const { head, body } = await client.get('whole/k');
    await client.put({ key: 'w/piped', body, sizeBytes: head.sizeBytes, contentType: 'a/b' });
    expect((await client.head('w/piped')).sizeBytes).toBe(200_000);
    const cut = await client.get('cut/k');
    const error = await failure(
      client.put({ key: 'w/cut', body: cut.body, sizeBytes: cut.head.sizeBytes, contentType: 'a/b' }),
    );
    expect(error.retryable).toBe(true);
    expect((await failure(client.head('w/cut'))).code).toBe('object_not_found');
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new SluiceError('object_changed')),
    });
    expect(
      (await failure(client.put({ key: 'x', body: broken, sizeBytes: 9, contentType: 'a/b' }))).code,
    ).toBe('object_changed');
  });

  it('fails a body that is cut off or stalls instead of ending it early', async () => {
    const client = open(fake, { egress: { mode: 'allow-loopback', totalTimeoutMs: 300 } });
    const cut = await client.get('cut/k');
    await expect(new Response(cut.body).arrayBuffer()).rejects.toThrow();
    const stalled = await client.get('stall/k');
    await expect(new Response(stalled.body).arrayBuffer()).rejects.toThrow();
  });

  it('says what fetch did to a compressed object', async () => {
    const { head, body } = await open(fake).get('gz');
    expect(head.contentEncoding).toBe('gzip');
    expect(head.sizeBytes).toBeLessThan(1000);
    expect((await new Response(body).text()).length).toBe(6000);
    expect((await open(fake).head('gz')).sizeBytes).toBe(head.sizeBytes);
  });

  it('translates failures of connections as on Node', async () => {
    const closed = { endpoint: 'http://127.0.0.1:9', identity: fake.identity };
    expect((await failure(open(closed).listPage({ prefix: '' }))).code).toBe('endpoint_unreachable');
    const impatient = open(fake, { egress: { mode: 'allow-loopback', headersTimeoutMs: 50 } });
    expect((await failure(impatient.get('silent/k'))).code).toBe('upstream_timeout');
    expect((await failure(open(fake).get('busy/k'))).code).toBe('throttled');
    const controller = new AbortController();
    const pending = failure(open(fake).get('silent/k', { signal: controller.signal }));
    controller.abort();
    expect((await pending).code).toBe('unavailable');
  });

  it.each([
    ['the fake', fake],
    ["R2's local endpoint", r2],
  ])('does every operation on %s', async (_, server) => {
    const client = open(server);
    const key = "w/a b+c%d/é//x!'()*.pdf";
    const metadata = { job: 'ü  "x"' };
    const { etag } = await client.put({
      key,
      body: new Uint8Array([1, 2, 3]),
      sizeBytes: 3,
      contentType: 'a/b',
      metadata,
    });
    expect(await client.head(key)).toMatchObject({ etag, sizeBytes: 3, metadata });
    expect((await client.listPage({ prefix: 'w/a b+c' })).objects).toMatchObject([
      { key, etag, sizeBytes: 3 },
    ]);
    const part = await client.get(key, { range: { startByte: 1 }, ifMatch: etag });
    expect(new Uint8Array(await new Response(part.body).arrayBuffer())).toEqual(new Uint8Array([2, 3]));
    await client.copy({ sourceKey: key, key: 'w/copy' });
    expect((await fetch(await client.presignGet('w/copy', 60))).status).toBe(200);
    const size = 6 * 1024 * 1024;
    await client.uploadStream({
      key: 'w/big',
      body: stream(size),
      contentType: 'a/b',
      partBytes: 5 * 1024 * 1024,
    });
    expect((await client.head('w/big')).sizeBytes).toBe(size);
    expect(await client.deleteMany([key, 'w/copy', 'w/big'])).toMatchObject({ failed: [] });
    expect((await failure(client.get(key))).code).toBe('object_not_found');
    expect((await failure(client.get('a/../b'))).code).toBe('object_name_unusable');
  });
});
