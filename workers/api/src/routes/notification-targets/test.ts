import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { TargetParam, Tested } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/notification-targets/{id}/test',
  summary: 'Send a test event',
  description:
    'Sends `target.test` once, now, whether or not the target is disabled. A server that refuses it is an answer, not an error. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: TargetParam },
  responses: {
    200: { description: 'How it was taken.', content: { 'application/json': { schema: Tested } } },
    ...adminProblems,
  },
});

export const testTargetRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    return c.json(unwrapEngine(await engine.testNotificationTarget({ accessToken, requestId }, id)), 200);
  });
