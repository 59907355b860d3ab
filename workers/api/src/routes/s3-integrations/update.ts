import { createRoute } from '@hono/zod-openapi';
import { fromJson, unwrapNullable } from '@sluice/db';
import { UpdateS3Integration } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, writeProblems } from '../../http/openapi.ts';
import { readIntegration } from './read-model.ts';
import { IdParam, Integration } from './schemas.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/integrations/s3/{id}',
  summary: 'Change an integration',
  description:
    'Omitted fields keep their value, null clears. `{"status":"paused"}` stops polling and processing until `active`.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    body: { required: true, content: { 'application/json': { schema: UpdateS3Integration } } },
  },
  responses: {
    200: { description: 'Changed.', content: { 'application/json': { schema: Integration } } },
    ...writeProblems,
  },
});

export const updateIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const changes = fromJson<Record<string, string>>(c.req.valid('json'));
    unwrapNullable(await c.var.db.rpc('update_s3_integration', { p_integration_id: id, p_changes: changes }));
    return c.json(await readIntegration(c.var.db, id), 200);
  });
