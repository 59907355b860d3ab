import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { editConflict, editing, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { readTarget } from './read-model.ts';
import { TargetParam } from './schemas.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/notification-targets/{id}',
  summary: 'Delete a notification target',
  description:
    'With its secrets and its log. Integrations and folder rules that named it name nobody any more. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: TargetParam, headers: IfMatch },
  responses: { 204: { description: 'Deleted.' }, ...adminProblems, ...editConflict },
});

export const deleteTargetRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { db } = c.var;
    const target = { p_target_id: id, ...revisionOf(c.req.valid('header')) };
    await editing(
      c,
      () => readTarget(db, id),
      async () => unwrapNullable(await db.rpc('delete_notification_target', target)),
    );
    return c.body(null, 204);
  });
