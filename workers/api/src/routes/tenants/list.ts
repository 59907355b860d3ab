import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { bearer, listProblems } from '../../http/reference/openapi.ts';

const Tenant = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind: z.enum(['personal', 'team']),
    role: z.enum(['owner', 'admin', 'member']),
  })
  .openapi('Tenant');

const route = createRoute({
  method: 'get',
  path: '/api/tenants',
  summary: 'List the tenants you are a member of',
  description: 'With your role in each. Everybody has a personal one from sign-up on.',
  tags: ['Tenants'],
  security: bearer,
  responses: {
    200: {
      description: 'All of them, at most 1,000.',
      content: { 'application/json': { schema: z.strictObject({ items: z.array(Tenant) }) } },
    },
    ...listProblems,
  },
});

export const listTenantsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const rows = unwrap(
      await c.var.db
        .from('tenant_members')
        .select('role, tenants (id, name, kind)')
        .eq('user_id', c.var.identity.userId)
        .order('created_at'),
    );
    const items = rows.map(({ role, tenants }) => ({
      ...tenants,
      kind: z.enum(['personal', 'team']).parse(tenants.kind),
      role,
    }));
    return c.json({ items }, 200);
  });
