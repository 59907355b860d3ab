import { createRoute } from '@hono/zod-openapi';
import { toJson, unwrapNullable } from '@sluice/db';
import type { App } from '../../../http/app.ts';
import { EtagHeader, editConflict, editing, etagOf, IfMatch, revisionOf } from '../../../http/etag.ts';
import { adminProblems, bearer } from '../../../http/reference/openapi.ts';
import { IdParam } from '../schemas.ts';
import { namingTheField, readRule } from './read-model.ts';
import { FolderRule, PrefixQuery, RULE_EXAMPLES, ruleProblems, SetFolderRule } from './schemas.ts';

const route = createRoute({
  method: 'put',
  path: '/api/integrations/s3/{id}/rules',
  summary: 'Set the rule of a folder',
  description:
    'Creates the rule or replaces it as a whole; the same request again changes nothing. It holds for documents processed from then on; those done are left as they are. Takes the role admin or owner.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: PrefixQuery,
    headers: IfMatch,
    body: {
      required: true,
      content: { 'application/json': { schema: SetFolderRule, examples: RULE_EXAMPLES } },
    },
  },
  responses: {
    200: {
      description: 'The rule as it is now.',
      headers: EtagHeader,
      content: { 'application/json': { schema: FolderRule } },
    },
    ...adminProblems,
    ...ruleProblems,
    ...editConflict,
  },
});

export const setRuleRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { prefix } = c.req.valid('query');
    const headers = c.req.valid('header');
    const rule = {
      p_integration_id: id,
      p_prefix: prefix,
      p_rule: toJson(c.req.valid('json')),
      // `*`: replace it, whatever it says, but do not create it.
      ...(headers['if-match'] === '*' ? { p_revision: 0 } : revisionOf(headers)),
    };
    const read = () => readRule(db, id, prefix);
    await editing(c, read, () =>
      namingTheField(async () => unwrapNullable(await db.rpc('set_s3_folder_rule', rule))),
    );
    const now = await read();
    return c.json(now, 200, await etagOf(now));
  });
