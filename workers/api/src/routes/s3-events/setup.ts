import { createRoute } from '@hono/zod-openapi';
import { eventSetup } from '@sluice/core';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';

const EventSetup = shared.EventSetup.clone().openapi('S3EventSetup', {
  description: 'What to set up so that the bucket tells of new objects. Holds no secret.',
});

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/setup/events',
  summary: 'Read what to set up where events come from',
  description:
    'Made for its bucket and input folder. For AWS: CloudFormation and Terraform of an EventBridge rule with an API destination, its connection, a dead-letter queue and a role that may do nothing else. For Backblaze B2: the rule. For MinIO and Ceph: commands and documents. The event secret is entered when they are used.',
  tags: ['Events'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The setup.', content: { 'application/json': { schema: EventSetup } } },
    ...readProblems,
  },
});

export const eventSetupRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const integration = await readIntegration(c.var.db, c.req.valid('param').id);
    const eventsUrl = new URL(`/api/events/s3/${integration.id}`, c.req.url).href;
    return c.json(eventSetup({ ...integration, eventsUrl }), 200);
  });
