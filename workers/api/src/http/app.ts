import { OpenAPIHono, z } from '@hono/zod-openapi';
import { asSluiceError, MAX_EVENT_BODY_BYTES, SluiceError } from '@sluice/shared';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { ZodError } from 'zod';
import type { AppEnv, AppParts } from './context.ts';
import { notModifiedWhenSame } from './etag.ts';
import { idempotent } from './idempotency.ts';
import { problemResponse } from './problem.ts';
import { countAgainst, policyHeader, rateLimited } from './rate-limits.ts';

export type App = OpenAPIHono<AppEnv>;

const MAX_BODY_BYTES = 64 * 1024;

/** A router whose validation failures are problems that name their fields. */
const newRouter = (): App => {
  const router = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
  const register: App['openapi'] = router.openapi;
  // A route behind a token that takes no query takes none: a parameter nobody reads is a misunderstanding.
  router.openapi = (route, ...rest) =>
    register(
      route.security === undefined || route.request?.query !== undefined
        ? route
        : { ...route, request: { ...route.request, query: NO_QUERY } },
      ...rest,
    );
  return router;
};

const NO_QUERY = z.strictObject({});

const invalidRequest = (error: ZodError): SluiceError =>
  new SluiceError('invalid_request', {
    fields: error.issues.slice(0, 50).flatMap((issue) => {
      const path = issue.path.join('.');
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => ({
          field: path === '' ? key : `${path}.${key}`,
          message: 'Unknown field: remove it or check its spelling.',
        }));
      }
      return [{ field: path === '' ? '(body)' : path, message: issue.message }];
    }),
  });

/** What hono's JSON parser takes for JSON: anything else it would read as no body at all. */
const JSON_TYPE = /^application\/json(?:;\s*[a-z0-9-]+=[^;]+)*$/;

const hasBody = (request: Request): boolean =>
  request.body !== null && request.headers.get('content-length') !== '0';

/** Deliveries of events, which prove themselves instead of bringing a token. */
const isOfEvents = (path: string): boolean => path.startsWith('/api/events/');

const isPublic = (path: string): boolean =>
  path === '/api/health' ||
  path === '/api/openapi.json' ||
  path === '/api/reference' ||
  isOfEvents(path) ||
  !path.startsWith('/api/');

/** The app without its routes: ids, limits, errors, who is asking. */
export const createApp = ({ verifyToken, clientFor, engine, aws, limiters, log }: AppParts): App => {
  const app = newRouter();

  app.use(async (c, next) => {
    const startedAt = Date.now();
    const requestId = crypto.randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('x-request-id', requestId);
    const { identity, errorCode, rateLimit } = c.var;
    if (rateLimit !== undefined) c.header('ratelimit-policy', policyHeader(rateLimit));
    // The route, never the URL: a query may hold anything.
    log.info('request', {
      requestId,
      method: c.req.method,
      route: c.req.routePath,
      status: c.res.status,
      durationMs: Date.now() - startedAt,
      ...(identity === undefined ? {} : { userId: identity.userId }),
      ...(errorCode === undefined ? {} : { code: errorCode }),
    });
  });
  app.use(secureHeaders());
  app.use(notModifiedWhenSame);
  app.use(async (c, next) => {
    await next();
    // Answers are about one caller and one moment.
    c.header('cache-control', 'no-store');
  });
  const limitedTo = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new SluiceError('payload_too_large');
      },
    });
  const [limitedAsEvents, limited] = [limitedTo(MAX_EVENT_BODY_BYTES), limitedTo(MAX_BODY_BYTES)];
  app.use((c, next) => (isOfEvents(c.req.path) ? limitedAsEvents(c, next) : limited(c, next)));

  app.use(async (c, next) => {
    c.set('engine', engine);
    // Set by Cloudflare, whatever the caller sends.
    const address = c.req.header('cf-connecting-ip') ?? 'unknown';
    const countOpen = async () => {
      c.set('rateLimit', 'open');
      await countAgainst(limiters, 'open', address);
    };
    if (isPublic(c.req.path)) {
      if (isOfEvents(c.req.path)) {
        // By integration, since senders share addresses. One id in capitals is the same integration.
        c.set('rateLimit', 'events');
        await countAgainst(limiters, 'events', c.req.path.slice(0, 100).toLowerCase());
      } else await countOpen();
      return next();
    }
    const accessToken = /^Bearer ([\w.-]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    try {
      if (accessToken === undefined) throw new SluiceError('unauthenticated');
      c.set('identity', await verifyToken(accessToken));
    } catch (error) {
      if (asSluiceError(error).code === 'unauthenticated') await countOpen();
      throw error;
    }
    c.set('accessToken', accessToken);
    c.set('db', clientFor(accessToken));
    c.set('aws', aws);
    if (hasBody(c.req.raw) && !JSON_TYPE.test(c.req.header('content-type') ?? '')) {
      throw new SluiceError('unsupported_media_type');
    }
    return next();
  });
  const forUsers =
    (middleware: MiddlewareHandler<AppEnv>): MiddlewareHandler<AppEnv> =>
    (c, next) =>
      isPublic(c.req.path) ? next() : middleware(c, next);
  app.use(forUsers(rateLimited(limiters)));
  app.use(forUsers(idempotent(log)));

  app.notFound((c) => {
    c.set('errorCode', 'not_found');
    return problemResponse(new SluiceError('not_found'), c.get('requestId'));
  });
  app.onError((thrown, c) => {
    const requestId = c.get('requestId');
    // Hono's own: a body that is no JSON.
    const error =
      thrown instanceof HTTPException && thrown.status < 500
        ? new SluiceError('invalid_request', {
            fields: [{ field: '(body)', message: 'The body is not valid JSON.' }],
          })
        : asSluiceError(thrown);
    c.set('errorCode', error.code);
    if (error.entry.status >= 500)
      log.error('request_failed', { requestId, code: error.code, error: thrown });
    return problemResponse(error, requestId, headersOf(error, c.var));
  });
  return app;
};

const headersOf = (
  error: SluiceError,
  { currentEtag, rateLimit }: Partial<Pick<AppEnv['Variables'], 'currentEtag' | 'rateLimit'>>,
): Record<string, string> => {
  if (error.code === 'edit_conflict' && currentEtag !== undefined) return { etag: currentEtag };
  if (error.entry.status === 401) return { 'www-authenticate': 'Bearer' };
  if (error.retryAfterMs !== undefined && error.entry.owner === 'client') {
    const seconds = String(Math.ceil(error.retryAfterMs / 1000));
    return {
      'retry-after': seconds,
      ...(error.code === 'rate_limited' && rateLimit !== undefined
        ? { ratelimit: `"${rateLimit}";r=0;t=${seconds}` }
        : {}),
    };
  }
  return error.entry.status === 503 ? { 'retry-after': '5' } : {};
};
