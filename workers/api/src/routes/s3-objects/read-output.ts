import { createRoute, z } from '@hono/zod-openapi';
import { ResultKind } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { attachment } from '../../http/attachment.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { ofLength } from '../../http/fixed-length.ts';
import { bearer, problem, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { ObjectIdParam } from './schemas.ts';

const File = z.string().openapi({ format: 'binary' });

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/objects/{objectId}/outputs/{kind}',
  summary: 'Read a result',
  description:
    'Streams a result out of your bucket, where it was written back to, as it is there now. The PDF is `application/pdf`, the HTML page `text/html`, with a policy under which it can run no script and has an origin of its own. One request on your bucket, counted in the usage.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: ObjectIdParam.extend({
      kind: ResultKind.clone().openapi({
        param: { name: 'kind', in: 'path', description: 'Which result: one of `outputs` of the object.' },
        example: 'html',
      }),
    }),
  },
  responses: {
    200: {
      description: 'The file.',
      content: { 'application/pdf': { schema: File }, 'text/html': { schema: File } },
    },
    ...readProblems,
    409: problem('There is no such result yet.', 'result_not_written'),
    410: problem(
      'It is not there: moved or deleted, in the bucket that was connected before, or written over.',
      'result_gone',
      'result_elsewhere',
      'result_superseded',
    ),
    422: problem(
      'Your bucket refused; `detail` and `remedy` say what and why.',
      'access_denied',
      'result_not_readable',
      'credentials_missing',
    ),
    502: problem('What answered is no S3 server, or nothing did.', 'endpoint_unreachable'),
    503: problem('Not available right now; try again.', 'unavailable', 'upstream_unavailable'),
    504: problem('Your provider did not answer in time.', 'upstream_timeout'),
  },
});

const TYPES = { pdf: 'application/pdf', html: 'text/html; charset=utf-8' } as const;

/**
 * A result is a customer's document, and may hold anything: wherever it is opened, it is a page of nobody's, which runs no script and
 * fetches nothing. Its own style is in it.
 */
const POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const readOutputRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db, engine, accessToken, requestId } = c.var;
    const { id, objectId, kind } = c.req.valid('param');
    await readIntegration(db, id);
    const caller = { accessToken, requestId };
    const result = unwrapEngine(await engine.readS3Result(caller, id, objectId, kind));
    const { body, sizeBytes, fileName } = result;
    const headers = {
      'content-type': TYPES[kind],
      ...(sizeBytes === null ? {} : { 'content-length': String(sizeBytes) }),
      'content-disposition': attachment(fileName),
      'content-security-policy': POLICY,
    };
    if (c.req.method !== 'HEAD')
      return c.body(sizeBytes === null ? body : ofLength(body, sizeBytes), 200, headers);
    await body.cancel();
    return c.body(null, 200, headers);
  });
