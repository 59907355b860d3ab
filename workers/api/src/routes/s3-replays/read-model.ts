import { type Client, unwrap } from '@sluice/db';
import {
  PROCESSING_PRICE_MICROS_PER_PAGE,
  Replay,
  type ReplayFilter,
  type ReplayPreview,
  SettledState,
} from '@sluice/shared';
import * as z from 'zod';

/** The columns a replay's read model is made of: an allow-list. */
export const REPLAY_COLUMNS =
  'id, integration_id, status, object_id, prefix, found_from, found_to, states, reasons, expected_objects, examined_objects, replayed_objects, superseded_objects, requested_by, created_at, last_batch_at, ended_at';

const rows = (db: Client) => db.from('s3_replays').select(REPLAY_COLUMNS);
type Row = NonNullable<Awaited<ReturnType<typeof rows>>['data']>[number];

export const replayOf = (row: Row): Replay =>
  Replay.parse({
    id: row.id,
    integrationId: row.integration_id,
    status: row.status,
    filter: {
      objectId: row.object_id,
      prefix: row.prefix,
      foundFrom: row.found_from,
      foundTo: row.found_to,
      states: row.states,
      reasons: row.reasons,
    },
    expectedObjects: row.expected_objects,
    examinedObjects: row.examined_objects,
    replayedObjects: row.replayed_objects,
    supersededObjects: row.superseded_objects,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    lastBatchAt: row.last_batch_at,
    endedAt: row.ended_at,
  });

/** @throws SluiceError `not_found` */
export const readReplay = async (db: Client, integrationId: string, replayId: string): Promise<Replay> =>
  replayOf(unwrap(await rows(db).eq('integration_id', integrationId).eq('id', replayId).maybeSingle()));

/** A filter as the SQL functions take it. */
export const filterArguments = ({ objectId, prefix, foundFrom, foundTo, states, reasons }: ReplayFilter) => ({
  p_states: [...(states ?? SettledState.options)],
  ...(objectId === undefined ? {} : { p_object_id: objectId }),
  ...(prefix === undefined ? {} : { p_prefix: prefix }),
  ...(foundFrom === undefined ? {} : { p_found_from: foundFrom }),
  ...(foundTo === undefined ? {} : { p_found_to: foundTo }),
  ...(reasons === undefined ? {} : { p_reasons: [...reasons] }),
});

/** As `preview_s3_replay` answers. */
export const CountedReplay = z.object({
  replayId: z.uuid(),
  asOf: z.string(),
  objects: z.int(),
  bytes: z.int(),
  superseded: z.int(),
  leftAlone: z.int(),
  isTooMany: z.boolean(),
  knownObjects: z.int(),
  knownPages: z.int(),
  unknownObjects: z.int(),
  unknownBytes: z.int(),
  bytesPerPage: z.number(),
});
export type CountedReplay = z.infer<typeof CountedReplay>;

export const previewOf = (counted: CountedReplay, previewToken: string | null): ReplayPreview => {
  // A document has a page at least.
  const estimatedPages =
    counted.unknownObjects === 0
      ? 0
      : Math.max(counted.unknownObjects, Math.ceil(counted.unknownBytes / counted.bytesPerPage));
  const knownAmountMicros = counted.knownPages * PROCESSING_PRICE_MICROS_PER_PAGE;
  const estimatedAmountMicros = estimatedPages * PROCESSING_PRICE_MICROS_PER_PAGE;
  return {
    objects: counted.objects,
    bytes: counted.bytes,
    objectsWithKnownPages: counted.knownObjects,
    superseded: counted.superseded,
    leftAlone: counted.leftAlone,
    quote: {
      currency: 'USD',
      microsPerPage: PROCESSING_PRICE_MICROS_PER_PAGE,
      isExact: counted.unknownObjects === 0,
      knownPages: counted.knownPages,
      knownAmountMicros,
      estimatedPages,
      estimatedAmountMicros,
      amountMicros: knownAmountMicros + estimatedAmountMicros,
    },
    previewToken,
  };
};
