import { createRoute } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import * as shared from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam } from '../s3-integrations/schemas.ts';
import { AccessibilityScores } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/accessibility',
  summary: 'Read how accessible the documents are',
  description:
    'Scores of the machine checks of PDF/UA-1, before and after, of the current versions written back: of all together and by folder. What fails in one document is in its report: read the object.',
  tags: ['Usage'],
  security: bearer,
  request: { params: IdParam },
  responses: {
    200: { description: 'The scores.', content: { 'application/json': { schema: AccessibilityScores } } },
    ...readProblems,
  },
});

const NONE = { documents: 0, scoreBefore: null, scoreAfter: null, passing: 0 };

export const accessibilityRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    await readIntegration(db, id);
    const rows = unwrap(await db.rpc('s3_accessibility_scores', { p_integration_id: id })).map((row) => ({
      // The generated type says text; of all folders together it is null.
      folder: row.folder as string | null,
      documents: row.documents,
      scoreBefore: row.score_before,
      scoreAfter: row.score_after,
      passing: row.passing,
    }));
    const { folder: _, ...totals } = rows.find((row) => row.folder === null) ?? {
      folder: null,
      ...NONE,
    };
    const folders = rows.flatMap(({ folder, ...scores }) => (folder === null ? [] : [{ folder, ...scores }]));
    return c.json(shared.AccessibilityScores.parse({ integrationId: id, totals, folders }), 200);
  });
