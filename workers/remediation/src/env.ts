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
  /** Takes what is too large for a Worker; null where there is none. */
  readonly nodeProcessor: { readonly url: string; readonly secret: string } | null;
  /** Whether documents with pages that are pictures go there too: it recognises their text. */
  readonly recognisesText: boolean;
}

const Bindings = z
  .object({
    WORKING_BUCKET: z.custom<R2Bucket>(
      (value) => typeof value === 'object' && value !== null && 'put' in value,
    ),
    EGRESS_MODE: z.enum(['strict', 'allow-loopback']).default('strict'),
    SOURCE_HEADERS_TIMEOUT_MS: z.coerce.number().int().min(50).max(60_000).default(15_000),
    SOURCE_TIMEOUT_MS: z.coerce.number().int().min(50).max(600_000).default(120_000),
    NODE_PROCESSOR_URL: z.string().default(''),
    NODE_PROCESSOR_SECRET: z.string().default(''),
    RECOGNISE_TEXT: z.enum(['on', 'off']).default('on'),
  })
  .refine(({ NODE_PROCESSOR_URL: url, NODE_PROCESSOR_SECRET: secret }) => (url === '') === (secret === ''), {
    path: ['NODE_PROCESSOR_SECRET'],
  })
  // Documents go there.
  .refine(({ NODE_PROCESSOR_URL: url, EGRESS_MODE: mode }) => url === '' || isSafe(url, mode), {
    path: ['NODE_PROCESSOR_URL'],
  });

function isSafe(url: string, mode: Env['egressMode']): boolean {
  const parsed = URL.parse(url);
  if (parsed?.protocol === 'https:') return true;
  return mode === 'allow-loopback' && parsed?.protocol === 'http:' && parsed.hostname === '127.0.0.1';
}

/** @throws Error naming the binding that is missing or wrong; never its value. */
export function parseEnv(bindings: unknown): Env {
  const parsed = Bindings.safeParse(bindings);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Error(`Bindings missing or not valid: ${names}`);
  }
  const { NODE_PROCESSOR_URL: url, NODE_PROCESSOR_SECRET: secret } = parsed.data;
  return {
    workingBucket: parsed.data.WORKING_BUCKET,
    egressMode: parsed.data.EGRESS_MODE,
    headersTimeoutMs: parsed.data.SOURCE_HEADERS_TIMEOUT_MS,
    sourceTimeoutMs: parsed.data.SOURCE_TIMEOUT_MS,
    recognisesText: parsed.data.RECOGNISE_TEXT === 'on',
    nodeProcessor: url === '' ? null : { url: url.replace(/\/$/, ''), secret },
  };
}
