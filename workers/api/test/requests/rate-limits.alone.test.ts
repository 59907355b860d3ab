import { join } from 'node:path';
import { createUser, startTemporaryStack } from '@sluice/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { createApp } from '../../src/http/app.ts';
import { limitFor, RATE_LIMITS } from '../../src/http/rate-limits.ts';

/** On a stack with the limits as they are deployed. */

const stack = await startTemporaryStack({ workers: { rateLimits: true }, buckets: [] });
afterAll(() => stack.stop());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

const ask = async (path: string, token?: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(`${stack.apiUrl}${path}`, {
    ...init,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
    },
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

/** Asks until it is refused; how many were let through. At most twice the limit. */
const askUntilRefused = async (limit: number, send: () => Promise<Answer>) => {
  let passed = 0;
  while (passed <= limit * 2) {
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const refused = answers.filter(({ status }) => status === 429);
    passed += answers.length - refused.length;
    const [first] = refused;
    if (first !== undefined) return { passed, refused: first };
  }
  throw new Error(`${passed} requests were let through`);
};

let tokens: string[];
beforeAll(async () => {
  tokens = await Promise.all(Array.from({ length: 4 }, async () => (await createUser(stack)).accessToken));
});

const ID = '3f8a1c52-7d0e-4b7c-9a51-6c1f0e2b9d44';
const POST = { method: 'POST', body: '{}' };

describe.each([
  ['reads', 0, (token: string) => ask(`/api/integrations/s3/${ID}`, token)],
  ['writes', 1, (token: string) => ask('/api/integrations/s3', token, POST)],
  [
    'sensitive',
    2,
    (token: string) => ask(`/api/integrations/s3/${ID}/test-connection`, token, { method: 'POST' }),
  ],
] as const)('%s', (name, index, send) => {
  test('are counted by user; past the limit the answer says what, how much and when again', async () => {
    const { limit, periodSeconds } = RATE_LIMITS[name];
    const { passed, refused } = await askUntilRefused(limit, () => send(tokens[index] ?? ''));
    // A window may have turned over in between.
    expect(passed).toBeGreaterThanOrEqual(limit);
    expect(refused.body).toMatchObject({
      status: 429,
      code: 'rate_limited',
      owner: 'client',
      retryable: true,
    });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.headers.get('retry-after')).toBe(String(periodSeconds));
    expect(refused.headers.get('ratelimit')).toBe(`"${name}";r=0;t=${periodSeconds}`);
    expect(refused.headers.get('ratelimit-policy')).toBe(`"${name}";q=${limit};w=${periodSeconds}`);
    // Another user is served, and this one elsewhere.
    expect((await send(tokens[3] ?? '')).status).not.toBe(429);
  });
});

test('without a valid token requests are counted by address, whatever the token', async () => {
  const { limit } = RATE_LIMITS.open;
  let n = 0;
  const { passed, refused } = await askUntilRefused(limit, () => {
    n += 1;
    return ask(
      ['/api/health', '/api/integrations/s3', '/api/openapi.json'][n % 3] ?? '',
      n % 2 ? 'x.y.z' : undefined,
    );
  });
  expect(passed).toBeGreaterThanOrEqual(limit);
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' });
  // Who is signed in does not suffer for others behind the same address.
  expect((await ask('/api/integrations/s3', tokens[3])).status).toBe(200);
});

test('deliveries of events are counted by integration, however its id is spelled', async () => {
  const answer = await ask(`/api/events/s3/${ID}`, undefined, POST);
  const { limit, periodSeconds } = RATE_LIMITS.events;
  expect(answer.status).toBe(401);
  expect(answer.headers.get('ratelimit-policy')).toBe(`"events";q=${limit};w=${periodSeconds}`);

  // So many real ones would take minutes: the same app over limits that let two pass.
  const asked: string[] = [];
  const none = { limit: () => Promise.reject(new Error('another limit was asked')) };
  const app = createApp({
    ...({} as Parameters<typeof createApp>[0]),
    limiters: {
      reads: none,
      writes: none,
      sensitive: none,
      open: none,
      events: {
        limit: ({ key }) => Promise.resolve({ success: asked.push(key) <= 2 && new Set(asked).size === 1 }),
      },
    },
    log: { info: () => {}, error: () => {} },
  });
  const statuses = [];
  for (const id of [ID, ID.toUpperCase(), ID]) {
    statuses.push((await app.request(`/api/events/s3/${id}`, POST)).status);
  }
  expect(statuses).toEqual([404, 404, 429]);
});

interface Limit {
  readonly name: string;
  readonly namespace_id: string;
  readonly simple: { readonly limit: number; readonly period: number };
}

test('Cloudflare is told the limits that callers are told', () => {
  const config: { readonly ratelimits: readonly Limit[] } = unstable_readConfig({
    config: join(import.meta.dirname, '../../../../wrangler.toml'),
  });
  const { ratelimits } = config;
  const told = Object.values(RATE_LIMITS).map(({ binding, limit, periodSeconds }) => ({
    name: binding,
    simple: { limit, period: periodSeconds },
  }));
  expect(ratelimits.map(({ name, simple }) => ({ name, simple }))).toEqual(told);
  // Two limits of one namespace would count together.
  expect(new Set(ratelimits.map(({ namespace_id: id }) => id)).size).toBe(told.length);
});

test.each([
  ['GET', '/api/integrations/s3', 'reads'],
  ['HEAD', '/api/integrations/s3', 'reads'],
  ['POST', '/api/integrations/s3', 'writes'],
  ['PATCH', `/api/integrations/s3/${ID}`, 'writes'],
  ['POST', `/api/integrations/s3/${ID}/replays`, 'writes'],
  ['POST', `/api/integrations/s3/${ID}/test-connection`, 'sensitive'],
  ['POST', `/api/integrations/s3/${ID}/dry-run`, 'sensitive'],
  ['POST', `/api/notification-targets/${ID}/rotate-secret`, 'sensitive'],
])('%s %s counts as one of the %s', (method, path, name) => {
  expect(limitFor(method, path)).toBe(name);
});
