import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Pool } from 'pg';
import { errorMessage, type LogFn } from '../log.ts';
import { publicSigningKey, type StackSecrets } from '../secrets.ts';
import { adminUsers } from './admin-routes.ts';
import {
  type AuthReply,
  type AuthRoute,
  type AuthSettings,
  getUser,
  health,
  logout,
  publicSettings,
  putUser,
  signUp,
  token,
} from './auth-routes.ts';
import { AuthHttpError, bearerToken, sendJson, sendPreflight, setCorsHeaders } from './http.ts';
import { createRestProxy, type RestProxy } from './rest-proxy.ts';
import { createTokenIssuer } from './tokens.ts';

export interface AuthOptions {
  /** Seconds an access token is good for. Default 3600, as hosted. */
  accessTokenTtlS?: number;
  /** Seconds in which a refresh token just used may come again. Default 10, as hosted. */
  refreshReuseIntervalS?: number;
  /** N of scrypt. Default 16384 (about 40 ms a sign-in); tests may take less. */
  scryptCost?: number;
}

export interface GatewayOptions {
  port: number;
  postgrestPort: number;
  /** Connection string of supabase_auth_admin. Connected to on first use. */
  databaseUrl: string;
  secrets: StackSecrets;
  auth?: AuthOptions;
  log: LogFn;
}

export interface Gateway {
  /** The "Supabase URL". */
  url: string;
  /** Ends every connection, kept-alive ones too. */
  close(): Promise<void>;
}

type KeyRole = 'anon' | 'service_role';

const ROUTES: Record<string, AuthRoute> = {
  'POST /signup': signUp,
  'POST /token': token,
  'GET /user': getUser,
  'PUT /user': putUser,
  'POST /logout': logout,
  'GET /settings': publicSettings,
  'GET /health': health,
};

interface Context {
  settings: AuthSettings;
  proxy: RestProxy;
  secrets: StackSecrets;
  log: LogFn;
}

/**
 * Starts the local Supabase URL: `/rest/v1/*` goes to PostgREST, `/auth/v1/*` is the part of Supabase Auth
 * that supabase-js needs for email and password. Both want an `apikey` header, as hosted does.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const url = `http://127.0.0.1:${options.port}`;
  const pool = new Pool({ connectionString: options.databaseUrl, max: 8 });
  pool.on('error', () => undefined); // an idle connection broke: the next query opens another
  const ttlS = options.auth?.accessTokenTtlS ?? 3_600;
  const proxy = createRestProxy(options.postgrestPort);
  const context: Context = {
    settings: {
      pool,
      tokens: await createTokenIssuer(options.secrets, `${url}/auth/v1`, ttlS),
      refreshReuseIntervalS: options.auth?.refreshReuseIntervalS ?? 10,
      scryptCost: options.auth?.scryptCost ?? 16_384,
      minPasswordLength: 6,
    },
    proxy,
    secrets: options.secrets,
    log: options.log,
  };
  const server = createServer((request, response) => {
    handle(context, request, response).catch((error: unknown) => sendFailure(context, response, error));
  });
  server.keepAliveTimeout = 60_000; // longer than clients keep theirs: no reuse of a connection we just closed
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return { url, close: () => close(server, proxy, pool) };
}

async function close(server: Server, proxy: RestProxy, pool: Pool): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  proxy.close();
  await Promise.all([closed, pool.end().catch(() => undefined)]);
}

async function handle(context: Context, request: IncomingMessage, response: ServerResponse): Promise<void> {
  setCorsHeaders(request, response);
  if (request.method === 'OPTIONS') return sendPreflight(request, response);
  const target = request.url ?? '/';
  const url = new URL(target, 'http://gateway.invalid');
  if (url.pathname === '/auth/v1/.well-known/jwks.json' && request.method === 'GET') {
    return sendJson(
      response,
      200,
      { keys: [publicSigningKey(context.secrets)] },
      { 'cache-control': 'max-age=600' },
    );
  }
  const isRest = url.pathname === '/rest/v1' || url.pathname.startsWith('/rest/v1/');
  const isAuth = url.pathname.startsWith('/auth/v1/');
  if (!isRest && !isAuth) return sendJson(response, 404, { message: 'no Route matched with those values' });

  const role = keyRole(context.secrets, request);
  if (role === undefined) return sendKeyRefusal(request, response);
  if (isRest) {
    // The raw target, for PostgREST must see the query as the client wrote it.
    const rest = target.slice('/rest/v1'.length);
    return context.proxy.forward(
      request,
      response,
      rest.startsWith('/') ? rest : `/${rest}`,
      bearerFor(context, request, role),
    );
  }
  const reply = await authReply(context, request, url, role);
  sendJson(response, reply.status, reply.body, reply.headers);
}

async function authReply(
  context: Context,
  request: IncomingMessage,
  url: URL,
  role: KeyRole,
): Promise<AuthReply> {
  const path = url.pathname.slice('/auth/v1'.length).replace(/\/+$/, '');
  const call = { request, query: url.searchParams };
  const admin = /^\/admin\/users(?:\/([^/]+))?$/.exec(path);
  if (admin !== null) {
    const bearer = bearerToken(request);
    const asUser = bearer !== undefined && bearer !== context.secrets.secretKey;
    if (role !== 'service_role' || asUser) throw new AuthHttpError(403, 'not_admin', 'User not allowed');
    return adminUsers(context.settings, call, admin[1]);
  }
  const route = ROUTES[`${request.method} ${path}`];
  if (route === undefined) {
    throw new AuthHttpError(
      404,
      'not_found',
      `The local stack does not have ${request.method} /auth/v1${path}`,
    );
  }
  return route(context.settings, call);
}

function keyRole(secrets: StackSecrets, request: IncomingMessage): KeyRole | undefined {
  const key = request.headers['apikey'];
  if (key === secrets.publishableKey) return 'anon';
  if (key === secrets.secretKey) return 'service_role';
  return undefined;
}

/** The caller's own token; for a request with nothing but the API key, the token of the key's role. */
function bearerFor(context: Context, request: IncomingMessage, role: KeyRole): string {
  const bearer = bearerToken(request);
  if (bearer !== undefined && bearer !== request.headers['apikey']) return bearer;
  const { anon, serviceRole } = context.settings.tokens.forApiKeys;
  return role === 'service_role' ? serviceRole : anon;
}

function sendKeyRefusal(request: IncomingMessage, response: ServerResponse): void {
  const missing = request.headers['apikey'] === undefined;
  sendJson(response, 401, {
    message: missing ? 'No API key found in request' : 'Invalid API key',
    hint: missing ? 'No `apikey` request header was found.' : 'Double check your API key.',
  });
}

function sendFailure(context: Context, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const failure =
    error instanceof AuthHttpError
      ? error
      : new AuthHttpError(500, 'unexpected_failure', 'Unexpected failure, please check the log', {}, error);
  if (failure.status >= 500) {
    const reason = failure.cause === undefined ? '' : `: ${errorMessage(failure.cause)}`;
    context.log({ level: 'error', source: 'gateway', message: `${failure.message}${reason}` });
  }
  sendJson(response, failure.status, failure.body());
}
