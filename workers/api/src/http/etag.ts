import { z } from '@hono/zod-openapi';
import { SluiceError } from '@sluice/shared';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from './context.ts';
import { problem } from './reference/openapi.ts';

/**
 * ETags of what people edit: `"<revision>.<digest>"`. The revision counts edits and is what `If-Match` goes by; the digest is of
 * the whole answer, which also tells of things nobody edits (the last poll, the books), and is what `If-None-Match` goes by.
 */

/** A record with the count of its edits. */
interface Revised {
  readonly revision: number;
}

const DIGEST_CHARACTERS = 16;

/** The headers of an answer that shows `record`. */
export const etagOf = async (record: Revised): Promise<{ etag: string }> => {
  const bytes = new TextEncoder().encode(JSON.stringify(record));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const text = btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return { etag: `"${record.revision}.${text.slice(0, DIGEST_CHARACTERS)}"` };
};

// Weak ones are taken too: a proxy that compresses an answer makes its ETag weak, and the revision in it is as good.
const IF_MATCH = /^(?:\*|(?:W\/)?"(\d{1,9})(?:\.[\w-]{1,64})?")$/;

/** The header of edits and deletions, for `request.headers` of a route. */
export const IfMatch = z.object({
  'if-match': z
    .string()
    .regex(IF_MATCH, 'Use the ETag of the record as it was sent, or `*`; one, not a list.')
    .optional()
    .openapi({
      param: {
        description:
          'The `ETag` of the record you read: the change is refused with 412 when somebody has edited it since. `"<revision>"` will do. Without it, or with `*`, the change is made to whatever stands.',
      },
      example: '"3"',
    }),
});

/** The parameter of a verb: none when the caller did not say which revision they mean. */
export const revisionOf = (headers: z.infer<typeof IfMatch>): { p_revision?: number } => {
  const digits = IF_MATCH.exec(headers['if-match'] ?? '')?.[1];
  return digits === undefined ? {} : { p_revision: Number(digits) };
};

/** The header of reads, for `request.headers` of a route. */
export const IfNoneMatch = z.object({
  'if-none-match': z
    .string()
    .max(1000)
    .optional()
    .openapi({
      param: { description: 'ETags you have: 304 when the answer would be the same.' },
      example: '"3.q1vXm0T2b7Zk9sLw"',
    }),
});

/** For the headers of a documented answer. */
export const EtagHeader = z.object({
  etag: z.string().openapi({
    description: '`"<revision>.<digest>"`: for `If-Match` on edits and `If-None-Match` on reads.',
    example: '"3.q1vXm0T2b7Zk9sLw"',
  }),
});

export const notModified = {
  304: { description: 'The same as what you have (`If-None-Match`).' },
} as const;

export const editConflict = {
  412: problem('Somebody else edited it since; `ETag` is that of the record now.', 'edit_conflict'),
} as const;

/** Does an edit. When it is refused because another revision stands, the answer will carry the ETag of what `read` gives. */
export const editing = async <T>(
  c: Context<AppEnv>,
  read: () => Promise<Revised>,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'edit_conflict') {
      // A record that is gone has no ETag.
      const current = await read().catch(() => null);
      if (current !== null) c.set('currentEtag', (await etagOf(current)).etag);
    }
    throw error;
  }
};

/** Weak comparison, as RFC 9110 has it for reads. */
const matches = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);

/** 304 instead of an answer the caller has already. */
export const notModifiedWhenSame: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const ifNoneMatch = c.req.header('if-none-match');
  const etag = c.res.headers.get('etag');
  if (c.req.method !== 'GET' || c.res.status !== 200 || ifNoneMatch === undefined || etag === null) return;
  if (!matches(ifNoneMatch, etag)) return;
  const headers = new Headers(c.res.headers);
  headers.delete('content-type');
  headers.delete('content-length');
  c.res = undefined;
  c.res = new Response(null, { status: 304, headers });
};
