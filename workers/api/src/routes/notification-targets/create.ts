import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { EtagHeader, etagOf } from '../../http/etag.ts';
import { bearer, configurationProblems } from '../../http/reference/openapi.ts';
import { readTarget } from './read-model.ts';
import { CREATE_EXAMPLES, CreateTarget, NewTarget } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/notification-targets',
  summary: 'Add a notification target',
  description:
    'Events are posted to it, signed as Standard Webhooks says (standardwebhooks.com). The signing secret is shown here and never again. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: CreateTarget, examples: CREATE_EXAMPLES } },
    },
  },
  responses: {
    201: {
      description: 'Added.',
      headers: EtagHeader.extend({
        location: z.string().openapi({ description: 'Path of the new target.' }),
      }),
      content: { 'application/json': { schema: NewTarget } },
    },
    ...configurationProblems,
  },
});

export const createTargetRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id, signingSecret } = unwrapEngine(
      await engine.createNotificationTarget({ accessToken, requestId }, c.req.valid('json')),
    );
    const target = await readTarget(db, id);
    return c.json({ ...target, signingSecret }, 201, {
      location: `/api/notification-targets/${id}`,
      ...(await etagOf(target)),
    });
  });
