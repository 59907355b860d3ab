import { createRoute } from '@hono/zod-openapi';
import { CreateS3Integration } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { bearer, writeProblems } from '../../http/openapi.ts';
import { readIntegration } from './read-model.ts';
import { Integration } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3',
  summary: 'Connect a bucket',
  description: 'Seals the credentials, stores the integration and begins to poll. Takes the role admin.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { body: { required: true, content: { 'application/json': { schema: CreateS3Integration } } } },
  responses: {
    201: { description: 'Connected.', content: { 'application/json': { schema: Integration } } },
    ...writeProblems,
  },
});

export const createIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = unwrapEngine(
      await engine.createS3Integration({ accessToken, requestId }, c.req.valid('json')),
    );
    return c.json(await readIntegration(db, id), 201, { location: `/api/integrations/s3/${id}` });
  });
