import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../http/etag.ts';
import { bearer, configurationProblems } from '../../http/reference/openapi.ts';
import { readTarget } from './read-model.ts';
import { Target, TargetParam, UPDATE_EXAMPLES, UpdateTarget } from './schemas.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/notification-targets/{id}',
  summary: 'Change a notification target',
  description:
    'Omitted fields keep their value. A target that was disabled sends what waited when it is active again. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    params: TargetParam,
    headers: IfMatch,
    body: {
      required: true,
      content: { 'application/json': { schema: UpdateTarget, examples: UPDATE_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'Changed.',
      headers: EtagHeader,
      content: { 'application/json': { schema: Target } },
    },
    ...editConflict,
    ...configurationProblems,
  },
});

export const updateTargetRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = c.req.valid('param');
    const { p_revision: revision = null } = revisionOf(c.req.valid('header'));
    const read = () => readTarget(db, id);
    await editing(c, read, async () =>
      unwrapEngine(
        await engine.updateNotificationTarget({ accessToken, requestId }, id, c.req.valid('json'), revision),
      ),
    );
    const target = await read();
    return c.json(target, 200, await etagOf(target));
  });
