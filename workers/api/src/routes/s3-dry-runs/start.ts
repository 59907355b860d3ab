import { createRoute, z } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer, problem } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { readDryRun } from './read-model.ts';
import { DryRun, START_EXAMPLES, StartDryRun } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/dry-run',
  summary: 'Count what polling the bucket would do',
  description:
    'Lists the input folder once, in the background, and says how many files would be processed and how many skipped and why, what processing would cost and how long it would take, and what the requests would cost you with your provider. Records and processes nothing, and writes nothing to the bucket; its LIST calls are made on your account and counted in the usage. Stops after a million objects. One at a time for each integration. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: false,
      content: { 'application/json': { schema: StartDryRun, examples: START_EXAMPLES } },
    },
  },
  responses: {
    202: {
      description: 'Begun.',
      headers: z.object({
        location: z.string().openapi({ description: 'Where to read how far it has come.' }),
      }),
      content: { 'application/json': { schema: DryRun } },
    },
    ...adminProblems,
    409: problem(
      'One is under way already, or as many as the tenant may have.',
      'dry_run_running',
      'quota_reached',
    ),
  },
});

export const startDryRunRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = c.req.valid('param');
    const begun = unwrapEngine(await engine.startDryRun({ accessToken, requestId }, id, c.req.valid('json')));
    return c.json(await readDryRun(db, begun.id), 202, { location: `/api/integrations/s3/${id}/dry-run` });
  });
