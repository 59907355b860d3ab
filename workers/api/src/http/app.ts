import { OpenAPIHono } from '@hono/zod-openapi';
import { asSluiceError, SluiceError } from '@sluice/shared';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import type { ZodError } from 'zod';
import type { AppEnv, AppParts } from './context.ts';
import { problemResponse } from './problem.ts';

export type App = OpenAPIHono<AppEnv>;

const MAX_BODY_BYTES = 64 * 1024;

/** A router whose validation failures are problems that name their fields. */
export const newRouter = (): App =>
  new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });

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

/** The app without its routes: ids, limits, errors, who is asking. */
export const createApp = ({ verifyToken, clientFor, engine, log }: AppParts): App => {
  const app = newRouter();

  app.use(async (c, next) => {
    const startedAt = Date.now();
    const requestId = crypto.randomUUID();
    c.set('requestId', requestId);
    await next();
    c.header('x-request-id', requestId);
    log.info('request', {
      requestId,
      method: c.req.method,
      route: c.req.routePath,
      status: c.res.status,
      durationMs: Date.now() - startedAt,
    });
  });
  app.use(secureHeaders());
  app.use(async (c, next) => {
    await next();
    // Answers are about one caller and one moment.
    c.header('cache-control', 'no-store');
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new SluiceError('payload_too_large');
      },
    }),
  );

  const isPublic = (path: string) =>
    path === '/api/health' || path === '/api/openapi.json' || !path.startsWith('/api/');
  app.use(async (c, next) => {
    if (isPublic(c.req.path)) return next();
    const accessToken = /^Bearer ([\w.-]+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (accessToken === undefined) throw new SluiceError('unauthenticated');
    c.set('identity', await verifyToken(accessToken));
    c.set('accessToken', accessToken);
    c.set('db', clientFor(accessToken));
    c.set('engine', engine);
    const hasBody =
      c.req.header('transfer-encoding') !== undefined || Number(c.req.header('content-length') ?? 0) > 0;
    if (hasBody && !/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      throw new SluiceError('unsupported_media_type');
    }
    return next();
  });

  app.notFound((c) => problemResponse(new SluiceError('not_found'), c.get('requestId')));
  app.onError((thrown, c) => {
    const requestId = c.get('requestId');
    // Hono's own: a body that is no JSON.
    const error =
      thrown instanceof HTTPException && thrown.status < 500
        ? new SluiceError('invalid_request', {
            fields: [{ field: '(body)', message: 'The body is not valid JSON.' }],
          })
        : asSluiceError(thrown);
    if (error.entry.status >= 500)
      log.error('request_failed', { requestId, code: error.code, error: thrown });
    const headers: Record<string, string> =
      error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {};
    return problemResponse(error, requestId, headers);
  });
  return app;
};
