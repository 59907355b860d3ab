import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import type { App } from '../../http/app.ts';
import { naming } from '../../http/name-field.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { readIntegration } from '../s3-integrations/read-model.ts';
import { IdParam, ObjectPage, PageQuery } from '../s3-integrations/schemas.ts';
import { objectOf } from './read-model.ts';
import { ObjectQuery } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/objects',
  summary: 'List the objects found in the bucket',
  description:
    'Newest first, or with `prefix` in the order of keys. Every object ever found is here, with its state and, if it was not processed, the reason. Following `nextCursor` shows each object that was there at the beginning once, whatever changes meanwhile. With `prefix` and another filter a page may hold fewer items than `limit`, even none, and still have a `nextCursor`: go on until it is null.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      ...ObjectQuery,
      ...PageQuery,
      cursor: z
        .uuid('Use the nextCursor of the page before, unchanged, or leave it out.')
        .optional()
        .openapi({ param: { description: 'The `nextCursor` of the page before, unchanged.' } }),
    }),
  },
  responses: {
    200: {
      description: 'A page.',
      content: { 'application/json': { schema: ObjectPage } },
    },
    ...readProblems,
  },
});

export const listObjectsRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { db } = c.var;
    const { id } = c.req.valid('param');
    const { state, reason, prefix, foundFrom, foundTo, cursor, limit } = c.req.valid('query');
    const rows = await naming('cursor', async () =>
      unwrap(
        await db.rpc('list_s3_objects', {
          p_integration_id: id,
          p_limit: limit + 1,
          ...(cursor === undefined ? {} : { p_after: cursor }),
          ...(state === undefined ? {} : { p_state: state }),
          ...(reason === undefined ? {} : { p_reason: reason }),
          ...(prefix === undefined ? {} : { p_prefix: prefix }),
          ...(foundFrom === undefined ? {} : { p_found_from: foundFrom }),
          ...(foundTo === undefined ? {} : { p_found_to: foundTo }),
        }),
      ),
    );
    // An integration that is not the caller's is missing, not empty.
    if (rows.length === 0) await readIntegration(db, id);
    const found = rows.filter((row) => row.is_match);
    const items = found.slice(0, limit);
    // Where the search stopped before the page was full.
    const bookmark = rows.find((row) => !row.is_match);
    const next = found.length > limit ? items.at(-1) : bookmark;
    return c.json({ items: items.map(objectOf), nextCursor: next?.id ?? null }, 200);
  });
