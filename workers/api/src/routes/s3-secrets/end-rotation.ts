import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { bearer } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { rotationProblems } from './problems.ts';
import { readCredentials } from './read-model.ts';
import { Credentials } from './schemas.ts';

const answers = {
  200: {
    description: 'How the credentials stand now.',
    content: { 'application/json': { schema: Credentials } },
  },
  ...rotationProblems,
} as const;

const finish = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/credentials/rotation/finish',
  summary: 'End the overlap of a rotation early',
  description:
    'Destroys our copy of the old credentials; from then on there is nothing to fall back to. Whether the old key may be deleted at the provider is told by `previous.safeToDelete`, which does not depend on this. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: answers,
});

const cancel = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/credentials/rotation/cancel',
  summary: 'Go back to the old credentials',
  description:
    'While a rotation overlaps: the old credentials are used again and the new ones destroyed. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: answers,
});

export const finishRotationRoute = (app: App) =>
  app.openapi(finish, async (c) => {
    const { id } = c.req.valid('param');
    unwrapNullable(await c.var.db.rpc('finish_credential_rotation', { p_integration_id: id }));
    return c.json(await readCredentials(c.var.db, id), 200);
  });

export const cancelRotationRoute = (app: App) =>
  app.openapi(cancel, async (c) => {
    const { id } = c.req.valid('param');
    unwrapNullable(await c.var.db.rpc('cancel_credential_rotation', { p_integration_id: id }));
    return c.json(await readCredentials(c.var.db, id), 200);
  });
