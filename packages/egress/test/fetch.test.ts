import { SluiceError } from '@sluice/shared';
import { type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EgressPolicy, egressFetch, readBytesBounded, readTextBounded } from '../src/index.ts';

const policy: EgressPolicy = { mode: 'allow-loopback' };

let server: FakeS3;
beforeAll(async () => {
  server = await startFakeS3({ buckets: ['b'], verify: false });
  server.bucket('b').put('k', Buffer.from('0123456789'), {}, 0);
});
afterAll(() => server.stop());
afterEach(() => server.clearFaults());

const failure = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SluiceError);
  if (error instanceof SluiceError) return error;
  throw new Error('no SluiceError');
};

describe('egress fetch', () => {
  it('checks the destination again at use', async () => {
    const seen: string[] = [];
    const send = async (url: string): Promise<Response> => {
      seen.push(url);
      return new Response('');
    };
    const refused = await failure(
      egressFetch('https://169.254.169.254/latest', {}, { mode: 'strict', fetch: send }),
    );
    expect(refused.code).toBe('endpoint_refused');
    expect(
      (await failure(egressFetch(`${server.endpoint}/b/k`, {}, { mode: 'strict', fetch: send }))).code,
    ).toBe('endpoint_refused');
    expect((await failure(egressFetch('not a url', {}, { mode: 'strict', fetch: send }))).code).toBe(
      'endpoint_refused',
    );
    expect(seen).toEqual([]);
    await egressFetch('https://s3.example.com/a%20b?x=%2F', {}, { mode: 'strict', fetch: send });
    expect(seen).toEqual(['https://s3.example.com/a%20b?x=%2F']);
  });

  it('refuses a public name that resolves to a private address, where it can look', async () => {
    const resolves = (addresses: string[]): EgressPolicy => ({
      mode: 'strict',
      resolveHost: async () => addresses,
      fetch: async () => new Response('reached'),
    });
    const error = await failure(
      egressFetch('https://rebind.example.com', {}, resolves(['93.184.215.14', '10.0.0.5'])),
    );
    expect(error.code).toBe('endpoint_refused');
    expect(error.detail).toContain('a private address');
    expect(await (await egressFetch('https://ok.example.com', {}, resolves(['93.184.215.14']))).text()).toBe(
      'reached',
    );
    const unknown = {
      ...policy,
      resolveHost: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    };
    expect((await failure(egressFetch('https://nowhere.example.com', {}, unknown))).detail).toContain(
      'does not exist',
    );
  });

  it('returns redirects instead of following them', async () => {
    server.addFault(faults.bare(301, { location: 'http://169.254.169.254/' }));
    const response = await egressFetch(`${server.endpoint}/b/k`, {}, policy);
    expect(response.status).toBe(301);
    expect(response.headers.get('location')).toBe('http://169.254.169.254/');
  });

  it('gives up on headers that do not come', async () => {
    let release = (): void => undefined;
    server.addFault(faults.waits(new Promise((resolve) => (release = resolve))));
    const error = await failure(
      egressFetch(`${server.endpoint}/b/k`, {}, { ...policy, headersTimeoutMs: 50 }),
    );
    release();
    expect(error.code).toBe('upstream_timeout');
  });

  it('gives up on a body that does not end', async () => {
    server.addFault(faults.stallsBodyAfter(4));
    const response = await egressFetch(`${server.endpoint}/b/k`, {}, { ...policy, totalTimeoutMs: 150 });
    await expect(readBytesBounded(response, 100)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('tells a caller who cancelled from an upstream that failed', async () => {
    server.addFault(faults.waits(new Promise(() => undefined)));
    const controller = new AbortController();
    const pending = failure(egressFetch(`${server.endpoint}/b/k`, { signal: controller.signal }, policy));
    controller.abort(new Error('a secret reason'));
    const error = await pending;
    expect(error.code).toBe('unavailable');
    expect(JSON.stringify([error.message, error.cause])).not.toContain('secret');
  });

  it('says what went wrong with the connection, and never the URL', async () => {
    const closed = await startFakeS3();
    await closed.stop();
    const error = await failure(egressFetch(`${closed.endpoint}/b/k?X-Amz-Signature=topsecret`, {}, policy));
    expect(error.code).toBe('endpoint_unreachable');
    expect(error.detail).toBe('127.0.0.1: the connection was refused.');
    server.addFault(faults.drops);
    const cut = await failure(egressFetch(`${server.endpoint}/b/k?X-Amz-Signature=topsecret`, {}, policy));
    expect(cut.detail).toBe('127.0.0.1: the connection was cut.');
    for (const one of [error, cut]) {
      expect(`${one.stack} ${JSON.stringify(one)} ${String(one.cause)}`).not.toContain('topsecret');
    }
  });

  it('limits the size of an answer, told or not', async () => {
    const limited = { ...policy, maxResponseBytes: 9 };
    expect((await failure(egressFetch(`${server.endpoint}/b/k`, {}, limited))).code).toBe('upstream_invalid');
    const untold: EgressPolicy = {
      ...limited,
      fetch: async () => new Response(new Blob(['01234', '56789']).stream()),
    };
    const response = await egressFetch('https://s3.example.com', {}, untold);
    expect((await failure(response.text())).code).toBe('upstream_invalid');
    const enough = await egressFetch(`${server.endpoint}/b/k`, {}, { ...policy, maxResponseBytes: 10 });
    expect(await enough.text()).toBe('0123456789');
  });

  it('adds no Cache-Control to conditional requests, which S3 would store', async () => {
    server.clearRequests();
    await egressFetch(
      `${server.endpoint}/b/k2`,
      { method: 'PUT', body: 'x', headers: { 'if-none-match': '*' } },
      policy,
    );
    expect(server.requests[0]?.headers['cache-control']).toBeUndefined();
  });
});

describe('bounded reading', () => {
  it('reads up to the limit and refuses more without reading on', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(10));
      },
    });
    expect((await failure(readBytesBounded(endless, 25))).code).toBe('upstream_invalid');
    expect(pulled).toBeLessThan(6);
    expect(await readTextBounded(new Response('äb'), 3)).toBe('äb');
    expect(await readTextBounded(null, 3)).toBe('');
  });

  it('refuses invalid UTF-8 when a replaced character would be another name', async () => {
    const invalid = (): Response => new Response(new Uint8Array([0x61, 0xff]));
    expect(await readTextBounded(invalid(), 10)).toBe('a\ufffd');
    expect((await failure(readTextBounded(invalid(), 10, { fatal: true }))).code).toBe('upstream_invalid');
  });
});
