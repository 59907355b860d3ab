import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../../http/app.ts';
import { bearer, readProblems } from '../../../http/reference/openapi.ts';
import { readIntegration } from '../read-model.ts';
import { IdParam } from '../schemas.ts';
import { readRules } from './read-model.ts';
import { FolderRules } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/rules',
  summary: 'List the folder rules',
  description: 'By prefix. All of them: an integration has at most 100.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The rules.', content: { 'application/json': { schema: FolderRules } } },
    ...readProblems,
  },
});

export const listRulesRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const items = await readRules(c.var.db, id);
    // An integration that is not the caller's is missing, not without rules.
    if (items.length === 0) await readIntegration(c.var.db, id);
    return c.json({ items }, 200);
  });
