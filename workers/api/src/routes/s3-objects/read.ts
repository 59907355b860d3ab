import { createRoute } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import { objectReport } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { historyOf, OBJECT_COLUMNS, objectOf, progressOf } from './read-model.ts';
import { ObjectDetail, ObjectIdParam } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/objects/{objectId}',
  summary: 'Read an object and its history',
  description:
    '`history` holds every change of state or reason with its time, attempt and who made it, the engine or a user, oldest first; of an object with more than 50 changes the last 50. `otherVersions` are the other versions of the same key. `progress` says how far a long document is that is being processed. `report` says what processing it found: what a person should look at, and the machine checks of PDF/UA-1 before and after.',
  tags: ['S3 integrations'],
  security: bearer,
  request: { params: ObjectIdParam },
  responses: {
    200: { description: 'The object.', content: { 'application/json': { schema: ObjectDetail } } },
    ...readProblems,
  },
});

const OTHER_VERSIONS = 50;

export const readObjectRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id, objectId } = c.req.valid('param');
    await readIntegration(db, id);
    const row = unwrap(
      await db
        .from('s3_processed_objects')
        .select(`${OBJECT_COLUMNS}, history, state_changed_by, progress, report`)
        .eq('integration_id', id)
        .eq('id', objectId)
        .maybeSingle(),
    );
    const others = unwrap(
      await db
        .from('s3_processed_objects')
        .select(OBJECT_COLUMNS)
        .eq('integration_id', id)
        .eq('key', row.key)
        .neq('id', objectId)
        .order('found_at', { ascending: false })
        .order('id', { ascending: false })
        .limit(OTHER_VERSIONS),
    );
    return c.json(
      {
        ...objectOf(row),
        revision: row.revision,
        history: historyOf(row),
        otherVersions: others.map(objectOf),
        progress: row.state === 'processing' ? progressOf(row.progress) : null,
        report: objectReport(row.report),
      },
      200,
    );
  });
