import { createRoute } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { bearer, supportProblems } from '../../http/reference/openapi.ts';
import { TenantParam } from '../tenants/schemas.ts';
import { OpenSupportAccess, SupportAccess } from './schemas.ts';

const route = createRoute({
  method: 'post',
  path: '/api/admin/tenants/{id}/access',
  summary: 'Open a tenant for support',
  description:
    'For an hour whoever asks may read what the tenant’s members read, through the same operations; never change anything, and never a secret. The tenant finds who and why in their audit. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: {
    params: TenantParam,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: OpenSupportAccess,
          examples: {
            ticket: { summary: 'For a ticket', value: { reason: 'Ticket 4711: no results since Monday' } },
          },
        },
      },
    },
  },
  responses: {
    201: { description: 'Open.', content: { 'application/json': { schema: SupportAccess } } },
    ...supportProblems,
  },
});

export const openSupportAccessRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const tenantId = c.req.valid('param').id;
    const { reason } = c.req.valid('json');
    const expiresAt = unwrap(
      await c.var.db.rpc('open_support_access', { p_tenant_id: tenantId, p_reason: reason }),
    );
    return c.json({ tenantId, expiresAt }, 201);
  });
