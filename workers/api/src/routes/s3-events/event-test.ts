import { createRoute, z } from '@hono/zod-openapi';
import { eventTestSteps } from '@sluice/core';
import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { unwrapEngine } from '../../http/engine-result.ts';
import { adminProblems, bearer, problem, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';

const PATH = '/api/integrations/s3/{id}/events/test';

const StartEventTest = shared.StartEventTest.clone().openapi('StartS3EventTest');
const EventTest = shared.EventTest.clone().openapi('S3EventTest', {
  description: 'What has happened in a test of the events, step by step.',
});

const start = createRoute({
  method: 'post',
  path: PATH,
  summary: 'Test whether events arrive',
  description:
    'Puts a small object into the input folder, waits a minute for its event and deletes the object again: the whole way, from the bucket through what sends its events to the ledger. The object is never processed. Where we may not write there, the test says so; with `self_delivery` we sign and receive a delivery of our own instead, which proves the receiving alone. Read on with GET. Takes the role admin or owner.',
  tags: ['Events'],
  security: bearer,
  request: {
    params: IdParam,
    body: {
      required: false,
      content: {
        'application/json': {
          schema: StartEventTest,
          examples: {
            probe: { summary: 'The whole way', value: { kind: 'probe' } },
            selfDelivery: { summary: 'The receiving alone', value: { kind: 'self_delivery' } },
          },
        },
      },
    },
  },
  responses: {
    202: {
      description: 'Begun.',
      headers: z.object({
        location: z.string().openapi({ description: 'Where to read how far it has come.' }),
      }),
      content: { 'application/json': { schema: EventTest } },
    },
    ...adminProblems,
    409: problem(
      'No events are taken in, or a test is under way.',
      'paused',
      'mode_mismatch',
      'event_test_running',
    ),
  },
});

export const startEventTestRoute = (app: App) =>
  app.openapi(start, async (c) => {
    const { engine, accessToken, requestId, db } = c.var;
    const { id } = c.req.valid('param');
    const input = shared.StartEventTest.parse(c.req.valid('json') ?? {});
    unwrapEngine(await engine.startEventTest({ accessToken, requestId }, id, input));
    return c.json(await readEventTest(db, id), 202, { location: `/api/integrations/s3/${id}/events/test` });
  });

const read = createRoute({
  method: 'get',
  path: PATH,
  summary: 'Read the last test of the events',
  description:
    'Whether the object was written, whether and after how many milliseconds its event arrived, and whether the object was deleted again. An event that has not come within a minute counts as failed; the text says where to look.',
  tags: ['Events'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The test.', content: { 'application/json': { schema: EventTest } } },
    ...readProblems,
  },
});

export const readEventTestRoute = (app: App) =>
  app.openapi(read, async (c) => c.json(await readEventTest(c.var.db, c.req.valid('param').id), 200));

/** @throws SluiceError `not_found` when there is no integration, or there was no test. */
const readEventTest = async (db: Client, integrationId: string): Promise<shared.EventTest> => {
  const integration = await readIntegration(db, integrationId);
  const row = unwrapNullable(
    await db.from('s3_event_tests').select('*').eq('integration_id', integrationId).maybeSingle(),
  );
  if (row === null) {
    throw new shared.SluiceError('not_found', {
      detail: 'The events of this integration were not tested yet.',
    });
  }
  const told = unwrap(
    await db
      .from('s3_processed_objects')
      .select('event_at')
      .eq('integration_id', integrationId)
      .eq('key', row.key)
      // A listing may have come by as well.
      .not('event_at', 'is', null)
      .limit(1),
  );
  const kind = shared.EventTest.shape.kind.parse(row.kind);
  return eventTestSteps(
    {
      id: row.id,
      kind,
      key: row.key,
      startedAt: row.started_at,
      writtenAt: row.written_at,
      removedAt: row.removed_at,
      endedAt: row.ended_at,
      overtakenAt: row.overtaken_at,
      errorCode: row.error_code,
      errorDetail: row.error_detail,
      arrivedAt: told[0]?.event_at ?? null,
    },
    integration,
    Date.now(),
  );
};
