import { createRoute, z } from '@hono/zod-openapi';
import { toJson, unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { NameSearch, NumberedPageQuery, SupportIntegrationPage } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/admin/integrations',
  summary: 'Find integrations of any tenant',
  description:
    'In the order of their ids; never a credential. Each tenant whose integrations are shown finds that in their audit. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: {
    query: z.strictObject({
      search: NameSearch,
      tenantId: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'Only of this tenant.' } }),
      bucket: z
        .string()
        .max(1024)
        // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
        .regex(/^[^\u0000-\u001f\u007f]+$/)
        .optional()
        .openapi({ param: { description: 'Only of the bucket of exactly this name.' } }),
      status: z
        .enum(shared.INTEGRATION_STATUSES)
        .optional()
        .openapi({
          param: { description: 'Only in this state. Deleted ones are shown only when asked for.' },
        }),
      failing: z
        .enum(['true', 'false'])
        .optional()
        .openapi({
          param: { description: 'Whether the last listing was refused, or objects are held up.' },
        }),
      cursor: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'The `nextCursor` of the page before.' } }),
      limit: NumberedPageQuery.limit,
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: SupportIntegrationPage } } },
    ...readProblems,
  },
});

export const supportIntegrationsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { cursor, limit, failing, ...filter } = c.req.valid('query');
    const rows = z.array(shared.SupportIntegration).parse(
      unwrap(
        await c.var.db.rpc('support_list_integrations', {
          p_filter: toJson({ ...filter, ...(failing === undefined ? {} : { isFailing: failing }) }),
          p_limit: limit + 1,
          ...(cursor === undefined ? {} : { p_after: cursor }),
        }),
      ),
    );
    const items = rows.slice(0, limit);
    const nextCursor = rows.length > limit ? (items.at(-1)?.integrationId ?? null) : null;
    return c.json({ items, nextCursor }, 200);
  });
