import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { readReplay } from './read-model.ts';
import { Replay, ReplayIdParam } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/replays/{replayId}/cancel',
  summary: 'Stop a replay where it stands',
  description:
    'What it has taken up already goes on. A replay that has ended stays as it ended. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: ReplayIdParam },
  responses: {
    200: { description: 'The replay, ended.', content: { 'application/json': { schema: Replay } } },
    ...adminProblems,
  },
});

export const cancelReplayRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id, replayId } = c.req.valid('param');
    unwrapNullable(await db.rpc('cancel_s3_replay', { p_integration_id: id, p_replay_id: replayId }));
    return c.json(await readReplay(db, id, replayId), 200);
  });
