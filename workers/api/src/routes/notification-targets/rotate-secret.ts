import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { bearer, configurationProblems } from '../../http/reference/openapi.ts';
import { Revealed, ROTATE_EXAMPLES, RotateSecret, TargetParam } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/notification-targets/{id}/rotate-secret',
  summary: 'Give a target another signing secret',
  description:
    'Shown here and never again. Until `previousSecretUntil` events carry a signature of each, so your server can change over without losing one. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    params: TargetParam,
    body: {
      required: true,
      content: { 'application/json': { schema: RotateSecret, examples: ROTATE_EXAMPLES } },
    },
  },
  responses: {
    200: { description: 'Rotated.', content: { 'application/json': { schema: Revealed } } },
    ...configurationProblems,
  },
});

export const rotateSecretRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    const revealed = unwrapEngine(
      await engine.rotateNotificationSecret({ accessToken, requestId }, id, c.req.valid('json')),
    );
    return c.json(revealed, 200);
  });
