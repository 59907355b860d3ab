import * as z from 'zod';

/** What is created in the customer's Cloudflare account, by name. */
export const R2ReceiverNames = z.strictObject({
  worker: z.string().describe('The Worker.'),
  queue: z.string().describe('The queue R2 sends its notifications to.'),
  deadLetterQueue: z.string().describe('Where notifications end that Sluice refuses for good.'),
});
export type R2ReceiverNames = z.infer<typeof R2ReceiverNames>;

/** The receiver of one integration's R2 events, ready to be deployed. Holds no secret. */
export const R2Receiver = z.strictObject({
  names: R2ReceiverNames,
  eventsUrl: z.string().describe('Where the receiver posts to.'),
  files: z.array(
    z.strictObject({
      path: z.string().describe('Relative to the folder it is deployed from.'),
      content: z.string(),
    }),
  ),
  commands: z
    .array(z.strictObject({ title: z.string(), lines: z.array(z.string()) }))
    .describe('What to run in that folder, in order.'),
  undo: z.array(z.string()).describe('The commands that remove everything again.'),
});
export type R2Receiver = z.infer<typeof R2Receiver>;
