import * as z from 'zod';
import { text } from './fields.ts';

/** One event of the audit. */
export const AuditEvent = z.strictObject({
  id: z.string(),
  at: z.iso.datetime({ offset: true }),
  /** Null: of the platform as a whole. */
  tenantId: z.uuid().nullable(),
  /** Null: the platform itself. */
  actorId: z.uuid().nullable(),
  /** `user`: with a role in the tenant; `support`: our staff; `engine`: the platform itself, for nobody in particular. */
  actorKind: z.enum(['user', 'support', 'engine']),
  /** `insert`, `update`, `delete`; of support also `open` and `read`. */
  action: z.string(),
  /** The table of the record, such as `s3_integrations`. */
  recordType: z.string(),
  recordId: z.string(),
  /** What changed, as it was; never a secret. */
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** One line of an integration's log, as its tenant sees it. */
export const IntegrationLogLine = z.strictObject({
  id: z.string(),
  at: z.iso.datetime({ offset: true }),
  level: z.enum(['info', 'warn', 'error']),
  event: z.string(),
  message: z.string(),
});

/** The same for support, with everything the line holds. */
export const SupportLogLine = z.strictObject({
  ...IntegrationLogLine.shape,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  service: z.string(),
  requestId: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()),
});

export const SupportIntegration = z.strictObject({
  tenantId: z.uuid(),
  tenantName: z.string(),
  integrationId: z.uuid(),
  name: z.string(),
  provider: z.string(),
  status: z.string(),
  detectionMode: z.string(),
  bucket: z.string(),
  region: z.string(),
  endpoint: z.string().nullable(),
  inputPrefix: z.string(),
  outputPrefix: z.string(),
  lastTestedAt: z.iso.datetime({ offset: true }).nullable(),
  lastTestOutcome: z.string().nullable(),
  lastPolledAt: z.iso.datetime({ offset: true }).nullable(),
  lastErrorCode: z.string().nullable(),
  consecutiveFailures: z.int().nonnegative(),
  createdAt: z.iso.datetime({ offset: true }),
});

/** Why support looks into a tenant; the tenant reads it in their audit. */
export const OpenSupportAccess = z.strictObject({
  reason: text(500).describe('Why, such as the number of a ticket. The tenant reads it in their audit.'),
});
