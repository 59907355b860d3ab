import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { createRedactor, redact, redactText } from '../src/index.ts';

const CANARY = 'cAnArY/+9f3b~71';
const shown = (value: unknown): string => JSON.stringify(redact(value));

test.each([
  'secretAccessKey',
  'secret_access_key',
  'SECRET',
  'clientSecret',
  'password',
  'Authorization',
  'proxy-authorization',
  'x-amz-security-token',
  'sessionToken',
  'set-cookie',
  'apiKey',
  'access_key_id',
  'privateKey',
  'data_key_ciphertext',
  'wrappedKey',
  'keyMaterial',
  'VAULT_KEYRING',
  'signature',
  'X-Amz-Signature',
  'credentials',
  'plaintext',
  'presignedUrl',
  'jwt',
  'passwd',
  'passphrase',
  'dataKey',
  'session_key',
  'signing-key',
  'encryptionKey',
  'ciphertext',
  'bearer',
  'pwd',
  'sig',
  'otp',
  'kek',
  'auth',
  'pem',
  'dsn',
])('a value named %s goes, whatever it holds', (name) => {
  expect(shown({ deep: [{ [name]: CANARY }] })).not.toContain(CANARY);
  expect(shown({ [name]: { inner: [CANARY] } })).not.toContain(CANARY);
  expect(shown({ [name]: 4711 })).not.toContain('4711');
  expect(shown(new Map([[name, CANARY]]))).not.toContain(CANARY);
  expect(shown([[name, CANARY]])).not.toContain(CANARY);
  expect(shown(Object.assign(new Error('x'), { [name]: CANARY }))).not.toContain(CANARY);
});

test('ordinary fields stay, facts about secrets too', () => {
  const fields = {
    key: 'a/b c/ü.pdf',
    etag: '"9e107d9d372bb6826bd81d3542a419d6"',
    bucket: 'acme-documents',
    inputTokens: 812,
    secretVersion: 3,
    credentials_rotated_at: '2026-11-01T10:00:00Z',
    hasSecret: true,
    sessionToken: null,
    id: '0b6bb9ee-7b39-4a4c-9e0b-0d6c4b8f2f7d',
    reason: 'invalid_secret',
    message: 'Access Denied for s3:GetObject on arn:aws:s3:::acme/in/*',
  };
  expect(redact(fields)).toEqual(fields);
});

