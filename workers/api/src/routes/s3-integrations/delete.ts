import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { editConflict, editing, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { readIntegration } from './read-model.ts';
import { IdParam } from './schemas.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/integrations/s3/{id}',
  summary: 'Disconnect a bucket',
  description:
    'Deletes the stored credentials at once and stops all work; what is pending is skipped (`integration_deleted`) within minutes. Nothing in the bucket is touched. A receiver of R2’s events stays in your Cloudflare account until you take it back (`POST …/setup/r2-receiver/remove`, which works afterwards too). The history of its objects, the costs and the audit are kept as long as the tenant exists. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam, headers: IfMatch },
  responses: { 204: { description: 'Disconnected.' }, ...adminProblems, ...editConflict },
});

export const deleteIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { db } = c.var;
    const integration = { p_integration_id: id, ...revisionOf(c.req.valid('header')) };
    await editing(
      c,
      () => readIntegration(db, id),
      async () => unwrapNullable(await db.rpc('delete_s3_integration', integration)),
    );
    return c.body(null, 204);
  });
