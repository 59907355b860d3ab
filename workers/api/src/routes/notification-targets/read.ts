import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/openapi.ts';
import { readTarget } from './read-model.ts';
import { Target, TargetParam } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/notification-targets/{id}',
  summary: 'Read a notification target',
  description: 'With how it has fared lately.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: TargetParam },
  responses: {
    200: { description: 'The target.', content: { 'application/json': { schema: Target } } },
    ...readProblems,
  },
});

export const readTargetRoute = (app: App) =>
  app.openapi(route, async (c) => c.json(await readTarget(c.var.db, c.req.valid('param').id), 200));
