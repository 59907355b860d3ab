import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { after, decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam, PageQuery } from '../s3-integrations/schemas.ts';
import { REPLAY_COLUMNS, replayOf } from './read-model.ts';
import { ReplayPage } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/replays',
  summary: 'List replays',
  description: 'Newest first, with how far each has come.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam, query: z.strictObject(PageQuery) },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: ReplayPage } } },
    ...readProblems,
  },
});

export const listReplaysRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { cursor, limit } = c.req.valid('query');
    await readIntegration(db, id);
    let query = db
      .from('s3_replays')
      .select(REPLAY_COLUMNS)
      .eq('integration_id', id)
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(limit + 1);
    if (cursor !== undefined) query = query.or(after('created_at', decodeCursor(cursor)));
    const rows = unwrap(await query);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const nextCursor =
      rows.length > limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null;
    return c.json({ items: items.map(replayOf), nextCursor }, 200);
  });
