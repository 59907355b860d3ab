import { createRoute } from '@hono/zod-openapi';
import { toJson, unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer } from '../../http/openapi.ts';
import { UPDATE_EXAMPLES } from './examples.ts';
import { readIntegration } from './read-model.ts';
import { IdParam, Integration, UpdateIntegration } from './schemas.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/integrations/s3/{id}',
  summary: 'Change an integration',
  description:
    'Omitted fields keep their value, null clears. `{"status":"paused"}` stops polling and processing until `active`. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: true,
      content: { 'application/json': { schema: UpdateIntegration, examples: UPDATE_EXAMPLES } },
    },
  },
  responses: {
    200: { description: 'Changed.', content: { 'application/json': { schema: Integration } } },
    ...adminProblems,
  },
});

export const updateIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const changes = toJson(c.req.valid('json'));
    unwrapNullable(await c.var.db.rpc('update_s3_integration', { p_integration_id: id, p_changes: changes }));
    return c.json(await readIntegration(c.var.db, id), 200);
  });
