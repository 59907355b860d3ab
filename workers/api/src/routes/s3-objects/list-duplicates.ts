import { createRoute, z } from '@hono/zod-openapi';
import { unwrap } from '@sluice/db';
import { type DuplicateGroup, PROCESSING_PRICE_MICROS_PER_PAGE } from '@sluice/shared';
import type { App } from '../../http/app.ts';
import { bearer, readProblems } from '../../http/reference/openapi.ts';
import { IdParam, PageQuery } from '../s3-integrations/schemas.ts';
import { DuplicatePage } from './schemas.ts';

const route = createRoute({
  method: 'get',
  path: '/api/integrations/s3/{id}/duplicates',
  summary: 'List content that lies in the bucket more than once',
  description:
    'Groups of current objects with the same MD5 and size under different keys, and what processing the copies cost. Objects whose ETag is not an MD5 (uploaded in parts, or encrypted with a KMS key) cannot be told apart so and are not listed. `wastedPages` counts at most 1,000 objects of a group. A page may hold fewer items than `limit`, even none, and still have a `nextCursor`: go on until it is null.',
  tags: ['S3 integrations'],
  security: bearer,
  request: {
    params: IdParam,
    query: z.strictObject({
      ...PageQuery,
      cursor: z
        .string()
        .regex(
          /^[0-9a-f]{32}\.\d{1,15}$/,
          'Use the nextCursor of the page before, unchanged, or leave it out.',
        )
        .optional()
        .openapi({ param: { description: 'The `nextCursor` of the page before, unchanged.' } }),
    }),
  },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: DuplicatePage } } },
    ...readProblems,
  },
});

interface Row {
  readonly etag: string;
  readonly size_bytes: number;
  readonly objects: number;
  readonly keys: readonly string[];
  readonly pages: number | null;
  readonly processed_objects: number;
}

const groupOf = (row: Row): DuplicateGroup => {
  const wastedPages = Math.max(0, row.processed_objects - 1) * (row.pages ?? 0);
  return {
    etag: row.etag,
    sizeBytes: row.size_bytes,
    objects: row.objects,
    keys: [...row.keys],
    pages: row.pages,
    wastedBytes: (row.objects - 1) * row.size_bytes,
    wastedPages,
    wastedAmountMicros: wastedPages * PROCESSING_PRICE_MICROS_PER_PAGE,
  };
};

export const listDuplicatesRoute = (app: App) =>
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { cursor, limit } = c.req.valid('query');
    const [etag, sizeBytes] = cursor?.split('.') ?? [];
    const rows = unwrap(
      await c.var.db.rpc('list_s3_duplicates', {
        p_integration_id: id,
        p_limit: limit + 1,
        ...(etag === undefined ? {} : { p_after_etag: etag, p_after_size_bytes: Number(sizeBytes) }),
      }),
    );
    const groups = rows.filter((row) => row.objects > 1);
    const items = groups.slice(0, limit);
    // Where the search stopped before the page was full.
    const bookmark = rows.find((row) => row.objects === 1);
    const next = groups.length > limit ? items.at(-1) : bookmark;
    const nextCursor = next === undefined ? null : `${next.etag}.${next.size_bytes}`;
    return c.json({ items: items.map(groupOf), nextCursor }, 200);
  });
