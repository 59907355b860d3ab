import { createRoute } from '@hono/zod-openapi';
import { toJson, unwrapNullable } from '@sluice/db';
import { CONNECTION_FIELDS } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../http/etag.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { UPDATE_EXAMPLES } from './examples.ts';
import { readIntegration } from './read-model.ts';
import { IdParam, Integration, UpdateIntegration } from './schemas.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/integrations/s3/{id}',
  summary: 'Change an integration',
  description:
    'Omitted fields keep their value, null clears. `{"status":"paused"}` stops polling and processing until `active`; `disabled` stops everything until `POST …/start`. A change of bucket, prefixes, region, endpoint, addressing style, account or role makes it a draft again: test, then start. Another endpoint, account or bucket deletes the stored credential in the same step; send the new one along, or later. Takes the role admin or owner.',
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
      'What was not started cannot be paused or resumed, event mode takes an event secret, and no other integration may read the same place.',
      'not_started',
      'event_secret_missing',
      'integration_exists',
    ),
    422: problem(
      'The configuration cannot work; `detail` and `remedy` say what to change.',
      'prefixes_overlap',
      'endpoint_refused',
      'rules_outside_input',
    ),
  },
});

export const updateIntegrationRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { db, engine, accessToken, requestId } = c.var;
    const { detectionMode, ...changes } = c.req.valid('json');
    const revision = revisionOf(c.req.valid('header'));
    const integration = { p_integration_id: id, ...revision };
    const read = () => readIntegration(db, id);
    await editing(c, read, async () => {
      if (detectionMode !== undefined) {
        unwrapNullable(await db.rpc('set_s3_detection_mode', { ...integration, p_mode: detectionMode }));
        return;
      }
      // What is connected to is judged by the engine, which alone may seal a credential.
      if (CONNECTION_FIELDS.some((field) => changes[field] !== undefined)) {
        const caller = { accessToken, requestId };
        unwrapEngine(await engine.editS3Integration(caller, id, changes, revision.p_revision ?? null));
        return;
      }
      unwrapNullable(await db.rpc('update_s3_integration', { ...integration, p_changes: toJson(changes) }));
    });
    const changed = await read();
    return c.json(changed, 200, await etagOf(changed));
  });
