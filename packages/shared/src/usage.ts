import * as z from 'zod';
import { INTEGRATION_STATUSES } from './s3/s3-integrations.ts';

/** How long something took, over the objects it was measured on. Percentiles within 4.5% of the exact ones. */
const Latency = z.strictObject({
  count: z.int().describe('Objects it was measured on.'),
  p50Ms: z.int().describe('Half took no longer. Milliseconds.'),
  p95Ms: z.int().describe('95 of 100 took no longer. Milliseconds.'),
});

const ByName = z.record(z.string(), z.int());

/** What happened in some days. */
export const UsageFigures = z.strictObject({
  found: z.int().describe('Versions of objects found for the first time.'),
  foundBy: ByName.describe('Of those, how: `poll`, `event`, `replay`.'),
  revived: z.int().describe('Objects taken up again: replayed, or overwritten and then put back.'),
  processed: z.int().describe('Documents processed.'),
  writtenBack: z.int().describe('Documents whose results were written to the bucket.'),
  skipped: ByName.describe('Objects skipped, by reason.'),
  failed: ByName.describe('Objects given up, by reason.'),
  pages: z.int().describe('Pages processed.'),
  bytesFound: z.int(),
  bytesProcessed: z.int(),
  eventsMissed: z
    .int()
    .describe('Objects of an integration in event mode that only a listing found: their event never came.'),
  eventsRefused: ByName.describe(
    'Deliveries of events, or single events of another bucket, refused, by reason.',
  ),
  discoveryLatency: Latency.nullable().describe(
    'From the last change of the object to when it was found; of objects changed since the integration was made.',
  ),
  completionLatency: Latency.nullable().describe('From found to written back; of first runs.'),
  calls: z
    .strictObject({
      list: z.int(),
      get: z.int(),
      put: z.int(),
      head: z.int(),
      delete: z.int(),
      failed: z.int().describe('Of those, how many were refused or not answered.'),
    })
    .describe('Requests made on the account the bucket belongs to, repetitions included.'),
  costMicros: z.int().describe('What was charged, in millionths of a US dollar.'),
});
export type UsageFigures = z.infer<typeof UsageFigures>;

/** An integration day by day. */
export const UsageSummary = z.strictObject({
  integrationId: z.uuid(),
  from: z.iso.date().describe('First day, UTC.'),
  to: z.iso.date().describe('Last day: today, UTC.'),
  totals: UsageFigures,
  days: z.array(z.strictObject({ day: z.iso.date(), ...UsageFigures.shape })),
});
export type UsageSummary = z.infer<typeof UsageSummary>;

/** Integrations of all tenants, for support. */
export const SupportUsage = z.strictObject({
  from: z.iso.date(),
  to: z.iso.date(),
  items: z.array(
    z.strictObject({
      tenantId: z.uuid(),
      tenantName: z.string(),
      integrationId: z.uuid(),
      name: z.string(),
      provider: z.string(),
      status: z.enum(INTEGRATION_STATUSES),
      totals: UsageFigures,
    }),
  ),
});
export type SupportUsage = z.infer<typeof SupportUsage>;

const Count = z.strictObject({ objects: z.int(), bytes: z.int() });

/** Every object ever found, by what became of it. `found` is the sum of the rest. */
export const CompletenessLedger = z.strictObject({
  integrationId: z.uuid(),
  at: z.iso.datetime().describe('When it was counted.'),
  found: Count,
  processed: Count.describe('Written back.'),
  pending: Count.describe('On their way.'),
  skipped: Count,
  failed: Count,
  rows: z
    .array(
      z.strictObject({
        outcome: z.enum(['processed', 'pending', 'skipped', 'failed']),
        state: z.string(),
        reason: z.string().nullable(),
        ...Count.shape,
      }),
    )
    .describe('The same by state and reason.'),
});
export type CompletenessLedger = z.infer<typeof CompletenessLedger>;

const Scores = z.strictObject({
  documents: z.int().describe('Documents written back whose checks are known.'),
  scoreBefore: z
    .number()
    .nullable()
    .describe('Mean score of the sources, of 100. Null when there is no document.'),
  scoreAfter: z.number().nullable().describe('Mean score of the PDFs that were made.'),
  passing: z
    .int()
    .describe('Of the documents, those that no machine check finds anything wrong with any more.'),
});

/** The machine checks of PDF/UA-1 over the documents of an integration, as they stand now. */
export const AccessibilityScores = z.strictObject({
  integrationId: z.uuid(),
  totals: Scores,
  folders: z
    .array(
      z.strictObject({ folder: z.string().describe('Ends in `/`; empty for the top.'), ...Scores.shape }),
    )
    .describe('The 100 folders with the most documents.'),
});
export type AccessibilityScores = z.infer<typeof AccessibilityScores>;

/** What the request meter counts: how a provider charges. */
export type CallKind = 'list' | 'get' | 'put' | 'head' | 'delete';
