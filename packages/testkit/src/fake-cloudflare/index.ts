import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudflareFault, type FakeAccount, newAccount } from './account.ts';
import { ROUTES } from './routes.ts';
import { complaintOfAnswer, complaintOfRequest } from './schema/check.ts';

export type { FakeAccount, FakeScript } from './account.ts';

export interface FakeCloudflare {
  /** What `https://api.cloudflare.com/client/v4` is to others. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const BASE = '/client/v4';

/**
 * Cloudflare's API on a port of its own, held against its published schema (schema/operations.ts): a request that is not as
 * published is refused with 400 and says why, and an answer of the fake that is not so fails with 500.
 *
 * Error codes: 10000, 10006, 10007, 10013, 7003, 11004 (consumer exists), 11009, 10085 (no such bucket, of the notifications), 100129
 * (no queues on this plan), 11002 (queues not enabled) and the words of a conflict of rules are as reported from the real one. 11000
 * (no such queue), 11005 (no such consumer), 11015 (no notifications), 11020 (the number of a conflict), 10021, 10079 and 10200 are guesses: nothing depends
 * on these numbers.
 * Accounts live in memory. Whoever tests may be another process: `openFakeAccount` makes and reads them over HTTP.
 */
export const startFakeCloudflare = async (): Promise<FakeCloudflare> => {
  const accounts = new Map<string, FakeAccount>();
  const changes = new EventEmitter().setMaxListeners(0);
  const server = createServer((request, response) => {
    answer(accounts, changes, request).then(
      (result) => tell(request, response, 200, { ...NO_WORDS, success: true, result: result ?? null }),
      (error: unknown) => {
        const { status, code } = error instanceof CloudflareFault ? error : { status: 500, code: 10013 };
        const message = error instanceof Error ? error.message : 'unknown';
        tell(request, response, status, {
          ...NO_WORDS,
          success: false,
          errors: [{ code, message }],
          result: null,
        });
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

const NO_WORDS = { errors: [], messages: [] };

const tell = (request: IncomingMessage, response: ServerResponse, status: number, envelope: object): void => {
  const { pathname } = new URL(request.url ?? '/', 'http://fake');
  const path = pathname.slice(BASE.length);
  const complaint = path.startsWith('/__test/')
    ? null
    : complaintOfAnswer(request.method ?? '', path, status, envelope);
  if (complaint === null) return send(response, status, envelope);
  const message = `the fake answers as Cloudflare would not: ${complaint}`;
  send(response, 500, { ...NO_WORDS, success: false, errors: [{ code: 10013, message }], result: null });
};

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const answer = async (
  accounts: Map<string, FakeAccount>,
  changes: EventEmitter,
  request: IncomingMessage,
): Promise<unknown> => {
  const url = new URL(request.url ?? '/', 'http://fake');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const method = request.method ?? '';
  const path = url.pathname.slice(BASE.length);
  const type = request.headers['content-type'] ?? '';
  const json =
    type.startsWith('application/json') && body.length > 0
      ? (JSON.parse(body.toString()) as Record<string, unknown>)
      : {};

  const test = /^\/__test\/(\w+)$/.exec(path)?.[1];
  if (test !== undefined) {
    if (method === 'PUT') {
      accounts.set(test, newAccount({ ...accounts.get(test), ...json }));
      changes.emit('change');
    }
    return accounts.get(test);
  }
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if (path === '/user/tokens/verify') {
    if ([...accounts.values()].some(({ tokens }) => tokens[token] !== undefined)) {
      return { id: 'f'.repeat(32), status: 'active' };
    }
    throw new CloudflareFault(401, 1000, 'Invalid API Token');
  }
  const [, id = '', rest = ''] = /^\/accounts\/(\w+)(\/.*)$/.exec(path) ?? [];
  const route = ROUTES.find((one) => one.method === method && one.path.test(rest));
  await held(accounts, changes, id, method, rest);
  const account = accounts.get(id);
  const permissions = account?.tokens[token];
  if (account === undefined || permissions === undefined || (route && !permissions.includes(route.needs))) {
    throw new CloudflareFault(403, 10000, 'Authentication error');
  }
  const [trouble] = account.troubles;
  if (trouble?.method === method && rest.endsWith(trouble.path)) {
    account.troubles.shift();
    throw new CloudflareFault(trouble.status, 10013, trouble.message ?? 'An unknown error has occurred.');
  }
  if (route === undefined) throw new CloudflareFault(404, 7003, `No route for ${method} ${path}`);
  const form = type.startsWith('multipart/')
    ? await new Response(body, { headers: { 'content-type': type } }).formData()
    : null;
  const sent = form === null ? (body.length === 0 ? undefined : json) : await metadataOf(form);
  const complaint = complaintOfRequest(method, path, url.searchParams, sent);
  if (complaint !== null) throw new CloudflareFault(400, 10026, `Not as published: ${complaint}`);
  return route.answer({
    account,
    at: (route.path.exec(rest) ?? []).slice(1).map(decodeURIComponent),
    query: url.searchParams,
    json,
    form,
  });
};

/** Returns when the request may be answered. */
const held = async (
  accounts: Map<string, FakeAccount>,
  changes: EventEmitter,
  id: string,
  method: string,
  path: string,
): Promise<void> => {
  const account = accounts.get(id);
  const index = account?.holds.findIndex((one) => one.method === method && path.endsWith(one.path)) ?? -1;
  if (account === undefined || index < 0) return;
  account.holds.splice(index, 1);
  account.waiting += 1;
  while ((accounts.get(id)?.waiting ?? 0) > 0) await once(changes, 'change');
};

const metadataOf = async (form: FormData): Promise<unknown> => {
  const part = form.get('metadata');
  return part instanceof Blob ? JSON.parse(await part.text()) : undefined;
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
