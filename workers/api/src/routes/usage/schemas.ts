import { z } from '@hono/zod-openapi';
import * as shared from '@sluice/shared';

/** Named for the OpenAPI document; see ../s3-integrations/schemas.ts for why they are cloned. */
export const UsageSummary = shared.UsageSummary.clone().openapi('UsageSummary', {
  description:
    'What happened on each day. An object found on one day and written back on the next is in both.',
});
export const CompletenessLedger = shared.CompletenessLedger.clone().openapi('CompletenessLedger', {
  description: 'Every object ever found, by what became of it now.',
});
export const AccessibilityScores = shared.AccessibilityScores.clone().openapi('AccessibilityScores', {
  description: 'How accessible documents were, and are now.',
});
export const SupportUsagePage = z
  .strictObject({ ...shared.SupportUsage.shape, nextCursor: z.string().nullable() })
  .openapi('SupportUsagePage');

export const DaysQuery = {
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(90)
    .default(30)
    .openapi({ param: { description: 'How many days, today included.' } }),
};
