import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { eventSecretProblems } from './problems.ts';
import { readEventSecrets } from './read-model.ts';
import {
  EventSecretVersions,
  IssuedEventSecret,
  ROTATE_EVENT_SECRET_EXAMPLES,
  RotateEventSecret,
} from './schemas.ts';

const path = '/api/integrations/s3/{id}/event-secret';
const common = { tags: ['S3 integrations'], security: bearer };

const read = createRoute({
  ...common,
  method: 'get',
  path,
  summary: 'Read which event secrets are valid',
  description: 'One, or two while a rotation overlaps, with when each was last seen. Never the secrets.',
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The versions that are valid now, newest first; none when none was issued.',
      content: { 'application/json': { schema: EventSecretVersions } },
    },
    ...readProblems,
  },
});

const issue = createRoute({
  ...common,
  method: 'post',
  path,
  summary: 'Issue the first event secret',
  description:
    'What your event source signs its deliveries with, as Standard Webhooks says (standardwebhooks.com). Shown here and never again. Takes the role admin or owner.',
  request: { params: IdParam },
  responses: {
    201: { description: 'Issued.', content: { 'application/json': { schema: IssuedEventSecret } } },
    ...eventSecretProblems,
  },
});

const rotate = createRoute({
  ...common,
  method: 'post',
  path: `${path}/rotate`,
  summary: 'Issue another event secret',
  description:
    'Shown here and never again. The one before it stays valid for `keepOldFor` hours, so that your event source can change over without losing a delivery; of three, the oldest is invalid at once, or the middle one when no delivery was ever signed with it: after an answer that was lost, rotate again. Takes the role admin or owner.',
  request: {
    params: IdParam,
    body: {
      required: false,
      content: { 'application/json': { schema: RotateEventSecret, examples: ROTATE_EVENT_SECRET_EXAMPLES } },
    },
  },
  responses: {
    200: { description: 'Rotated.', content: { 'application/json': { schema: IssuedEventSecret } } },
    ...eventSecretProblems,
  },
});

const endOverlap = createRoute({
  ...common,
  method: 'delete',
  path: `${path}/previous`,
  summary: 'Make the previous event secret invalid now',
  description: 'Ends the overlap of a rotation early. Takes the role admin or owner.',
  request: { params: IdParam },
  responses: { 204: { description: 'Only the present secret is valid.' }, ...adminProblems },
});

export const readEventSecretRoute = (app: App) =>
  app.openapi(read, async (c) => c.json(await readEventSecrets(c.var.db, c.req.valid('param').id), 200));

export const issueEventSecretRoute = (app: App) =>
  app.openapi(issue, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    return c.json(unwrapEngine(await engine.issueEventSecret({ accessToken, requestId }, id)), 201);
  });

export const rotateEventSecretRoute = (app: App) =>
  app.openapi(rotate, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    return c.json(
      unwrapEngine(await engine.rotateEventSecret({ accessToken, requestId }, id, c.req.valid('json'))),
      200,
    );
  });

export const endEventSecretOverlapRoute = (app: App) =>
  app.openapi(endOverlap, async (c) => {
    const { id } = c.req.valid('param');
    unwrapNullable(await c.var.db.rpc('end_event_secret_overlap', { p_integration_id: id }));
    return c.body(null, 204);
  });
