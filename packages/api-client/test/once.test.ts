import { createApiClient, sendOnce } from '@sluice/api-client';
import { expect, test } from 'vitest';

type Reply = () => Response;

const problem =
  (status: number, headers = {}) =>
  () =>
    new Response('{}', { status, headers: { 'content-type': 'application/problem+json', ...headers } });
const done = problem(200);
const lost: Reply = () => {
  throw new TypeError('fetch failed');
};
const brokenOff: Reply = () =>
  new Response(
    new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"it'));
        controller.error(new TypeError('terminated'));
      },
    }),
  );

/** A client whose requests are answered in this order, and the keys they came with. */
const clientOf = (...replies: Reply[]) => {
  const keys: (string | null)[] = [];
  const once = { middleware: [sendOnce()] };
  const api = createApiClient({
    baseUrl: 'https://api.example.com',
    accessToken: 'token',
    fetch: async (request) => {
      keys.push(request.headers.get('idempotency-key'));
      const reply = replies[keys.length - 1];
      if (reply === undefined) throw new Error('one request too many');
      return reply();
    },
  });
  const rename = (name: string, revision = 1) =>
    api
      .PATCH('/api/integrations/s3/{id}', {
        params: { path: { id: 'x' }, header: { 'if-match': `"${revision}"` } },
        body: { name },
        ...once,
      })
      .then(
        () => 'answered',
        () => 'not answered',
      );
  return { keys, rename };
};

test.each([
  ['no answer came', lost],
  ['the answer broke off', brokenOff],
  ['the server failed', problem(503)],
  ['the first is still being done', problem(409, { 'retry-after': '3' })],
  ['there were too many', problem(429, { 'retry-after': '3' })],
  ['the session had ended', problem(401)],
])('a request is sent again under its key when %s, and is another when it was answered', async (_, reply) => {
  const { keys, rename } = clientOf(reply, reply, done, done);
  await rename('a');
  await rename('a');
  expect(await rename('a')).toBe('answered');
  await rename('a');
  const [first, second, third, fourth] = keys;
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect([second, third]).toEqual([first, first]);
  expect(fourth).not.toBe(first);
});

test('a request that differs, or is made of what stands now, has a key of its own', async () => {
  const { keys, rename } = clientOf(lost, lost, lost, lost);
  await rename('a');
  await rename('b');
  await rename('a', 2);
  await rename('a');
  expect(new Set(keys).size).toBe(3);
  expect(keys[3]).toBe(keys[0]);
});

test('what was lost before another was answered is meant anew when it is asked again', async () => {
  const { keys, rename } = clientOf(lost, done, done);
  await rename('a');
  await rename('b');
  await rename('a');
  expect(new Set(keys).size).toBe(3);
});

test('a refusal is an answer: mended or not, the next is another request', async () => {
  const { keys, rename } = clientOf(problem(422), problem(409), done);
  for (let n = 0; n < 3; n += 1) await rename('a');
  expect(new Set(keys).size).toBe(3);
});
