import * as z from 'zod';

/**
 * The one shape of a health check, whatever it looks at: storage, a queue, a key of a language model, a heartbeat. A probe is
 * made, and its result says what was seen, whose move it is and what to do.
 *
 * `warning`: it works, and something should be mended. `skipped`: nothing could be told, and the message says why.
 */
export const HealthOutcome = z.enum(['passed', 'warning', 'failed', 'skipped']);
export type HealthOutcome = z.infer<typeof HealthOutcome>;

/** The schema of a result whose `name` is one of `names`. */
export const healthCheck = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.strictObject({
    name: z.enum(names),
    outcome: HealthOutcome,
    durationMs: z.int().nonnegative(),
    code: z.string().nullable().describe('From the error catalogue; null when there is nothing to mend.'),
    providerCode: z.string().nullable().describe("The provider's own code, as it was sent."),
    message: z.string().describe('What it means, in words.'),
    owner: z
      .enum(['customer_config', 'upstream', 'client', 'platform'])
      .nullable()
      .describe('Whose move it is.'),
    remedy: z.string().nullable().describe('What to do.'),
    statement: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The policy statement that is missing, or that is enough; where policies decide.'),
  });

/** A result, whatever its name. */
export interface HealthCheck<Name extends string = string> {
  readonly name: Name;
  readonly outcome: HealthOutcome;
  readonly durationMs: number;
  readonly code: string | null;
  readonly providerCode: string | null;
  readonly message: string;
  readonly owner: 'customer_config' | 'upstream' | 'client' | 'platform' | null;
  readonly remedy: string | null;
  readonly statement: Record<string, unknown> | null;
}
