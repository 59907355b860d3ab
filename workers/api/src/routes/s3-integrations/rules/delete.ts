import { createRoute } from '@hono/zod-openapi';
import { unwrapNullable } from '@sluice/db';
import type { App } from '../../../http/app.ts';
import { editConflict, editing, IfMatch, revisionOf } from '../../../http/etag.ts';
import { adminProblems, bearer } from '../../../http/reference/openapi.ts';
import { IdParam } from '../schemas.ts';
import { namingTheField, readRule } from './read-model.ts';
import { PrefixQuery, prefixProblems } from './schemas.ts';

const route = createRoute({
  method: 'delete',
  path: '/api/integrations/s3/{id}/rules',
  summary: 'Delete the rule of a folder',
  description:
    'From then on the next shorter rule holds, or the integration’s own settings. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: IdParam, query: PrefixQuery, headers: IfMatch },
  responses: { 204: { description: 'Deleted.' }, ...adminProblems, ...prefixProblems, ...editConflict },
});

export const deleteRuleRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { prefix } = c.req.valid('query');
    const { db } = c.var;
    const rule = { p_integration_id: id, p_prefix: prefix, ...revisionOf(c.req.valid('header')) };
    await editing(
      c,
      () => readRule(db, id, prefix),
      () => namingTheField(async () => unwrapNullable(await db.rpc('delete_s3_folder_rule', rule))),
    );
    return c.body(null, 204);
  });
