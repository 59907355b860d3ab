import * as z from 'zod';

/** Queue messages carry ids, never bytes, credentials or links, and can be rebuilt from the ledger. */

/** `sluice-poll`: list one integration under the lease the cron claimed for it. */
export const PollMessage = z.strictObject({
  version: z.literal(1),
  integrationId: z.uuid(),
  leaseId: z.uuid(),
});
export type PollMessage = z.infer<typeof PollMessage>;

/** `sluice-process` and `sluice-writeback`: one object of the ledger. */
export const ObjectMessage = z.strictObject({ version: z.literal(1), objectId: z.uuid() });
export type ObjectMessage = z.infer<typeof ObjectMessage>;

/** `sluice-reseal`: a run of resealing has work to do. */
export const ResealMessage = z.strictObject({ version: z.literal(1), runId: z.uuid() });
export type ResealMessage = z.infer<typeof ResealMessage>;