test.each([
  ['an AWS key id', 'key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
  ['a temporary AWS key id', 'ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'],
  ['a presigned URL', 'GET https://b.s3.aws.com/k?X-Amz-Signature=0abc1', '0abc1'],
  ['a presigned query alone', '/k?a=b&X-Amz-Signature=0abc1&c=d', '0abc1'],
  ['a signed credential', 'x-amz-credential=0abc1%2F20261121%2Fus', '0abc1'],
  ['a security token in a query', 'X-Amz-Security-Token=0abc1%2F', '0abc1'],
  ['a URL in the query of another', 'u=https%3A%2F%2Fx%3FX-Amz-Signature%3D0abc1', '0abc1'],
  [
    'an Authorization header',
    'AWS4-HMAC-SHA256 Credential=0abc1/x, SignedHeaders=h, Signature=0abc1',
    '0abc1',
  ],
  ['user info in a URL', 'postgres://admin:0abc1@db:5432/x', '0abc1'],
  ['user info with an @ in it', 'postgres://admin:p@0abc1@db:5432/x', '0abc1'],
  ['a token in a fragment', 'https://app/#access_token=0abc1', '0abc1'],
  ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.0abc1', '0abc1'],
  ['a webhook secret', 'whsec_0abc1MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '0abc1'],
  ['a PEM key', '-----BEGIN PRIVATE KEY-----\n0abc1\n-----END PRIVATE KEY-----', '0abc1'],
  ['a PEM key on one line', '-----BEGIN RSA PRIVATE KEY-----\\n0abc1\\n', '0abc1'],
  ['a bearer token', 'Authorization: Bearer 0abc1.def-ghi_jkl', '0abc1'],
  ['a bare bearer', 'sent bearer 0abc1def', '0abc1'],
  ['basic credentials', 'Basic 0abc1Og==', '0abc1'],
  ['a Supabase secret key', 'sb_secret_0abc1xyz_1234', '0abc1'],
  ['an LLM key', 'sk-ant-0abc1-xyzxyzxyz', '0abc1'],
  ['a setting in a text', 'SLUICE_TOKEN=0abc1 rest', '0abc1'],
  ['JSON in a text', '{"secretAccessKey": "a\\"0abc1"}', '0abc1'],
  ['JSON in JSON in a text', JSON.stringify(JSON.stringify({ password: 'a"b 0abc1' })), '0abc1'],
  ['JSON three deep', JSON.stringify(JSON.stringify(JSON.stringify({ token: '"0abc1' }))), '0abc1'],
])('%s in a text goes', (_name, text, secret) => {
  expect(redactText(text)).toContain('[redacted]');
  expect(redactText(text)).not.toContain(secret);
  const error = new Error('outer', { cause: new AggregateError([new Error(text)], 'inner') });
  for (const value of [
    text,
    [text],
    { note: text },
    { [text]: 1 },
    error,
    new Set([text]),
    new Map([[text, 1]]),
  ]) {
    expect(shown(value)).not.toContain(secret);
  }
});

test('keeps origin and path of a URL', () => {
  expect(redactText('see https://b.example/a/b.pdf?x=1#y now')).toBe(
    'see https://b.example/a/b.pdf?[redacted] now',
  );
  expect(redact(new URL('https://u:p@b.example/a?x=1'))).toBe('https://[redacted]@b.example/a?[redacted]');
  expect(redactText('https://b.example/a/b.pdf')).toBe('https://b.example/a/b.pdf');
});

test('walks errors with their stack, cause, aggregate and own fields', () => {
  const cause = Object.assign(new TypeError('AKIAIOSFODNN7EXAMPLE'), { status: 403 });
  const error = new AggregateError([new Error('Bearer 0abc1def2')], 'top', { cause });
  expect(redact(error)).toMatchObject({
    name: 'AggregateError',
    message: 'top',
    stack: expect.stringContaining('redact.test.ts'),
    cause: { name: 'TypeError', message: '[redacted]', status: 403 },
    errors: [{ message: 'Bearer [redacted]' }],
  });
  expect(shown(error)).not.toMatch(/AKIA|0abc1/);
});

test('reads headers, requests, responses, dates, bytes and odd values', () => {
  const headers = new Headers({ authorization: CANARY, accept: '*/*' });
  expect(redact(headers)).toEqual({ accept: '*/*', authorization: '[redacted]' });
  expect(shown(new Request('https://x.example/?sig=0abc1', { headers }))).not.toMatch(/cAnArY|0abc1/);
  expect(redact(new Response('x', { status: 204 - 3 }))).toMatchObject({ status: 201 });
  expect(
    redact([
      new Date(0),
      new Date(Number.NaN),
      Buffer.from(CANARY),
      new ArrayBuffer(3),
      10n,
      Number.NaN,
      undefined,
      null,
      Symbol('x'),
      () => CANARY,
      /a/g,
      new URLSearchParams({ a: CANARY }),
    ]),
  ).toEqual([
    '1970-01-01T00:00:00.000Z',
    '[invalid date]',
    '[15 bytes]',
    '[3 bytes]',
    '10',
    'NaN',
    null,
    null,
    '[symbol]',
    '[function]',
    '/a/g',
    '?[redacted]',
  ]);
});

test('survives cycles, getters, proxies and a toJSON that throws; shared values are shown twice', () => {
  const shared = { a: 1 };
  const cyclic: Record<string, unknown> = { shared, again: shared };
  cyclic['self'] = cyclic;
  cyclic['map'] = new Map([['back', cyclic]]);
  expect(redact(cyclic)).toEqual({
    shared: { a: 1 },
    again: { a: 1 },
    self: '[circular]',
    map: { back: '[circular]' },
  });
  const hostile = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error(CANARY);
      },
    },
  );
  const getter = Object.defineProperty({}, 'g', { enumerable: true, get: () => CANARY });
  const throwing = {
    toJSON: () => {
      throw new Error(CANARY);
    },
  };
  expect(redact({ hostile, getter, throwing })).toEqual({
    hostile: '[unreadable]',
    getter: { g: '[accessor]' },
    throwing: '[unreadable]',
  });
  expect(redact({ toJSON: () => ({ password: CANARY, a: 1 }) })).toEqual({ password: '[redacted]', a: 1 });
  const endless = { toJSON: () => endless };
  expect(redact(endless)).toBe('[circular]');
});

test('is bounded in depth, breadth and length', () => {
  let deep: unknown = 'bottom';
  for (let level = 0; level < 10_000; level += 1) deep = [deep];
  expect(shown(deep)).toBe(`${'['.repeat(8)}"[more]"${']'.repeat(8)}`);
  expect(redact(Array.from({ length: 5000 }, () => 0))).toHaveLength(101);
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, {}]));
  expect(Object.keys(redact(wide) as object)).toHaveLength(101);
  expect(redactText('x'.repeat(1_000_000))).toHaveLength(8193);
  const tree = (depth: number): unknown =>
    depth === 0 ? 'x' : Array.from({ length: 50 }, () => tree(depth - 1));
  expect(shown(tree(4)).length).toBeLessThan(1_100_000);
});

test('a secret across the cut does not survive in part', () => {
  const secret = 'S3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3t';
  const redactor = createRedactor([secret]);
  for (let shift = 0; shift < 80; shift += 1) {
    for (const at of [8192 - 60, 16_384 - 60]) {
      const early = at > 16_000 && shift % 2 === 0 ? secret.repeat(400) : '';
      const text = early + 'x'.repeat(at + shift - early.length) + secret + 'y'.repeat(20_000);
      expect(redactor.text(text)).not.toContain('S3cr');
    }
  }
});

test.each([
  ['word characters', 'a'.repeat(20_000)],
  ['names', 'secret'.repeat(4000)],
  ['schemes', 'a://'.repeat(5000)],
  ['percent signs', '%25'.repeat(6000)],
  ['backslashes', '\\'.repeat(20_000)],
  ['named backslashes', 'token\\\\\\":'.repeat(2000)],
  ['JWT-like', 'eyJaaaa.'.repeat(2500)],
  ['PEM-like', '-----BEGIN A-----'.repeat(1200)],
  ['bearers', 'Bearer '.repeat(3000)],
  ['spaces', `secret${' '.repeat(20_000)}`],
])('takes milliseconds over 20 kB of %s', (_name, text) => {
  const redactor = createRedactor(['%%%%2525%25', 'aaaaaaaaaaaaaaaaaaaaaaaa!', '\\\\\\\\\\"']);
  const startedAtMs = performance.now();
  redactor.text(text);
  expect(performance.now() - startedAtMs).toBeLessThan(250);
});
