import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenVerifier } from '../src/identity.ts';

/** An auth server that publishes keys, and nothing else. */
let server: Server;
let url: string;
let asked: string[];
let answer: { status: number; body: string };

interface Key {
  readonly publicKey: JWK;
  readonly sign: (changes?: Record<string, unknown>) => Promise<string>;
}

const USER = '5f0c9d4e-0000-4000-8000-000000000001';

const newKey = async (kid: string, alg: 'ES256' | 'RS256' = 'ES256'): Promise<Key> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return {
    publicKey: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (changes = {}) =>
      new SignJWT({
        iss: `${url}/auth/v1`,
        aud: 'authenticated',
        role: 'authenticated',
        sub: USER,
        exp: Math.floor(Date.now() / 1000) + 3600,
        ...changes,
      })
        .setProtectedHeader({ alg, kid, typ: 'JWT' })
        .sign(privateKey),
  };
};

const publish = (...keys: readonly Key[]): void => {
  answer = { status: 200, body: JSON.stringify({ keys: keys.map(({ publicKey }) => publicKey) }) };
};

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const verifier = () => createTokenVerifier({ url, publishableKey: 'sb_publishable_test' });

describe('a token verifier', () => {
  test.each(['ES256', 'RS256'] as const)('knows the user of a token signed with %s', async (alg) => {
    const key = await newKey('one', alg);
    publish(key);
    expect(await verifier()(await key.sign())).toEqual({ userId: USER, isSupport: false });
  });

  test('asks for the keys once, however many tokens come, and asks nothing else', async () => {
    const key = await newKey('one');
    publish(key);
    const verify = verifier();
    for (let n = 0; n < 20; n += 1) await verify(await key.sign());
    expect(asked).toEqual(['/auth/v1/.well-known/jwks.json']);
  });

  test('is not made to ask by tokens that name keys which are not there, or none', async () => {
    const [key, foreign] = [await newKey('one'), await newKey('invented')];
    publish(key);
    const verify = verifier();
    await verify(await key.sign());
    for (let n = 0; n < 20; n += 1) {
      await expect(verify(await foreign.sign())).rejects.toMatchObject({ code: 'unauthenticated' });
    }
    const unnamed = await new SignJWT({ sub: USER })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('x'.repeat(32)));
    await expect(verify(unnamed)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(asked).toHaveLength(1);
  });

  test('takes a new key within half a minute of its first use, and drops an old one within ten', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [old, next] = [await newKey('old'), await newKey('next')];
    publish(old);
    const verify = verifier();
    await verify(await old.sign());
    publish(next);
    vi.setSystemTime(Date.now() + 31_000);
    expect(await verify(await next.sign())).toEqual({ userId: USER, isSupport: false });
    publish(next);
    vi.setSystemTime(Date.now() + 601_000);
    await verify(await next.sign());
    await expect(verify(await old.sign())).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test.each([
    ['answers with an error', { status: 500, body: '{}' }],
    ['answers with a page', { status: 200, body: '<html>' }],
    ['answers with something else', { status: 200, body: '{"keys":"none"}' }],
  ])('says unavailable, not unauthenticated, while the auth server %s; and recovers', async (_, broken) => {
    const key = await newKey('one');
    answer = broken;
    const verify = verifier();
    await expect(verify(await key.sign())).rejects.toMatchObject({ code: 'unavailable' });
    publish(key);
    expect(await verify(await key.sign())).toEqual({ userId: USER, isSupport: false });
  });

  test('says unavailable while the auth server cannot be reached', async () => {
    const key = await newKey('one');
    const token = await key.sign();
    const verify = createTokenVerifier({ url: 'http://127.0.0.1:9', publishableKey: 'x' });
    await expect(verify(token)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('keeps what was wrong for the log, and the token out of it', async () => {
    const key = await newKey('one');
    publish(key);
    const token = await key.sign({ exp: 1 });
    const error: unknown = await verifier()(token).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unauthenticated', cause: { code: 'ERR_JWT_EXPIRED' } });
    const cause = (error as Error).cause as Error;
    expect(`${cause.message} ${cause.stack}`).not.toContain(token);
  });
});
