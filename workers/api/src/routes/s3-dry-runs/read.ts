import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { readLatestDryRun } from './read-model.ts';
import { DryRun } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/dry-run',
  summary: 'Read the last dry run and how far it has come',
  description:
    'While it runs, `result` is of what is listed so far. With `complete` false in a dry run that has ended, every figure is "at least". Estimates say what they rest on. Dry runs are kept for 90 days.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The dry run.', content: { 'application/json': { schema: DryRun } } },
    ...readProblems,
  },
});

export const readDryRunRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    await readIntegration(c.var.db, id);
    return c.json(await readLatestDryRun(c.var.db, id), 200);
  });
