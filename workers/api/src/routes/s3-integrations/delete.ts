import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { bearer, writeProblems } from '../../http/openapi.ts';
import { IdParam } from './schemas.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/integrations/s3/{id}',
  summary: 'Disconnect a bucket',
  description:
    'Deletes the stored credentials at once and stops all work. Nothing in the bucket is touched; the history of its objects is kept for billing and audit.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: { 204: { description: 'Disconnected.' }, ...writeProblems },
});

export const deleteIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    unwrapNullable(await c.var.db.rpc('delete_s3_integration', { p_integration_id: id }));
    return c.body(null, 204);
  });
