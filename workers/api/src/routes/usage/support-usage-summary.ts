import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import { SupportUsage } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { NameSearch } from '../support/schemas.ts';
import { DaysQuery, SupportUsagePage } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/admin/usage-summary',
  summary: 'Read the usage of all tenants',
  description:
    'Totals of each integration, deleted ones too, in the order of their ids. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: {
    query: z.strictObject({
      ...DaysQuery,
      search: NameSearch,
      tenantId: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'Only of this tenant.' } }),
      cursor: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'The `nextCursor` of the page before.' } }),
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(200)
        .default(50)
        .openapi({ param: { description: 'Integrations a page.' } }),
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: SupportUsagePage } } },
    ...readProblems,
  },
});

export const supportUsageSummaryRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { days, limit, cursor, tenantId, search } = c.req.valid('query');
    const usage = SupportUsage.parse(
      unwrap(
        await c.var.db.rpc('support_usage_summary', {
          p_days: days,
          p_limit: limit + 1,
          ...(cursor === undefined ? {} : { p_after: cursor }),
          ...(tenantId === undefined ? {} : { p_tenant_id: tenantId }),
          ...(search === undefined ? {} : { p_search: search }),
        }),
      ),
    );
    const items = usage.items.slice(0, limit);
    const nextCursor = usage.items.length > limit ? (items.at(-1)?.integrationId ?? null) : null;
    return c.json({ ...usage, items, nextCursor }, 200);
  });
