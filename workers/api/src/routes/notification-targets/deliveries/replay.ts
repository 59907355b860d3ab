import { createRoute } from '@hono/zod-openapi';
import { unwrap, unwrapNullable } from '@sluice/db';
import type { App } from '../../../http/app.ts';
import { adminProblems, bearer, configurationProblems } from '../../../http/reference/openapi.ts';
import { deliveryOf, deliveryRows } from '../read-model.ts';
import { Delivery, DeliveryParams } from '../schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/notification-targets/{id}/deliveries/{deliveryId}/replay',
  summary: 'Send a delivery again',
  description:
    'Under the same `webhook-id`, within a minute, past those that wait. Takes the role admin or owner.',
  tags: ['Notifications'],
  security: bearer,
  request: { params: DeliveryParams },
  responses: {
    202: { description: 'It will be sent.', content: { 'application/json': { schema: Delivery } } },
    ...adminProblems,
    409: configurationProblems[409],
  },
});

export const replayDeliveryRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id, deliveryId } = c.req.valid('param');
    unwrapNullable(await db.rpc('replay_notification', { p_target_id: id, p_delivery_id: deliveryId }));
    const row = unwrap(await deliveryRows(db, id).eq('id', deliveryId).maybeSingle());
    return c.json(deliveryOf(row), 202);
  });
