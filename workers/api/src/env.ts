import type { AwsIdentity } from '@sluice/core';
import type { EngineRpc } from '@sluice/shared';
import * as z from 'zod';
import { RATE_LIMITS, type RateLimiter, type RateLimiters } from './http/rate-limits.ts';

/** The api's bindings. No service-role key, no key-encryption key: what it may do, its caller may do. */
export interface Env {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_PUBLISHABLE_KEY: string;
  readonly AWS_PRINCIPAL_ARN?: string;
  readonly AWS_TEMPLATE_URL?: string;
  /** The web app's files: `apps/web`, built. */
  readonly ASSETS: Fetcher;
  /** The engine's named entrypoint, by service binding. */
  readonly ENGINE: EngineRpc;
  /** See rate-limits.ts. */
  readonly READ_LIMIT: RateLimiter;
  readonly WRITE_LIMIT: RateLimiter;
  readonly SENSITIVE_LIMIT: RateLimiter;
  readonly OPEN_LIMIT: RateLimiter;
  readonly EVENT_LIMIT: RateLimiter;
}

/** A var that is declared but left empty is not set. */
const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const Settings = z.object({
  SUPABASE_URL: z.url().transform((url) => url.replace(/\/$/, '')),
  SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
  AWS_PRINCIPAL_ARN: optional(z.string().regex(/^arn:aws[a-z-]*:(iam|sts)::\d{12}:.+$/, 'must be an ARN')),
  AWS_TEMPLATE_URL: optional(z.url({ protocol: /^https$/ })),
});

export interface Bindings {
  readonly supabase: { readonly url: string; readonly publishableKey: string };
  readonly assets: Fetcher;
  readonly engine: EngineRpc;
  /** What the setup of an integration tells tenants of AWS. */
  readonly aws: AwsIdentity;
  readonly limiters: RateLimiters;
}

/** @throws Error naming the variable that is missing or wrong, never its value. */
export const parseEnv = (env: Env): Bindings => {
  const parsed = Settings.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The api is not configured: ${problems.join('; ')}`);
  }
  return {
    supabase: { url: parsed.data.SUPABASE_URL, publishableKey: parsed.data.SUPABASE_PUBLISHABLE_KEY },
    assets: env.ASSETS,
    engine: env.ENGINE,
    limiters: {
      reads: env[RATE_LIMITS.reads.binding],
      writes: env[RATE_LIMITS.writes.binding],
      sensitive: env[RATE_LIMITS.sensitive.binding],
      open: env[RATE_LIMITS.open.binding],
      events: env[RATE_LIMITS.events.binding],
    },
    aws: {
      principalArn: parsed.data.AWS_PRINCIPAL_ARN ?? null,
      templateUrl: parsed.data.AWS_TEMPLATE_URL ?? null,
    },
  };
};
