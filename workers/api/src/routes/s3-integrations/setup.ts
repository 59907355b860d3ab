import { createRoute, z } from '@hono/zod-openapi';
import { setupArtefacts } from '@sluice/core';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from './read-model.ts';
import { IdParam } from './schemas.ts';

const S3Setup = shared.S3Setup.clone().openapi('S3Setup', {
  description: 'What to set up at the provider. Holds no secret.',
});

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/setup',
  summary: 'Read what to set up at the provider',
  description:
    'Policies, templates and commands that let the integration do its work and nothing else, made for its bucket and folders. For an AWS role: the trust policy with the external id, a CloudFormation template, a quick-create link and Terraform.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      kmsKeyArn: shared.KmsKeyArn.clone()
        .optional()
        .openapi({
          param: { description: 'ARN of the KMS key that encrypts the bucket, to include its permissions.' },
        }),
    }),
  },
  responses: {
    200: { description: 'The setup.', content: { 'application/json': { schema: S3Setup } } },
    ...readProblems,
  },
});

export const setupRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db, aws } = c.var;
    const { id } = c.req.valid('param');
    const { kmsKeyArn = null } = c.req.valid('query');
    const integration = await readIntegration(db, id);
    return c.json(setupArtefacts({ ...integration, kmsKeyArn }, aws), 200);
  });
