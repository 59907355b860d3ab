import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer } from '../../http/openapi.ts';
import { IdParam } from './schemas.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/integrations/s3/{id}',
  summary: 'Disconnect a bucket',
  description:
    'Deletes the stored credentials at once and stops all work. Nothing in the bucket is touched; the history of its objects is kept for billing and audit. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: { 204: { description: 'Disconnected.' }, ...adminProblems },
});

export const deleteIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    unwrapNullable(await c.var.db.rpc('delete_s3_integration', { p_integration_id: id }));
    return c.body(null, 204);
  });
