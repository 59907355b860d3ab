import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudflareFault, type FakeAccount, newAccount } from './account.ts';
import { ROUTES } from './routes.ts';

export type { FakeAccount, FakeScript } from './account.ts';

export interface FakeCloudflare {
  /** What `https://api.cloudflare.com/client/v4` is to others. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const BASE = '/client/v4';

/**
 * Cloudflare's API on a port of its own: its paths, its envelope and its error codes, as published and as wrangler uses them.
 * Accounts live in memory. Whoever tests may be another process: `openFakeAccount` makes and reads them over HTTP.
 */
export const startFakeCloudflare = async (): Promise<FakeCloudflare> => {
  const accounts = new Map<string, FakeAccount>();
  const server = createServer((request, response) => {
    answer(accounts, request).then(
      (result) => send(response, 200, { success: true, errors: [], messages: [], result: result ?? null }),
      (error: unknown) => {
        const { status, code } = error instanceof CloudflareFault ? error : { status: 500, code: 10013 };
        const message = error instanceof Error ? error.message : 'unknown';
        send(response, status, { success: false, errors: [{ code, message }], messages: [], result: null });
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${BASE}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const answer = async (accounts: Map<string, FakeAccount>, request: IncomingMessage): Promise<unknown> => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const method = request.method ?? '';
  const path = url.pathname.slice(BASE.length);
  const type = request.headers['content-type'] ?? '';
  const json = type.startsWith('application/json')
    ? (JSON.parse(body.toString()) as Record<string, unknown>)
    : {};

  const test = /^\/__test\/(\w+)$/.exec(path)?.[1];
  if (test !== undefined) {
    if (method === 'PUT') accounts.set(test, newAccount({ ...accounts.get(test), ...json }));
    return accounts.get(test);
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (path === '/user/tokens/verify') {
    if ([...accounts.values()].some(({ tokens }) => tokens[token] !== undefined)) return { status: 'active' };
    throw new CloudflareFault(401, 1000, 'Invalid API Token');
  }
  const [, id = '', rest = ''] = /^\/accounts\/(\w+)(\/.*)$/.exec(path) ?? [];
  const route = ROUTES.find((one) => one.method === method && one.path.test(rest));
  const account = accounts.get(id);
  const permissions = account?.tokens[token];
  if (account === undefined || permissions === undefined || (route && !permissions.includes(route.needs))) {
    throw new CloudflareFault(403, 10000, 'Authentication error');
  }
  const [trouble] = account.troubles;
  if (trouble?.method === method && rest.endsWith(trouble.path)) {
    account.troubles.shift();
    throw new CloudflareFault(trouble.status, 10013, 'An unknown error has occurred.');
  }
  if (route === undefined) throw new CloudflareFault(404, 7003, `No route for ${method} ${path}`);
  return route.answer({
    account,
    at: (route.path.exec(rest) ?? []).slice(1).map(decodeURIComponent),
    query: url.searchParams,
    json,
    form: type.startsWith('multipart/')
      ? await new Response(body, { headers: { 'content-type': type } }).formData()
      : null,
  });
};

/** An account of the fake, from any process. */
export const openFakeAccount = async (url: string, given: Partial<FakeAccount>) => {
  const id = crypto.randomUUID().replaceAll('-', '');
  const at = `${url}/__test/${id}`;
  const change = async (changes: Partial<FakeAccount>): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(at, { method: 'PUT', headers, body: JSON.stringify(changes) });
    if (!response.ok) throw new Error(await response.text());
  };
  await change(given);
  return {
    id,
    change,
    read: async (): Promise<FakeAccount> =>
      ((await (await fetch(at)).json()) as { result: FakeAccount }).result,
  };
};
