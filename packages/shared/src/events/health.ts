import * as z from 'zod';
import { UsageFigures } from '../usage.ts';
import { EventRefusal } from './delivery.ts';

/** How the events of an integration fare, over the last days. */
export const EventHealth = z.strictObject({
  integrationId: z.uuid(),
  detectionMode: z.enum(['poll', 'event']),
  eventModeSince: z.string().nullable().describe('Null in poll mode.'),
  lastReceivedAt: z
    .string()
    .nullable()
    .describe('When events were last recorded, within ten seconds. Null: never.'),
  sweep: z
    .strictObject({
      intervalSeconds: z
        .int()
        .nullable()
        .describe(
          'How far apart listings are in event mode: farther while no event is missed, at most an hour.',
        ),
      nextAt: z.string().nullable().describe('When the bucket is listed next.'),
    })
    .describe('Listings that find what events have missed.'),
  from: z.iso.date().describe('First day of what is counted, UTC.'),
  found: UsageFigures.shape.foundBy,
  missed: UsageFigures.shape.eventsMissed,
  discoveryLatency: UsageFigures.shape.discoveryLatency,
  refused: z
    .array(
      z.strictObject({
        code: EventRefusal,
        sentence: z
          .string()
          .describe(
            'What happened, such as "3 events refused: your forwarder still signs with the old secret."',
          ),
        title: z.string(),
        owner: z.string(),
        remedy: z.string(),
        events: z.int().positive().describe('Deliveries, or single events of another bucket.'),
      }),
    )
    .describe('What was refused, by reason, and what to do.'),
});
export type EventHealth = z.infer<typeof EventHealth>;
