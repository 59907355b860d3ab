import { createRoute } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer } from '../../http/reference/openapi.ts';
import { IdParam } from './schemas.ts';

/** As any type: the router takes it for one of JSON's by its name. */
const NDJSON: string = 'application/x-ndjson';
/** By its name: it is no answer of JSON, but many. */
const ConnectionTestEvent = { $ref: '#/components/schemas/ConnectionTestEvent' } as const;

const route = createRoute({
  method: 'post',
  path: '/api/integrations/s3/{id}/test-connection/watch',
  summary: 'Test the connection and watch it',
  description:
    'The same test, told as it goes, for people who wait: lines of JSON (NDJSON), each an event. First `begun` with every check there will be, then `check` whenever one has ended; of a check that is told twice the last word holds. In the end `ended` with the whole test, or `broken`. The test goes on when you stop reading, and its result is the `lastTest` of the integration. With an `Idempotency-Key` all lines come at the end. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: {
      description: 'The events; the schema is of one line.',
      content: { [NDJSON]: { schema: ConnectionTestEvent } },
    },
    ...adminProblems,
  },
});

export const watchConnectionTestRoute = (app: App) => {
  app.openAPIRegistry.register('ConnectionTestEvent', shared.ConnectionTestEvent.clone());
  app.openapi(route, async (c) => {
    const { engine, accessToken, requestId } = c.var;
    const { id } = c.req.valid('param');
    const events = unwrapEngine(await engine.watchS3ConnectionTest({ accessToken, requestId }, id));
    return c.body(events, 200, { 'content-type': NDJSON });
  });
};
