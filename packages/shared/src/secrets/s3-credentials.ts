import * as z from 'zod';
import { ConnectionCheck, ConnectionTest } from '../s3/connection-test.ts';
import { AccessKeyCredentials } from '../s3/s3-integrations.ts';

/** How long what was replaced stays valid, in hours. */
export const KEEP_OLD_HOURS = { default: 24, max: 7 * 24 } as const;

export const RotateS3Credentials = z.strictObject({
  credentials: AccessKeyCredentials,
  keepOldFor: z
    .int()
    .min(0)
    .max(KEEP_OLD_HOURS.max)
    .default(KEEP_OLD_HOURS.default)
    .describe(
      'How long the present credentials are kept to fall back to, in hours, at most a week. 0 destroys them at once, for a key that has leaked.',
    ),
});
export type RotateS3Credentials = z.infer<typeof RotateS3Credentials>;

/** What a rotation came to. */
export const RotationOutcome = z.strictObject({
  outcome: z
    .enum(['swapped', 'refused'])
    .describe(
      '`swapped`: the new credentials passed the test and are used from now on. `refused`: they did not; nothing has changed and they are destroyed.',
    ),
  test: ConnectionTest,
});
export type RotationOutcome = z.infer<typeof RotationOutcome>;

const version = {
  version: z.int(),
  hint: z.string().nullable().describe('The last four characters of the access key id.'),
  since: z.string().nullable().describe('When it became the one in use.'),
  lastUsedAt: z
    .string()
    .nullable()
    .describe('When work last succeeded with it, to the minute. Connection tests do not count.'),
};

/** The credentials of an integration as its tenant may know them. */
export const S3Credentials = z.strictObject({
  current: z.strictObject(version).nullable().describe('Null: none are stored, or it signs in by a role.'),
  previous: z
    .strictObject({
      ...version,
      keptUntil: z.string().nullable().describe('Until then they can be fallen back to.'),
      destroyedAt: z.string().nullable(),
      safeToDelete: z
        .boolean()
        .describe('Whether the old key may be deleted at the provider: `waitsFor` is empty.'),
      waitsFor: z
        .array(z.enum(['first_use_of_new_key', 'calls_in_flight']))
        .describe(
          '`first_use_of_new_key`: no work has succeeded with the new key yet. `calls_in_flight`: work that began before the swap may still use the old one, until `callsEndBy`.',
        ),
      callsEndBy: z.string().nullable(),
    })
    .nullable()
    .describe('Those the present ones replaced, by a rotation that was not undone.'),
  rotation: z
    .strictObject({
      state: z.enum([
        'staged',
        'overlapping',
        'finished',
        'refused',
        'abandoned',
        'rolled_back',
        'cancelled',
        'voided',
      ]),
      fromVersion: z.int().nullable(),
      toVersion: z.int(),
      keepOldFor: z.int().describe('Hours.'),
      stagedAt: z.string(),
      swappedAt: z.string().nullable(),
      overlapUntil: z.string().nullable(),
      endedAt: z.string().nullable(),
      reason: z
        .strictObject({
          code: z.string(),
          title: z.string(),
          owner: z.string(),
          remedy: z.string(),
          detail: z.string().nullable(),
          providerCode: z.string().nullable(),
        })
        .nullable()
        .describe('The denial that rolled it back.'),
      checks: z.array(ConnectionCheck).nullable().describe('Of the test before the swap.'),
    })
    .nullable()
    .describe('The last one, whatever became of it.'),
});
export type S3Credentials = z.infer<typeof S3Credentials>;
