import { createRoute } from '@hono/zod-openapi';
import { toJson, unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { START_EXAMPLES } from './examples.ts';
import { readIntegration } from './read-model.ts';
import { IdParam, Integration, StartIntegration } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/start',
  summary: 'Start an integration',
  description:
    'Makes a draft, or what was disabled, `active`: polling begins at once. Refused unless the last connection test was made for the configuration as it stands and passed; an admin may override that with a reason, which is audited. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    headers: IfMatch,
    body: {
      required: false,
      content: { 'application/json': { schema: StartIntegration, examples: START_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'Started.',
      headers: EtagHeader,
      content: { 'application/json': { schema: Integration } },
    },
    ...adminProblems,
    ...editConflict,
    409: problem(
      'It is not ready to be started.',
      'connection_not_tested',
      'connection_test_failed',
      'bucket_claimed_elsewhere',
      'still_settling',
    ),
    422: problem('It cannot work as it is.', 'credentials_missing'),
  },
});

export const startIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { db } = c.var;
    const start = {
      p_integration_id: id,
      p_start: toJson(c.req.valid('json')),
      ...revisionOf(c.req.valid('header')),
    };
    const read = () => readIntegration(db, id);
    await editing(c, read, async () => unwrapNullable(await db.rpc('start_s3_integration', start)));
    const integration = await read();
    return c.json(integration, 200, await etagOf(integration));
  });
