import { createRoute } from '@hono/zod-openapi';
import { matchFolderRule } from '@sluice/core';
import type { App } from '../../../http/app.ts';
import { bearer, readProblems } from '../../../http/reference/openapi.ts';
import { readIntegration } from '../read-model.ts';
import { IdParam } from '../schemas.ts';
import { readRules } from './read-model.ts';
import { FolderRuleMatch, KeyQuery } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/rules/match',
  summary: 'Which rule would this key get?',
  description:
    'The rule, why it is that one, what holds then, and where the results would be written. The object need not exist.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam, query: KeyQuery },
  responses: {
    200: { description: 'The answer.', content: { 'application/json': { schema: FolderRuleMatch } } },
    ...readProblems,
  },
});

export const matchRuleRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { key } = c.req.valid('query');
    const integration = await readIntegration(db, id);
    return c.json(matchFolderRule(integration, await readRules(db, id), key), 200);
  });
