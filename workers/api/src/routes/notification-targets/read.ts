import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { EtagHeader, etagOf, IfNoneMatch, notModified } from '../../http/etag.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readTarget } from './read-model.ts';
import { Target, TargetParam } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/notification-targets/{id}',
  summary: 'Read a notification target',
  description: 'With how it has fared lately.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: TargetParam, headers: IfNoneMatch },
  responses: {
    200: {
      description: 'The target.',
      headers: EtagHeader,
      content: { 'application/json': { schema: Target } },
    },
    ...notModified,
    ...readProblems,
  },
});

export const readTargetRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const target = await readTarget(c.var.db, c.req.valid('param').id);
    return c.json(target, 200, await etagOf(target));
  });
