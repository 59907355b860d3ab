import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { bearer } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { rotationProblems } from './problems.ts';
import { readCredentials } from './read-model.ts';
import { ROTATE_CREDENTIALS_EXAMPLES, RotateCredentials, Rotated } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/credentials/rotation',
  summary: 'Rotate the credentials, or enter the first',
  description:
    'The new credentials are sealed and tested on the live prefixes. If the test passes they are used from then on (`swapped`), and the old ones are kept for `keepOldFor` hours: the first time the provider denies the new ones something it allows the old, the work is done with the old and the rotation is rolled back. If the test fails nothing changes (`refused`); that is an answer, not an error, so look at `outcome`. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: true,
      content: { 'application/json': { schema: RotateCredentials, examples: ROTATE_CREDENTIALS_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'What came of it, and how the credentials stand now.',
      content: { 'application/json': { schema: Rotated } },
    },
    ...rotationProblems,
  },
});

export const rotateCredentialsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = c.req.valid('param');
    const rotated = unwrapEngine(
      await engine.rotateS3Credentials({ accessToken, requestId }, id, c.req.valid('json')),
    );
    return c.json({ ...rotated, credentials: await readCredentials(db, id) }, 200);
  });
