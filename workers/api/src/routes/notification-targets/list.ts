import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { after, decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { bearer, listProblems } from '../../http/reference/openapi.ts';
import { PageQuery } from '../s3-integrations/schemas.ts';
import { targetOf, targetRows } from './read-model.ts';
import { TargetPage } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/notification-targets',
  summary: 'List notification targets',
  description: 'Newest first, of one tenant or of all the caller is a member of.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    query: z.strictObject({
      tenantId: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'Only of this tenant.' } }),
      ...PageQuery,
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: TargetPage } } },
    ...listProblems,
  },
});

export const listTargetsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId, cursor, limit } = c.req.valid('query');
    let query = targetRows(c.var.db)
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(limit + 1);
    if (tenantId !== undefined) query = query.eq('tenant_id', tenantId);
    if (cursor !== undefined) query = query.or(after('created_at', decodeCursor(cursor)));
    const rows = unwrap(await query);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const nextCursor =
      rows.length > limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null;
    return c.json({ items: items.map(targetOf), nextCursor }, 200);
  });
