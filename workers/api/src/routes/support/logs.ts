import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { IntegrationLogPage, NumberedPageQuery, pageOf, pageParameters, SupportLogPage } from './schemas.ts';

/** A tenant needs no lines for debugging our code. */
const SHOWN = ['info', 'warn', 'error'] as const;

const own = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/logs',
  summary: 'Read the log of an integration',
  description:
    'What polling, processing and writing back had to say of it, newest first. Lines are kept for 30 days.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      level: z
        .enum(SHOWN)
        .optional()
        .openapi({ param: { description: 'Only lines of this level.' } }),
      ...NumberedPageQuery,
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: IntegrationLogPage } } },
    ...readProblems,
  },
});

const forSupport = createRoute({
  method: 'get',
  path: '/api/admin/logs',
  summary: 'Read the log of any integration',
  description:
    'With everything its lines hold, newest first. Reading it is an event in the audit of the tenant. For support staff; to everybody else it does not exist.',
  tags: ['Support'],
  security: bearer,
  request: {
    query: z.strictObject({
      integrationId: z.uuid().openapi({
        param: { description: 'Of which integration.' },
        example: '6f1c2a52-7d0e-4b7c-9a51-6c1f0e2b9d44',
      }),
      level: z
        .enum(['debug', ...SHOWN])
        .optional()
        .openapi({ param: { description: 'Only lines of this level.' } }),
      ...NumberedPageQuery,
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: SupportLogPage } } },
    ...readProblems,
  },
});

export const integrationLogsRoute = (app: App) =>
  app.openapi(own, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { level, cursor, limit } = c.req.valid('query');
    await readIntegration(db, id);
    let query = db
      .from('app_logs')
      .select('id, at, level, event, message')
      .eq('integration_id', id)
      .in('level', level === undefined ? SHOWN : [level])
      .order('id', { ascending: false })
      .limit(limit + 1);
    if (cursor !== undefined) query = query.lt('id', Number(cursor));
    const rows = unwrap(await query).map((row) => ({ ...row, id: String(row.id) }));
    return c.json(pageOf(z.array(shared.IntegrationLogLine).parse(rows), limit), 200);
  });

export const supportLogsRoute = (app: App) =>
  app.openapi(forSupport, async (c) => {
    const { integrationId, level, ...query } = c.req.valid('query');
    const rows = unwrap(
      await c.var.db.rpc('support_list_logs', {
        p_integration_id: integrationId,
        ...(level === undefined ? {} : { p_level: level }),
        ...pageParameters(query),
      }),
    );
    return c.json(pageOf(z.array(shared.SupportLogLine).parse(rows), query.limit), 200);
  });
