import { createRoute } from '@hono/zod-openapi';
import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import {
  EtagHeader,
  editConflict,
  editing,
  etagOf,
  IfMatch,
  IfNoneMatch,
  notModified,
  revisionOf,
} from '../../http/etag.ts';
import { adminProblems, bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { INTEGRATION_EXAMPLES, IntegrationTarget, SetIntegrationTarget } from './schemas.ts';

const path = '/api/integrations/s3/{id}/notification-target';
const ok = {
  description: 'Who is told.',
  headers: EtagHeader,
  content: { 'application/json': { schema: IntegrationTarget } },
};

const readRoute = createRoute({
  method: 'get',
  path,
  summary: 'Read who is told of an integration',
  description: 'Unless the rule of a folder names another target.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: IdParam, headers: IfNoneMatch },
  responses: { 200: ok, ...notModified, ...readProblems },
});

const setRoute = createRoute({
  method: 'put',
  path,
  summary: 'Say who is told of an integration',
  description:
    'Of documents written back or given up, and when its bucket cannot be listed and when it can again. Null: nobody. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    params: IdParam,
    headers: IfMatch,
    body: {
      required: true,
      content: { 'application/json': { schema: SetIntegrationTarget, examples: INTEGRATION_EXAMPLES } },
    },
  },
  responses: { 200: ok, ...adminProblems, ...editConflict },
});

const read = async (db: Client, id: string) => {
  const row = unwrap(
    await db.from('s3_integrations').select('notification_target_id, revision').eq('id', id).maybeSingle(),
  );
  return { targetId: row.notification_target_id, revision: row.revision };
};

export const readIntegrationTargetRoute = (app: App) =>
  app.openapi(readRoute, async (c) => {
    const current = await read(c.var.db, c.req.valid('param').id);
    return c.json(current, 200, await etagOf(current));
  });

export const setIntegrationTargetRoute = (app: App) =>
  app.openapi(setRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { targetId } = c.req.valid('json');
    const { db } = c.var;
    const change = {
      p_integration_id: id,
      ...(targetId === null ? {} : { p_target_id: targetId }),
      ...revisionOf(c.req.valid('header')),
    };
    const current = () => read(db, id);
    await editing(c, current, async () =>
      unwrapNullable(await db.rpc('set_integration_notification_target', change)),
    );
    const now = await current();
    return c.json(now, 200, await etagOf(now));
  });
