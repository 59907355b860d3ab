import { createRoute } from '@hono/zod-openapi';
import { toJson, unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer, problem } from '../../http/openapi.ts';
import { UPDATE_EXAMPLES } from './examples.ts';
import { readIntegration } from './read-model.ts';
import { IdParam, Integration, UpdateIntegration } from './schemas.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/integrations/s3/{id}',
  summary: 'Change an integration',
  description:
    'Omitted fields keep their value, null clears. `{"status":"paused"}` stops polling and processing until `active`; `disabled` stops everything until `POST …/start`. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    headers: IfMatch,
    body: {
      required: true,
      content: { 'application/json': { schema: UpdateIntegration, examples: UPDATE_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'Changed.',
      headers: EtagHeader,
      content: { 'application/json': { schema: Integration } },
    },
    ...adminProblems,
    ...editConflict,
    409: problem(
      'What was not started cannot be paused or resumed, and event mode takes an event secret.',
      'not_started',
      'event_secret_missing',
    ),
  },
});

export const updateIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { db } = c.var;
    const integration = { p_integration_id: id, ...revisionOf(c.req.valid('header')) };
    const { detectionMode, ...changes } = c.req.valid('json');
    const change = async () =>
      unwrapNullable(
        detectionMode === undefined
          ? await db.rpc('update_s3_integration', { ...integration, p_changes: toJson(changes) })
          : await db.rpc('set_s3_detection_mode', { ...integration, p_mode: detectionMode }),
      );
    const read = () => readIntegration(db, id);
    await editing(c, read, change);
    const changed = await read();
    return c.json(changed, 200, await etagOf(changed));
  });
