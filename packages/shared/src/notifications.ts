import * as z from 'zod';
import { text } from './fields.ts';

const Name = text(200).describe('What you call it. A folder rule may name it by this or by its id.');
const Url = text(2048)
  .regex(
    /^[Hh][Tt][Tt][Pp][Ss]?:\/\/\S+$/,
    'Enter the whole address, beginning with https:// and without spaces.',
  )
  .describe(
    'Public https address your server takes events at, by POST. A query is allowed, a user name is not.',
  );

/** What a tenant enters to be told. */
export const CreateNotificationTarget = z.strictObject({
  tenantId: z.uuid().describe('The tenant it shall belong to. See `GET /api/tenants`.'),
  name: Name,
  url: Url,
});
export type CreateNotificationTarget = z.infer<typeof CreateNotificationTarget>;

export const UpdateNotificationTarget = z
  .strictObject({
    name: Name.optional(),
    url: Url.optional(),
    status: z
      .enum(['active', 'disabled'])
      .optional()
      .describe('`disabled` keeps events waiting, for 30 days; `active` sends them, what waited first.'),
  })
  .refine((value) => Object.keys(value).length > 0, 'Name at least one field to change.');
export type UpdateNotificationTarget = z.infer<typeof UpdateNotificationTarget>;

export const RotateNotificationSecret = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(7 * 86_400)
    .describe(
      'How long the present secret signs too, in seconds, at most a week; every event then carries two signatures. 0 when it has leaked.',
    ),
});
export type RotateNotificationSecret = z.infer<typeof RotateNotificationSecret>;

/** A target as its tenant sees it. */
export const NotificationTarget = z.strictObject({
  id: z.uuid(),
  tenantId: z.uuid(),
  name: z.string(),
  url: z.string(),
  status: z.enum(['active', 'disabled']),
  disabledReason: z
    .enum(['by_hand', 'failing', 'gone'])
    .nullable()
    .describe('`failing`: five days without one delivery. `gone`: the server answered 410.'),
  disabledAt: z.string().nullable(),
  secretVersion: z.int(),
  previousSecretUntil: z.string().nullable().describe('Until then the secret before signs too.'),
  failingSince: z.string().nullable(),
  lastSuccessAt: z.string().nullable(),
  lastFailureAt: z.string().nullable(),
  revision: z.int().describe('Counts the edits. `"<revision>"` may be sent as `If-Match`.'),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type NotificationTarget = z.infer<typeof NotificationTarget>;

/** Shown once. */
export const RevealedSecret = z.strictObject({
  signingSecret: z.string().describe('Begins with `whsec_`. Shown now and never again.'),
  previousSecretUntil: z.string().nullable(),
});
export type RevealedSecret = z.infer<typeof RevealedSecret>;

/** What one attempt came to. */
export const NotificationAttempt = z.strictObject({
  at: z.string(),
  statusCode: z.int().nullable().describe('Null when no answer came.'),
  code: z.string().nullable().describe('Why there was none, or why it does not count.'),
  durationMs: z.int(),
});

/** One event on its way to one target. */
export const NotificationDelivery = z.strictObject({
  id: z.uuid().describe('The `webhook-id`: the same however often it is sent.'),
  targetId: z.uuid(),
  eventType: z.string(),
  integrationId: z.uuid().nullable(),
  objectId: z.uuid().nullable(),
  payload: z.string().describe('The body, to the byte.'),
  state: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  statusCode: z.int().nullable(),
  errorCode: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  attemptLog: z.array(NotificationAttempt).describe('The last twenty attempts.'),
  createdAt: z.string(),
  deliveredAt: z.string().nullable(),
});
export type NotificationDelivery = z.infer<typeof NotificationDelivery>;

/** How a test event was taken. */
export const TestedNotification = z.strictObject({
  deliveryId: z.uuid(),
  outcome: z.enum(['delivered', 'failed']),
  statusCode: z.int().nullable(),
  code: z.string().nullable(),
  durationMs: z.int(),
});
export type TestedNotification = z.infer<typeof TestedNotification>;

/** `sluice-notify`: somebody is to be told of something. */
export const NotifyMessage = z.strictObject({ version: z.literal(1), targetId: z.uuid() });
export type NotifyMessage = z.infer<typeof NotifyMessage>;
