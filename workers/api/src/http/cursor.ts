import { SluiceError } from '@sluice/shared';
import * as z from 'zod';

/**
 * Where a page of a list ended: the sort key and the id of its last row. Opaque to callers. The time is kept as PostgREST
 * wrote it, to the microsecond: a `Date` would cut it and rows of one millisecond would be shown twice or never.
 */
const Cursor = z.strictObject({
  at: z.iso.datetime({ offset: true }).regex(/^2\d{3}-[^+]*(?:Z|\+00:00)$/),
  id: z.uuid(),
});
export type Cursor = z.infer<typeof Cursor>;

/** Base64url: a cursor goes into a query as it is. */
export const encodeCursor = ({ at, id }: Cursor): string =>
  btoa(JSON.stringify({ at, id })).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** @throws SluiceError `invalid_request` naming the field. */
export const decodeCursor = (text: string): Cursor => {
  try {
    return Cursor.parse(JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/'))));
  } catch {
    throw new SluiceError('invalid_request', {
      fields: [
        { field: 'cursor', message: 'Use the nextCursor of the page before, unchanged, or leave it out.' },
      ],
    });
  }
};

/** A PostgREST filter for the rows after the cursor in descending order of (column, id). */
export const after = (column: string, { at, id }: Cursor): string =>
  `${column}.lt.${at},and(${column}.eq.${at},id.lt.${id})`;
