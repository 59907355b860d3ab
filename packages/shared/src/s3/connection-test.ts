import * as z from 'zod';
import { healthCheck } from '../health-checks.ts';

/** The checks of a connection test, in order. `external_id` is there for roles alone. */
export const CONNECTION_CHECKS = [
  'endpoint',
  'credentials',
  'external_id',
  'region',
  'addressing',
  'bucket',
  'list',
  'read',
  'write',
  'read_back',
  'conditions',
  'delete',
  'encryption',
  'versioning',
  'clock',
  'over_grants',
] as const;
export type ConnectionCheckName = (typeof CONNECTION_CHECKS)[number];

/** One step of a connection test. */
export const ConnectionCheck = healthCheck(CONNECTION_CHECKS);
export type ConnectionCheck = z.infer<typeof ConnectionCheck>;

export const ConnectionTest = z.strictObject({
  outcome: z
    .enum(['passed', 'failed'])
    .describe('`passed` when no check failed; there may be warnings among them.'),
  testedAt: z.iso.datetime(),
  checks: z.array(ConnectionCheck),
});
export type ConnectionTest = z.infer<typeof ConnectionTest>;

/** A connection test as it goes: `begun` once, `check` whenever one has ended (its last word holds), and in the end `ended` or `broken`. */
export const ConnectionTestEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('begun'),
    checks: z.array(z.enum(CONNECTION_CHECKS)).describe('Every check there will be, in order.'),
  }),
  z.strictObject({ type: z.literal('check'), check: ConnectionCheck }),
  z.strictObject({ type: z.literal('ended'), test: ConnectionTest }),
  z.strictObject({
    type: z.literal('broken'),
    code: z.string().describe('From the error catalogue: why the test came to no end.'),
    title: z.string(),
    owner: z.enum(['customer_config', 'upstream', 'client', 'platform']).describe('Whose move it is.'),
    remedy: z.string().describe('What to do.'),
  }),
]);
export type ConnectionTestEvent = z.infer<typeof ConnectionTestEvent>;
