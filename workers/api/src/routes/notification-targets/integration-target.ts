import { createRoute } from '@hono/zod-openapi';
import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer, readProblems } from '../../http/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { INTEGRATION_EXAMPLES, IntegrationTarget } from './schemas.ts';

const path = '/api/integrations/s3/{id}/notification-target';
const ok = {
  description: 'Who is told.',
  content: { 'application/json': { schema: IntegrationTarget } },
};

const readRoute = createRoute({
  method: 'get',
  path,
  summary: 'Read who is told of an integration',
  description: 'Unless the rule of a folder names another target.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: IdParam },
  responses: { 200: ok, ...readProblems },
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
    body: {
      required: true,
      content: { 'application/json': { schema: IntegrationTarget, examples: INTEGRATION_EXAMPLES } },
    },
  },
  responses: { 200: ok, ...adminProblems },
});

const read = async (db: Client, id: string) => {
  const row = unwrap(
    await db.from('s3_integrations').select('notification_target_id').eq('id', id).maybeSingle(),
  );
  return { targetId: row.notification_target_id };
};

export const readIntegrationTargetRoute = (app: App) =>
  app.openapi(readRoute, async (c) => c.json(await read(c.var.db, c.req.valid('param').id), 200));

export const setIntegrationTargetRoute = (app: App) =>
  app.openapi(setRoute, async (c) => {
    const { id } = c.req.valid('param');
    const { targetId } = c.req.valid('json');
    unwrapNullable(
      await c.var.db.rpc('set_integration_notification_target', {
        p_integration_id: id,
        ...(targetId === null ? {} : { p_target_id: targetId }),
      }),
    );
    return c.json(await read(c.var.db, id), 200);
  });
