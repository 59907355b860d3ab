import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { readCredentials } from './read-model.ts';
import { Credentials } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/credentials',
  summary: 'Read which credentials are used',
  description:
    'Which key is in use and when it was last used, what became of the last rotation, and whether the old key is safe to delete at the provider.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The credentials, without what is secret.',
      content: { 'application/json': { schema: Credentials } },
    },
    ...readProblems,
  },
});

export const readCredentialsRoute = (app: App) =>
  app.openapi(route, async (c) => c.json(await readCredentials(c.var.db, c.req.valid('param').id), 200));
