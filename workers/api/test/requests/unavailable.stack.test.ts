import { createCallerClient, createTokenVerifier } from '@sluice/db';
import { createLogger } from '@sluice/observability';
import type { EngineRpc } from '@sluice/shared';
import { createUser } from '@sluice/testkit';
import { at, loadDocument } from '@sluice/testkit/api-client';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { addRoutes } from '../../src/routes/index.ts';

/** The app in this process, with parts that fail as the tests want. */

const DOWN = { url: 'http://127.0.0.1:9', publishableKey: 'x' };
const unlimited = { limit: async () => ({ success: true }) };
const { conformance } = await loadDocument();

let token: string;
beforeAll(async () => {
  token = (await createUser(inject('stack'))).accessToken;
});

interface Failing {
  readonly auth?: boolean;
  readonly database?: boolean;
  readonly engine?: Partial<EngineRpc>;
}

const appWith = ({ auth, database, engine }: Failing) => {
  const stack = inject('stack');
  const up = { url: stack.supabaseUrl, publishableKey: stack.publishableKey };
  const lines: string[] = [];
  const idle = () => Promise.reject(new Error('not part of this test'));
  const app = createApp({
    verifyToken: createTokenVerifier(auth === true ? DOWN : up),
    clientFor: (accessToken) => createCallerClient(database === true ? DOWN : up, accessToken),
    limiters: {
      reads: unlimited,
      writes: unlimited,
      sensitive: unlimited,
      open: unlimited,
      events: unlimited,
    },
    aws: { principalArn: null, templateUrl: null },
    engine: {
      createS3Integration: idle,
      receiveS3Events: idle,
      testS3Connection: idle,
      editS3Integration: idle,
      startDryRun: idle,
      startEventTest: idle,
      createNotificationTarget: idle,
      updateNotificationTarget: idle,
      rotateNotificationSecret: idle,
      testNotificationTarget: idle,
      startReseal: idle,
      rotateS3Credentials: idle,
      issueEventSecret: idle,
      rotateEventSecret: idle,
      deployR2Receiver: idle,
      removeR2Receiver: idle,
      readS3Result: idle,
      watchS3ConnectionTest: idle,
      ...engine,
    },
    log: createLogger({ service: 'api', write: (line) => lines.push(line) }),
  });
  addRoutes(app);
  const request = async (
    path: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ) => {
    const response = await app.request(path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
    const body: unknown = await response.json();
    if (response.status >= 400) {
      expect(conformance.componentProblems('Problem', body)).toEqual([]);
      expect(at(body, 'status')).toBe(response.status);
    }
    return { status: response.status, headers: response.headers, body, text: JSON.stringify(body) };
  };
  return { request, lines };
};

describe('when a part is down', () => {
  test.each([
    ['the auth server', { auth: true }],
    ['the database', { database: true }],
  ])('%s: answers 503 with when to come back, not 401, 404 or 500', async (_, failing) => {
    const { request } = appWith(failing);
    for (const path of [
      '/api/tenants',
      '/api/integrations/s3',
      `/api/integrations/s3/${crypto.randomUUID()}`,
    ]) {
      const answer = await request(path);
      expect(answer.status, path).toBe(503);
      expect(at(answer.body, 'code'), path).toBe('unavailable');
      expect(answer.headers.get('retry-after'), path).toBe('5');
    }
  });

  test('the health check and the document do not depend on it', async () => {
    const { request } = appWith({ auth: true, database: true });
    expect((await request('/api/health')).status).toBe(200);
    expect((await request('/api/openapi.json')).status).toBe(200);
  });

  test('the engine’s errors are shown as it meant them', async () => {
    const { request } = appWith({
      engine: {
        testS3Connection: async () => ({
          ok: false,
          error: { code: 'vault_unavailable', detail: null, fields: [] },
        }),
      },
    });
    const answer = await request(`/api/integrations/s3/${crypto.randomUUID()}/test-connection`, {
      method: 'POST',
    });
    expect(answer.status).toBe(503);
    expect(at(answer.body, 'code')).toBe('vault_unavailable');
  });

  test('an engine that breaks is a constant 500, and only the log says why', async () => {
    const { request, lines } = appWith({
      engine: { testS3Connection: () => Promise.reject(new Error('the wires are crossed')) },
    });
    const answer = await request(`/api/integrations/s3/${crypto.randomUUID()}/test-connection`, {
      method: 'POST',
    });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/wires|Error|stack/);
    const logged = lines.find((line) => line.includes('request_failed'));
    expect(logged).toContain('the wires are crossed');
    expect(logged).toContain(String(at(answer.body, 'requestId')));
  });
});

describe('the request log', () => {
  test('says who asked for which route and how it ended, once for each request', async () => {
    const { request, lines } = appWith({});
    const answers = [
      await request('/api/tenants'),
      await request(`/api/integrations/s3/${crypto.randomUUID()}`),
      await request('/api/nowhere'),
      await request('/api/tenants', { headers: { authorization: 'Bearer nonsense' } }),
      await request('/api/tenants', { method: 'PUT' }),
    ];
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.map(({ route, status, code }) => ({ route, status, code }))).toEqual([
      { route: '/api/tenants', status: 200 },
      { route: '/api/integrations/s3/:id', status: 404, code: 'not_found' },
      { route: expect.any(String), status: 404, code: 'not_found' },
      { route: expect.any(String), status: 401, code: 'unauthenticated' },
      { route: '/api/tenants', status: 405, code: 'method_not_allowed' },
    ]);
    expect(logged.map(({ requestId }) => requestId)).toEqual(
      answers.map(({ headers }) => headers.get('x-request-id')),
    );
    expect(logged[0]).toMatchObject({ method: 'GET', userId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(logged[3]).not.toHaveProperty('userId');
  });

  test('holds no token, no query, no body and no credential, even when all goes wrong', async () => {
    const canary = `canary${crypto.randomUUID().replaceAll('-', '')}`;
    const { request, lines } = appWith({ database: true });
    const body = JSON.stringify({
      provider: 'aws_key',
      name: canary,
      credentials: { accessKeyId: canary, secretAccessKey: canary },
      [canary]: canary,
    });
    const json = { 'content-type': 'application/json', 'x-canary': canary, cookie: canary };
    await request(`/api/integrations/s3?cursor=${canary}`, { headers: json });
    await request(`/api/integrations/s3/${canary}`, { headers: json });
    await request('/api/integrations/s3', { method: 'POST', body, headers: json });
    await request('/api/integrations/s3', { method: 'POST', body: `${body}{`, headers: json });
    await request('/api/tenants', { headers: { authorization: `Bearer ${canary}` } });
    expect(lines.length).toBeGreaterThanOrEqual(5);
    for (const line of lines) {
      expect(line).not.toContain(canary);
      expect(line).not.toContain(token);
    }
  });
});
