import { createRoute } from '@hono/zod-openapi';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { readReplay } from './read-model.ts';
import { Replay, ReplayIdParam } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/replays/{replayId}',
  summary: 'Read a replay and how far it has come',
  tags: ['S3 integrations'],
  description: 'What becomes of each object is in its own history.',
  security: bearer,
  request: { params: ReplayIdParam },
  responses: {
    200: { description: 'The replay.', content: { 'application/json': { schema: Replay } } },
    ...readProblems,
  },
});

export const readReplayRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id, replayId } = c.req.valid('param');
    await readIntegration(c.var.db, id);
    return c.json(await readReplay(c.var.db, id, replayId), 200);
  });
