import { createRoute, z } from '@hono/zod-openapi';
import { ConnectionTest } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { bearer, writeProblems } from '../../http/openapi.ts';
import { IdParam } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/test-connection',
  summary: 'Test the connection',
  description:
    'Tries everything the integration has to do, on its real prefixes. A refused bucket is an answer, not an error: each check says what failed, whose move it is and what to do.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The checks.',
      content: { 'application/json': { schema: z.object(ConnectionTest.shape).openapi('ConnectionTest') } },
    },
    ...writeProblems,
  },
});

export const testConnectionRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    return c.json(unwrapEngine(await engine.testS3Connection({ accessToken, requestId }, id)), 200);
  });
