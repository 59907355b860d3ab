import * as z from 'zod';
import { KEEP_OLD_HOURS } from './s3-credentials.ts';

export const RotateEventSecret = z.strictObject({
  keepOldFor: z
    .int()
    .min(0)
    .max(KEEP_OLD_HOURS.max)
    .default(KEEP_OLD_HOURS.default)
    .describe(
      'How long the present secret stays valid beside the new one, in hours, at most a week. 0 when it has leaked.',
    ),
});
export type RotateEventSecret = z.infer<typeof RotateEventSecret>;

/** Shown once. */
export const IssuedEventSecret = z.strictObject({
  secret: z.string().describe('Begins with `whsec_`, as Standard Webhooks says. Shown now and never again.'),
  version: z.int(),
  createdAt: z.string(),
  previousValidUntil: z.string().nullable().describe('Until then the secret before is valid too.'),
});
export type IssuedEventSecret = z.infer<typeof IssuedEventSecret>;

/** The event secrets that are valid now, newest first, without the secrets. */
export const EventSecretVersions = z.strictObject({
  items: z.array(
    z.strictObject({
      version: z.int(),
      state: z.enum(['current', 'previous']),
      createdAt: z.string(),
      lastSeenAt: z
        .string()
        .nullable()
        .describe('When a delivery signed with it was last verified, to the minute.'),
      validUntil: z.string().nullable().describe('Null: until it is rotated.'),
    }),
  ),
});
export type EventSecretVersions = z.infer<typeof EventSecretVersions>;
