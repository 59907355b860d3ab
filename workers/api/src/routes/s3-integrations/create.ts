import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { EtagHeader, etagOf } from '../../http/etag.ts';
import { bearer, configurationProblems } from '../../http/reference/openapi.ts';
import { CREATE_EXAMPLES } from './examples.ts';
import { readIntegration } from './read-model.ts';
import { CreateIntegration, Integration } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3',
  summary: 'Connect a bucket',
  description:
    'Seals the credentials and stores the integration as a `draft`: nothing is polled or processed until `POST …/start`. The credentials are never returned again; they may come later, by a `PATCH`, once the setup has told how to make them. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: CreateIntegration, examples: CREATE_EXAMPLES } },
    },
  },
  responses: {
    201: {
      description: 'Connected, as a draft.',
      headers: EtagHeader.extend({
        location: z.string().openapi({ description: 'Path of the new integration.' }),
      }),
      content: { 'application/json': { schema: Integration } },
    },
    ...configurationProblems,
  },
});

export const createIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = unwrapEngine(
      await engine.createS3Integration({ accessToken, requestId }, c.req.valid('json')),
    );
    const integration = await readIntegration(db, id);
    return c.json(integration, 201, {
      location: `/api/integrations/s3/${id}`,
      ...(await etagOf(integration)),
    });
  });
