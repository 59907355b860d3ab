import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { readLatestDryRun } from './read-model.ts';
import { DryRun } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/dry-run/cancel',
  summary: 'Stop the dry run that is under way',
  description:
    'What it has counted so far stays. One that has ended stays as it ended. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The dry run, ended.', content: { 'application/json': { schema: DryRun } } },
    ...adminProblems,
  },
});

export const cancelDryRunRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    unwrapNullable(await db.rpc('cancel_s3_dry_run', { p_integration_id: id }));
    return c.json(await readLatestDryRun(db, id), 200);
  });
