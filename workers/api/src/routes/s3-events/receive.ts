import { type RouteConfig, z } from '@hono/zod-openapi';
import { EVENT_HEADERS, type EventDelivery, EventReceipt, SluiceError } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { problem } from '../../http/reference/openapi.ts';
import { DELIVERY_EXAMPLES } from './examples.ts';
import { eventSecurity } from './security.ts';

const PATH = '/api/events/s3/{integrationId}';

const AnyEvents = z
  .union([z.looseObject({}), z.array(z.looseObject({}))])
  .openapi('S3EventDelivery', { description: 'As the provider made it; see the examples.' });

const Receipt = EventReceipt.clone().openapi('S3EventReceipt');

const registered: RouteConfig = {
  method: 'post',
  path: PATH,
  summary: 'Tell of new objects',
  description:
    'For what forwards events of a bucket: the R2 receiver, an EventBridge API destination, Backblaze B2, and any server that sends S3 event `Records`. Signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`), by B2’s HMAC (`x-bz-event-notification-signature`), or with the event secret itself as `x-api-key` or bearer token. At most 256 KiB. Answered with 2xx only after what it tells is recorded; a delivery that is sent again changes nothing. Whoever sends another secret learns nothing, not even whether the integration exists.',
  tags: ['Events'],
  security: eventSecurity,
  request: {
    params: z.object({
      integrationId: z
        .string()
        .openapi({ param: { name: 'integrationId', in: 'path', description: 'Id of the integration.' } }),
    }),
    body: {
      required: true,
      content: { 'application/json': { schema: AnyEvents, examples: DELIVERY_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'What became of the events. They are recorded.',
      content: { 'application/json': { schema: Receipt } },
    },
    400: problem('Not events, or signed too long ago.', 'malformed', 'stale_timestamp'),
    401: problem('Not signed with a valid secret, or there is no such integration.', 'invalid_secret'),
    409: problem('The integration takes no events now.', 'paused', 'mode_mismatch'),
    413: problem('The body is larger than 256 KiB.', 'payload_too_large'),
    422: problem('The events are about another bucket.', 'bucket_mismatch'),
    429: problem('Too many deliveries for this integration; send it again later.', 'rate_limited'),
    500: problem('Our fault; send it again later.', 'internal'),
    503: problem('Not available right now; send it again later.', 'unavailable', 'vault_unavailable'),
  },
};

/** Unread: what is signed are the bytes, so nothing may touch them before the engine has verified them. */
export const receiveEventsRoute = (app: App) => {
  app.openAPIRegistry.registerPath(registered);
  return app.post('/api/events/s3/:integrationId', async (c) => {
    const headers: EventDelivery['headers'] = {};
    for (const name of EVENT_HEADERS) {
      const value = c.req.header(name);
      if (value === undefined) continue;
      if (value.length > 8192) throw new SluiceError('invalid_secret');
      headers[name] = value;
    }
    const receipt = await c.var.engine.receiveS3Events({
      integrationId: c.req.param('integrationId').slice(0, 200),
      headers,
      body: new Uint8Array(await c.req.arrayBuffer()),
      requestId: c.var.requestId,
    });
    return c.json(unwrapEngine(receipt), 200);
  });
};
