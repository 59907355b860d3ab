import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { DaysQuery, UsageSummary } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/usage-summary',
  summary: 'Read the usage of an integration',
  description:
    'Day by day and in total: what was found, processed, written back, skipped and failed, how long it took, the requests made on your account, and what it cost. Support sees every tenant’s.',
  tags: ['Usage'],
  security: bearer,
  request: { params: IdParam, query: z.strictObject(DaysQuery) },
  responses: {
    200: { description: 'The usage.', content: { 'application/json': { schema: UsageSummary } } },
    ...readProblems,
  },
});

export const usageSummaryRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { days } = c.req.valid('query');
    const summary = unwrap(
      await c.var.db.rpc('s3_integration_usage_summary', { p_integration_id: id, p_days: days }),
    );
    return c.json(shared.UsageSummary.parse(summary), 200);
  });
