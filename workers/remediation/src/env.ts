import * as z from 'zod';

/** What this Worker is bound to, parsed once. Nothing else in it touches a binding. */
export interface Env {
  readonly workingBucket: R2Bucket;
  /** `allow-loopback` lets sources be http on this machine: local stack and tests only. */
  readonly egressMode: 'strict' | 'allow-loopback';
  /** Until the source answers with headers. */
  readonly headersTimeoutMs: number;
  /** Until its last byte has arrived. */
  readonly sourceTimeoutMs: number;
}

const Bindings = z.object({
  WORKING_BUCKET: z.custom<R2Bucket>(
    (value) => typeof value === 'object' && value !== null && 'put' in value,
  ),
  EGRESS_MODE: z.enum(['strict', 'allow-loopback']).default('strict'),
  SOURCE_HEADERS_TIMEOUT_MS: z.coerce.number().int().min(50).max(60_000).default(15_000),
  SOURCE_TIMEOUT_MS: z.coerce.number().int().min(50).max(600_000).default(120_000),
});

/** @throws Error naming the binding that is missing or wrong; never its value. */
export function parseEnv(bindings: unknown): Env {
  const parsed = Bindings.safeParse(bindings);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Error(`Bindings missing or not valid: ${names}`);
  }
  return {
    workingBucket: parsed.data.WORKING_BUCKET,
    egressMode: parsed.data.EGRESS_MODE,
    headersTimeoutMs: parsed.data.SOURCE_HEADERS_TIMEOUT_MS,
    sourceTimeoutMs: parsed.data.SOURCE_TIMEOUT_MS,
  };
}
