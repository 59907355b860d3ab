import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { ConnectionTest, IdParam } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/test-connection',
  summary: 'Test the connection',
  description:
    'Tries everything the integration has to do, on its real prefixes. A refused bucket is an answer, not an error: each check says what failed, whose move it is, what to do and which policy statement is missing; what the credential may do too much is a warning. Takes at most 8 seconds. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The checks.',
      content: { 'application/json': { schema: ConnectionTest } },
    },
    ...adminProblems,
  },
});

export const testConnectionRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    return c.json(unwrapEngine(await engine.testS3Connection({ accessToken, requestId }, id)), 200);
  });
