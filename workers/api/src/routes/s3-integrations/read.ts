import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { EtagHeader, etagOf, IfNoneMatch, notModified } from '../../http/etag.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegrationWithLedger } from './read-model.ts';
import { IdParam, IntegrationWithLedger } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}',
  summary: 'Read an integration and its books',
  description: 'In `ledger`, `found` is always the sum of `writtenBack`, `pending`, `skipped` and `failed`.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam, headers: IfNoneMatch },
  responses: {
    200: {
      description: 'The integration.',
      headers: EtagHeader,
      content: { 'application/json': { schema: IntegrationWithLedger } },
    },
    ...notModified,
    ...readProblems,
  },
});

export const readIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const answer = await readIntegrationWithLedger(c.var.db, id);
    return c.json(answer, 200, await etagOf(answer));
  });
