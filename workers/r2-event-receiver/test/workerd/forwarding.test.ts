import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import worker from '../../src/index.ts';
import { answering, batchOf, notification, problem } from './sluice.ts';

const deadLetters = (fails = false) => {
  const sent: unknown[] = [];
  const queue = {
    send: async (body: unknown) => {
      if (fails) throw new Error('the queue is gone');
      sent.push(body);
    },
  };
  return { sent, bindings: { ...env, DEAD_LETTERS: queue } as never };
};

const run = async (bodies: readonly unknown[], options = {}, letters = deadLetters()) => {
  const { batch, settled } = batchOf(bodies, options);
  await worker.queue(batch, letters.bindings);
  return { ...settled, dead: letters.sent };
};

afterEach(() => vi.restoreAllMocks());

describe('a batch', () => {
  test('goes to Sluice in one delivery and is done', async () => {
    const deliveries = answering(Response.json({ outcome: 'recorded' }));
    const bodies = Array.from({ length: 100 }, (_, index) => notification(`incoming/${index} ä.pdf`));
    const { acked, retried } = await run(bodies);
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]?.url).toBe(env.SLUICE_EVENTS_URL);
    expect(deliveries[0]?.events).toEqual(bodies);
    expect([acked.length, retried]).toEqual([100, []]);
  });

  test('is signed as Standard Webhooks says, anew each time under the same id', async () => {
    const deliveries = answering(problem(503, 'unavailable'), Response.json({}));
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T10:00:00Z') });
    await run([notification()]);
    vi.setSystemTime(new Date('2026-11-21T10:10:00Z'));
    await run([notification()], { attempts: 2 });
    vi.useRealTimers();
    const key = await crypto.subtle.importKey(
      'raw',
      Uint8Array.from(atob(env.EVENT_SOURCE_SECRET.slice(6)), (c) => c.charCodeAt(0)),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['verify'],
    );
    for (const { headers, body } of deliveries) {
      const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`;
      const [, signature = ''] = /^v1,(.+)$/.exec(headers.get('webhook-signature') ?? '') ?? [];
      const mac = Uint8Array.from(atob(signature), (c) => c.charCodeAt(0));
      expect(await crypto.subtle.verify('HMAC', key, mac, new TextEncoder().encode(signed))).toBe(true);
    }
    const [first, second] = deliveries.map(({ headers }) => headers);
    expect(first?.get('webhook-id')).toBe(second?.get('webhook-id'));
    expect(Number(second?.get('webhook-timestamp')) - Number(first?.get('webhook-timestamp'))).toBe(600);
  });

  test('too large for one request is divided, in order and whole', async () => {
    const deliveries = answering(Response.json({}));
    const bodies = Array.from({ length: 100 }, (_, index) => notification(`${'ü'.repeat(2_000)}${index}`));
    const { acked } = await run(bodies);
    expect(deliveries.length).toBeGreaterThan(1);
    for (const { body } of deliveries) expect(new TextEncoder().encode(body).length).toBeLessThan(256 * 1024);
    expect(deliveries.flatMap(({ events }) => events)).toEqual(bodies);
    expect(acked).toEqual(bodies);
  });

  test('that Sluice calls too large is halved until it fits', async () => {
    const deliveries = answering(({ events }) =>
      events.length > 2 ? problem(413, 'payload_too_large') : Response.json({}),
    );
    const bodies = ['a', 'b', 'c', 'd', 'e'].map((key) => notification(key));
    const { acked, dead } = await run(bodies);
    expect(acked).toEqual(bodies);
    expect(dead).toEqual([]);
    expect(deliveries.length).toBeGreaterThan(3);
  });
});

describe('what Sluice does not take', () => {
  test.each([
    ['is down', problem(503, 'unavailable')],
    ['fails', problem(500, 'internal')],
    ['is not reached', new Error('connection refused')],
    ['knows another secret: the right one may be set meanwhile', problem(401, 'invalid_secret')],
    ['is elsewhere: the address may be mended', problem(404, 'not_found')],
    ['has moved', new Response(null, { status: 302, headers: { location: 'https://elsewhere.example' } })],
    ['says it was signed too long ago', problem(400, 'stale_timestamp')],
    ['has no words for', new Response('<html>', { status: 502 })],
  ])('is tried again later when it %s', async (_, answer) => {
    answering(answer);
    const { acked, retried, dead } = await run([notification('a'), notification('b')], { attempts: 3 });
    expect([acked, dead]).toEqual([[], []]);
    expect(retried.map(({ delaySeconds }) => delaySeconds)).toEqual([40, 40]);
  });

  test.each([
    [1, 10],
    [2, 20],
    [9, 2_560],
    [10, 3_600],
    [30, 3_600],
  ])('waits longer each time, to an hour: attempt %i waits %i s', async (attempts, delaySeconds) => {
    answering(problem(503, 'unavailable'));
    expect((await run([notification()], { attempts })).retried).toMatchObject([{ delaySeconds }]);
  });

  test.each([
    ['seconds', '120', 120],
    ['less than the backoff', '1', 10],
    ['more than a queue can', '999999', 43_200],
    ['nonsense', 'soon', 10],
  ])('waits as long as Sluice asks: %s', async (_, retryAfter, delaySeconds) => {
    answering(problem(429, 'rate_limited', { 'retry-after': retryAfter }));
    expect((await run([notification()])).retried).toMatchObject([{ delaySeconds }]);
  });

  test('waits until the date Sluice names', async () => {
    const date = new Date(Date.now() + 300_000).toUTCString();
    answering(problem(429, 'rate_limited', { 'retry-after': date }));
    const [message] = (await run([notification()])).retried;
    expect(message?.delaySeconds).toBeGreaterThan(290);
    expect(message?.delaySeconds).toBeLessThanOrEqual(300);
  });

  test.each([
    [400, 'malformed'],
    [413, 'payload_too_large'],
    [422, 'bucket_mismatch'],
  ])('becomes a dead letter when no attempt can succeed: %i %s', async (status, code) => {
    answering(problem(status, code));
    const { acked, retried, dead } = await run([notification()]);
    expect(dead).toEqual([notification()]);
    expect([acked, retried]).toEqual([[notification()], []]);
  });

  test('waits for a deleted integration as for a wrong secret, which look the same', async () => {
    answering(problem(401, 'invalid_secret'));
    const { acked, retried, dead } = await run([notification()]);
    expect([acked, dead]).toEqual([[], []]);
    expect(retried).toMatchObject([{ delaySeconds: 10 }]);
  });

  test('is kept when the dead letter queue does not take it', async () => {
    answering(problem(422, 'bucket_mismatch'));
    const { acked, retried } = await run([notification()], {}, deadLetters(true));
    expect(acked).toEqual([]);
    expect(retried).toHaveLength(1);
  });

  test.each(['paused', 'mode_mismatch'])('is done when the bucket will be listed: %s', async (code) => {
    answering(problem(409, code));
    const { acked, retried, dead } = await run([notification()]);
    expect([acked, retried, dead]).toEqual([[notification()], [], []]);
  });
});
