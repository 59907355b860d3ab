import * as z from 'zod';

/** The account a receiver is deployed to, and a token for it. The token is used for this one request and kept nowhere. */
export const CloudflareAccess = z.strictObject({
  accountId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'Enter the 32-digit account id shown in the Cloudflare dashboard.')
    .describe('The account the bucket is in.'),
  apiToken: z
    .string()
    .min(20)
    .max(256)
    .regex(/^[\w.-]+$/, 'Enter the API token as Cloudflare shows it, without "Bearer".')
    .describe(
      'An API token with the permissions "Queues: Edit", "Workers R2 Storage: Edit" and "Workers Scripts: Edit". Used for this request, then forgotten.',
    ),
});
export type CloudflareAccess = z.infer<typeof CloudflareAccess>;

export const DeployR2Receiver = CloudflareAccess.extend({
  newSecret: z
    .boolean()
    .default(false)
    .describe(
      'Give the Worker a new event secret even when it has one, as when that is valid no longer. The one before stays valid for a day.',
    ),
});
export type DeployR2Receiver = z.infer<typeof DeployR2Receiver>;

export const R2DeploymentStep = z.strictObject({
  name: z.enum(['queue', 'dead_letter_queue', 'rule', 'worker', 'consumer', 'address']),
  outcome: z
    .enum(['done', 'unchanged', 'failed', 'not_tried'])
    .describe('`unchanged`: it was so already. `not_tried`: a step before it failed.'),
  detail: z.string().describe('What it means.'),
  remedy: z.string().nullable().describe('What to do, where it failed, or where it may be instead.'),
  providerCodes: z.array(z.int()).describe('What Cloudflare called it.'),
});
export type R2DeploymentStep = z.infer<typeof R2DeploymentStep>;

/** What became of a deployment, or of its removal. Doing it again goes on where it stopped. */
export const R2Deployment = z.strictObject({
  outcome: z
    .enum(['done', 'unchanged', 'failed'])
    .describe('`unchanged`: a removal that found nothing in the account.'),
  steps: z.array(R2DeploymentStep),
  healthUrl: z.string().nullable().describe('What tells whether everything is connected.'),
});
export type R2Deployment = z.infer<typeof R2Deployment>;
