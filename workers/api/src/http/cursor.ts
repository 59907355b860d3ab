import { SluiceError } from '@sluice/shared';
import * as z from 'zod';

/** Where a page of a list ended: the sort key and the id of its last row. Opaque to callers. */
const Cursor = z.strictObject({ at: z.iso.datetime({ offset: true }), id: z.uuid() });
export type Cursor = z.infer<typeof Cursor>;

export const encodeCursor = ({ at, id }: Cursor): string =>
  btoa(JSON.stringify({ at, id })).replaceAll('=', '');

/** @throws SluiceError `invalid_request` naming the field. */
export const decodeCursor = (text: string): Cursor => {
  try {
    return Cursor.parse(JSON.parse(atob(text)));
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
