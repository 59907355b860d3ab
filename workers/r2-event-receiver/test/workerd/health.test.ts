import { reset } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import worker from '../../src/index.ts';
import { answering, batchOf, notification, problem } from './sluice.ts';

beforeEach(() => reset());
afterEach(() => vi.restoreAllMocks());

const ask = async (changes: Record<string, unknown> = {}) => {
  const answer = await worker.fetch(new Request('https://receiver.example/health'), {
    ...env,
    ...changes,
  } as never);
  const text = await answer.text();
  expect(text).not.toContain(env.EVENT_SOURCE_SECRET.slice(6));
  return { status: answer.status, lines: text.trim().split('\n') };
};

/** A queue whose consumer is this Worker, under this name. */
const queueOf = (queue: string, changes: Record<string, unknown> = {}) => ({
  send: async (body: unknown) =>
    worker.queue(batchOf([body], { queue }).batch, { ...env, ...changes } as never),
});

describe('/health', () => {
  test('proves the wiring through the real queue, and says that R2 has sent nothing yet', async () => {
    answering(Response.json({ outcome: 'test' }));
    const { status, lines } = await ask();
    expect(lines).toEqual([
      expect.stringMatching(/^ok .*secret/),
      expect.stringMatching(new RegExp(`^ok .*queue.*"${env.QUEUE_NAME}"`)),
      expect.stringMatching(/^wait .*bucket.*nothing yet.*notification list acme-documents/),
    ]);
    expect(status).toBe(200);
  });

  test('tells of the last notifications and what became of them', async () => {
    answering(Response.json({}));
    await worker.queue(batchOf([notification()]).batch, env as never);
    expect((await ask()).lines[2]).toMatch(/^ok .*bucket.*Sluice answered 200/);
  });

  test.each([
    [problem(401, 'invalid_secret'), /^FAIL secret: Sluice does not accept it.*wrangler secret put/],
    [problem(409, 'mode_mismatch'), /^wait secret: Sluice accepts it.*mode_mismatch/],
    [problem(503, 'unavailable'), /^wait address: .*503 unavailable/],
    [problem(429, 'rate_limited'), /^wait address: .*429 rate_limited/],
    [problem(404, 'not_found'), /^FAIL address: .*404 not_found/],
    [new Error('no route'), /^FAIL address: .*no route/],
  ])('says what is wrong with secret or address', async (answer, words) => {
    answering(answer);
    expect((await ask({ QUEUE: queueOf(env.QUEUE_NAME) })).lines[0]).toMatch(words);
  });

  test.each([undefined, '', 'b1946ac9-2f2c'])('says that the secret is missing: %s', async (secret) => {
    const deliveries = answering(Response.json({}));
    const { status, lines } = await ask({ EVENT_SOURCE_SECRET: secret });
    expect([status, deliveries]).toEqual([503, []]);
    expect(lines).toEqual([expect.stringMatching(/^FAIL secret.*wrangler secret put EVENT_SOURCE_SECRET/)]);
  });

  test('says that the consumer’s queue is another', async () => {
    answering(Response.json({}));
    const { status, lines } = await ask({ QUEUE: queueOf('another-queue') });
    expect(lines[1]).toMatch(/^FAIL queue: .*"another-queue".*QUEUE_NAME/);
    expect(status).toBe(503);
  });

  test('says that no message comes back, as from a queue with another consumer', async () => {
    answering(Response.json({}));
    // Its patience is no time of ours.
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((then: () => void) =>
      queueMicrotask(then)) as never);
    const { lines } = await ask({ QUEUE: { send: async () => undefined } });
    expect(lines[1]).toMatch(/^FAIL queue: a message did not come back/);
  });

  test('says that R2 tells of another bucket', async () => {
    answering(problem(422, 'bucket_mismatch'));
    await worker.queue(batchOf([notification('a', 'another')]).batch, env as never);
    expect((await ask()).lines[2]).toMatch(/^FAIL bucket: R2 tells of "another", not of "acme-documents"/);
  });

  test('says that Sluice refused the last notifications', async () => {
    answering(problem(401, 'invalid_secret'));
    await worker.queue(batchOf([notification()]).batch, env as never);
    expect((await ask()).lines[2]).toMatch(/^FAIL bucket: .*Sluice answered 401 invalid_secret/);
  });

  test('says that the last notifications wait, when Sluice could not take them', async () => {
    answering(problem(503, 'unavailable'));
    await worker.queue(batchOf([notification()]).batch, env as never);
    const { status, lines } = await ask();
    expect(lines[2]).toMatch(/^wait bucket: .*Sluice answered 503 unavailable/);
    expect(status).toBe(200);
  });

  test('sends nothing for whoever asks again at once', async () => {
    const deliveries = answering(Response.json({}));
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(deliveries).toHaveLength(1);
  });

  test('sends nothing for whoever asks meanwhile', async () => {
    const deliveries = answering(Response.json({}));
    let meanwhile: Awaited<ReturnType<typeof ask>> | undefined;
    const queue = queueOf(env.QUEUE_NAME);
    const send = async (body: unknown) => {
      meanwhile = await ask();
      return queue.send(body);
    };
    await ask({ QUEUE: { send } });
    expect(meanwhile).toEqual({ status: 503, lines: [expect.stringMatching(/^wait check/)] });
    expect(deliveries).toHaveLength(1);
  });
});

test('nothing else is answered', async () => {
  const deliveries = answering(Response.json({}));
  expect((await exports.default.fetch('https://receiver.example/')).status).toBe(404);
  expect(deliveries).toEqual([]);
});
