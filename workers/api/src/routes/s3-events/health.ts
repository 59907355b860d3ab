import { createRoute } from '@hono/zod-openapi';
import { refusalInWords } from '@sluice/core';
import { type Client, unwrap, unwrapNullable } from '@sluice/db';
import { EventHealth, EventRefusal, S3Integration, UsageSummary } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';

const DAYS = 7;

const Health = EventHealth.clone().openapi('S3EventHealth', {
  description: 'How far the events of an integration can be relied on.',
});

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/events',
  summary: 'Read how its events fare',
  description:
    'When the last one came, how objects were found in the last seven days, how many events were missed, which were refused and what to do about it, and how often the bucket is listed besides.',
  tags: ['Events'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'How they fare.', content: { 'application/json': { schema: Health } } },
    ...readProblems,
  },
});

export const eventHealthRoute = (app: App) =>
  app.openapi(route, async (c) => c.json(await readHealth(c.var.db, c.req.valid('param').id), 200));

const readHealth = async (db: Client, id: string): Promise<EventHealth> => {
  const [integration, usage] = await Promise.all([
    db
      .from('s3_integrations')
      .select(
        'provider, detection_mode, s3_event_states (event_mode_since, last_received_at, sweep_interval_seconds), s3_poll_states (next_poll_at)',
      )
      .eq('id', id)
      .maybeSingle()
      .then(unwrap),
    db.rpc('s3_integration_usage_summary', { p_integration_id: id, p_days: DAYS }).then(unwrapNullable),
  ]);
  const state = integration.s3_event_states[0];
  const { from, totals } = UsageSummary.parse(usage);
  const provider = S3Integration.shape.provider.parse(integration.provider);
  const isOn = integration.detection_mode === 'event';
  return EventHealth.parse({
    integrationId: id,
    detectionMode: integration.detection_mode,
    eventModeSince: isOn ? (state?.event_mode_since ?? null) : null,
    lastReceivedAt: state?.last_received_at ?? null,
    sweep: {
      intervalSeconds: isOn ? (state?.sweep_interval_seconds ?? null) : null,
      nextAt: integration.s3_poll_states[0]?.next_poll_at ?? null,
    },
    from,
    found: totals.foundBy,
    missed: totals.eventsMissed,
    discoveryLatency: totals.discoveryLatency,
    refused: EventRefusal.options.flatMap((code) => {
      const events = totals.eventsRefused[code] ?? 0;
      return events === 0 ? [] : [refusalInWords(code, events, provider)];
    }),
  });
};
