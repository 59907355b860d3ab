import type { EngineRpc } from '@sluice/shared';
import * as z from 'zod';

/** The api's bindings. No service-role key, no key-encryption key: what it may do, its caller may do. */
export interface Env {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_PUBLISHABLE_KEY: string;
  /** The engine's named entrypoint, by service binding. */
  readonly ENGINE: EngineRpc;
}

const Settings = z.object({
  SUPABASE_URL: z.url().transform((url) => url.replace(/\/$/, '')),
  SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
});

export interface Bindings {
  readonly supabase: { readonly url: string; readonly publishableKey: string };
  readonly engine: EngineRpc;
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
    engine: env.ENGINE,
  };
};
