import { createRoute, z } from '@hono/zod-openapi';
import { toJson, unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, problem, readProblems } from '../../http/reference/openapi.ts';
import { TenantParam } from '../tenants/schemas.ts';
import { AuditPage, AuditQuery, filterOf, pageOf, pageParameters } from './schemas.ts';

const page = { description: 'A page.', content: { 'application/json': { schema: AuditPage } } };

const ofTenant = createRoute({
  method: 'get',
  path: '/api/tenants/{id}/audit',
  summary: 'Read the audit of a tenant',
  description:
    'Who changed what, and when, newest first; also when our support staff looked at something, and why. Takes the role admin or owner.',
  tags: ['Tenants'],
  security: bearer,
  request: { params: TenantParam, query: z.strictObject(AuditQuery) },
  responses: {
    200: page,
    ...readProblems,
    403: problem('The role of the caller does not allow it.', 'forbidden'),
  },
});

const ofAll = createRoute({
  method: 'get',
  path: '/api/admin/audit',
  summary: 'Read the audit across tenants',
  description:
    'Newest first, events of the platform as a whole included. Reading it is an event itself. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: {
    query: z.strictObject({
      tenantId: z
        .uuid()
        .optional()
        .openapi({ param: { description: 'Only of this tenant.' } }),
      ...AuditQuery,
    }),
  },
  responses: { 200: page, ...readProblems },
});

const Events = z.array(shared.AuditEvent);

export const tenantAuditRoute = (app: App) =>
  app.openapi(ofTenant, async (c) => {
    const query = c.req.valid('query');
    const rows = unwrap(
      await c.var.db.rpc('list_audit_events', {
        p_tenant_id: c.req.valid('param').id,
        p_filter: toJson(filterOf(query)),
        ...pageParameters(query),
      }),
    );
    return c.json(pageOf(Events.parse(rows), query.limit), 200);
  });

export const supportAuditRoute = (app: App) =>
  app.openapi(ofAll, async (c) => {
    const query = c.req.valid('query');
    const rows = unwrap(
      await c.var.db.rpc('support_list_audit_events', {
        ...(query.tenantId === undefined ? {} : { p_tenant_id: query.tenantId }),
        p_filter: toJson(filterOf(query)),
        ...pageParameters(query),
      }),
    );
    return c.json(pageOf(Events.parse(rows), query.limit), 200);
  });
