import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../../http/app.ts';
import { after, decodeCursor, encodeCursor } from '../../../http/cursor.ts';
import { bearer, readProblems } from '../../../http/reference/openapi.ts';
import { PageQuery } from '../../s3-integrations/schemas.ts';
import { deliveryOf, deliveryRows, readTarget } from '../read-model.ts';
import { DeliveryPage, TargetParam } from '../schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/notification-targets/{id}/deliveries',
  summary: 'List the deliveries of a target',
  description:
    'Newest first, of the last 30 days: what was sent, how it was taken, and when it is tried again.',
  tags: ['Notifications'],
  security: bearer,
  request: {
    params: TargetParam,
    query: z.strictObject({
      state: z
        .enum(['pending', 'delivered', 'failed'])
        .optional()
        .openapi({ param: { description: 'Only deliveries in this state.' } }),
      ...PageQuery,
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: DeliveryPage } } },
    ...readProblems,
  },
});

export const listDeliveriesRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { state, cursor, limit } = c.req.valid('query');
    const { tenantId } = await readTarget(db, id);
    let query = deliveryRows(db, id)
      // What the index begins with.
      .eq('tenant_id', tenantId)
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(limit + 1);
    if (state !== undefined) query = query.eq('state', state);
    if (cursor !== undefined) query = query.or(after('created_at', decodeCursor(cursor)));
    const rows = unwrap(await query);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const nextCursor =
      rows.length > limit && last ? encodeCursor({ at: last.created_at, id: last.id }) : null;
    return c.json({ items: items.map(deliveryOf), nextCursor }, 200);
  });
