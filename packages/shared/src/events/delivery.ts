import * as z from 'zod';

/** The largest body of a delivery: 256 KiB. */
export const MAX_EVENT_BODY_BYTES = 256 * 1024;

/** The headers a delivery can prove itself by. The api hands on these and no others. */
export const EVENT_HEADERS = [
  'authorization',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
  'x-api-key',
  'x-bz-event-notification-signature',
] as const;

/** One request to `POST /api/events/s3/:integrationId`, unread: nothing about it is believed yet. */
export const EventDelivery = z.strictObject({
  /** As it stood in the path: perhaps no id at all. */
  integrationId: z.string().max(200),
  headers: z.partialRecord(z.enum(EVENT_HEADERS), z.string().max(8192)),
  body: z.instanceof(Uint8Array).refine((bytes) => bytes.byteLength <= MAX_EVENT_BODY_BYTES),
  requestId: z.string().max(100),
});
export type EventDelivery = z.infer<typeof EventDelivery>;

/** Why a delivery, or one event in it, was refused. Each is an entry of the error catalogue. */
export const EventRefusal = z.enum([
  'invalid_secret',
  'retired_secret',
  'bucket_mismatch',
  'paused',
  'mode_mismatch',
  'stale_timestamp',
  'replayed',
  'malformed',
]);
export type EventRefusal = z.infer<typeof EventRefusal>;

const Count = z.int().nonnegative();

/** What became of the events of a delivery. `events` is the sum of the rest. */
export const EventReceipt = z.strictObject({
  outcome: z
    .enum(['recorded', 'replayed', 'test'])
    .describe(
      '`recorded`: what it told is in the ledger. `replayed`: this delivery was recorded before; nothing was done again. `test`: a test event of the provider.',
    ),
  events: Count.describe('Events in the delivery.'),
  recorded: Count.describe('Objects that are to be processed, or recorded as skipped with a reason.'),
  known: Count.describe(
    'Versions that the ledger held already, or that a later event of the delivery replaced.',
  ),
  ignored: Count.describe('Events that are not about a new object of the input folder.'),
  leftToSweep: Count.describe(
    'Objects whose version could not be told now; the next listing takes them in, at once.',
  ),
  refused: z.partialRecord(EventRefusal, Count).describe('Events refused, by reason.'),
});
export type EventReceipt = z.infer<typeof EventReceipt>;
