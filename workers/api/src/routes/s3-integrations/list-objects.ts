import { createRoute, z } from '@hono/zod-openapi';
import { type Client, unwrap } from '@sluice/db';
import { ObjectState, S3Object } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { after, decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { bearer, readProblems } from '../../http/openapi.ts';
import { readIntegration, wordsOf } from './read-model.ts';
import { IdParam, ObjectPage, PageQuery } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/objects',
  summary: 'List the objects found in the bucket',
  description:
    'Newest first. Every object ever found is here, with its state and, if it was not processed, the reason.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      state: ObjectState.clone()
        .optional()
        .openapi({ param: { description: 'Only objects in this state.' } }),
      ...PageQuery,
    }),
  },
  responses: {
    200: {
      description: 'A page.',
      content: {
        'application/json': { schema: ObjectPage },
      },
    },
    ...readProblems,
  },
});

const COLUMNS =
  'id, key, etag, size_bytes, source_modified_at, is_current, found_by, found_at, state, reason, reason_detail, provider_code, attempts, due_at, job_id, pages, outputs, state_changed_at, written_back_at';
const rows = (db: Client) => db.from('s3_processed_objects').select(COLUMNS);
type Row = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

const objectOf = (row: Row): S3Object =>
  S3Object.parse({
    id: row.id,
    key: row.key,
    etag: row.etag,
    sizeBytes: row.size_bytes,
    sourceModifiedAt: row.source_modified_at,
    isCurrent: row.is_current,
    foundBy: row.found_by,
    foundAt: row.found_at,
    state: row.state,
    reason:
      row.reason === null
        ? null
        : { ...wordsOf(row.reason), detail: row.reason_detail, providerCode: row.provider_code },
    attempts: row.attempts,
    nextAttemptAt: row.due_at,
    jobId: row.job_id,
    pages: row.pages,
    outputs: row.outputs,
    stateChangedAt: row.state_changed_at,
    writtenBackAt: row.written_back_at,
  });

export const listObjectsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { state, cursor, limit } = c.req.valid('query');
    // An integration that is not the caller's is missing, not empty.
    await readIntegration(db, id);
    let query = rows(db)
      .eq('integration_id', id)
      .order('found_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(limit + 1);
    if (state !== undefined) query = query.eq('state', state);
    if (cursor !== undefined) query = query.or(after('found_at', decodeCursor(cursor)));
    const found = unwrap(await query);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = found.length > limit && last ? encodeCursor({ at: last.found_at, id: last.id }) : null;
    return c.json({ items: items.map(objectOf), nextCursor }, 200);
  });
