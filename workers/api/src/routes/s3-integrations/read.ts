import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/openapi.ts';
import { readIntegration, readLedger } from './read-model.ts';
import { IdParam, IntegrationWithLedger } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}',
  summary: 'Read an integration and its books',
  description: 'In `ledger`, `found` is always the sum of `writtenBack`, `pending`, `skipped` and `failed`.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The integration.',
      content: { 'application/json': { schema: IntegrationWithLedger } },
    },
    ...readProblems,
  },
});

export const readIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const integration = await readIntegration(c.var.db, id);
    return c.json({ ...integration, ledger: await readLedger(c.var.db, id) }, 200);
  });
