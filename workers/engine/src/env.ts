import { parseZones } from '@sluice/egress';
import type { DryRunMessage, NotifyMessage, ObjectMessage, PollMessage, ResealMessage } from '@sluice/shared';
import * as z from 'zod';

/** The engine's bindings, as wrangler.toml names them. Only this file and the wiring see them. */
export interface Env {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_PUBLISHABLE_KEY: string;
  readonly SUPABASE_SECRET_KEY: string;
  readonly VAULT_KEYRING?: string;
  readonly VAULT_KMS_KEY_ARN?: string;
  readonly VAULT_KMS_OTHER_KEY_ARNS?: string;
  readonly VAULT_PRIMARY?: string;
  readonly AWS_ACCESS_KEY_ID?: string;
  readonly AWS_SECRET_ACCESS_KEY?: string;
  readonly AWS_PRINCIPAL_ARN?: string;
  readonly AWS_KMS_ENDPOINT?: string;
  readonly AWS_STS_ENDPOINT?: string;
  readonly CLOUDFLARE_API_URL?: string;
  readonly EGRESS_MODE?: string;
  readonly OWN_ZONES?: string;
  readonly POLL_INTERVAL_SECONDS?: string;
  readonly POLL_LEASE_SECONDS?: string;
  readonly OBJECT_LEASE_SECONDS?: string;
  readonly VISIBILITY_SECONDS?: string;
  readonly POLL_QUEUE: Queue<PollMessage>;
  readonly PROCESS_QUEUE: Queue<ObjectMessage>;
  readonly WRITEBACK_QUEUE: Queue<ObjectMessage>;
  readonly NOTIFY_QUEUE: Queue<NotifyMessage>;
  readonly DRY_RUN_QUEUE: Queue<DryRunMessage>;
  readonly RESEAL_QUEUE: Queue<ResealMessage>;
  readonly WORKING_BUCKET: R2Bucket;
  readonly PROCESSOR: Fetcher;
}

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(86_400).default(fallback);

const Settings = z
  .object({
    SUPABASE_URL: z.url().transform((url) => url.replace(/\/$/, '')),
    SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
    SUPABASE_SECRET_KEY: z.string().min(1),
    /** JSON keyring of the local key-encryption keys. */
    VAULT_KEYRING: z.string().optional(),
    /** AWS KMS key instead of the keyring. */
    VAULT_KMS_KEY_ARN: z.string().startsWith('arn:').optional(),
    /** KMS keys that open what they wrapped and wrap nothing more, separated by commas. */
    VAULT_KMS_OTHER_KEY_ARNS: z
      .string()
      .default('')
      .transform((arns) =>
        arns
          .split(',')
          .map((arn) => arn.trim())
          .filter((arn) => arn !== ''),
      ),
    /** Which of the two wraps, where both are set. Without it KMS does. */
    VAULT_PRIMARY: z.enum(['kms', 'local']).optional(),
    /** Our own AWS identity: assumes customers' roles, calls KMS. */
    AWS_ACCESS_KEY_ID: z.string().optional(),
    AWS_SECRET_ACCESS_KEY: z.string().optional(),
    /** The same identity as customers' trust policies name it; see the api's variable of this name. */
    AWS_PRINCIPAL_ARN: z.string().optional(),
    /** Instead of the region's own; these two are for tests. */
    AWS_KMS_ENDPOINT: z.url().optional(),
    AWS_STS_ENDPOINT: z.url().optional(),
    /** Instead of Cloudflare's own; on this machine only, for tests. */
    CLOUDFLARE_API_URL: z.url().default('https://api.cloudflare.com/client/v4'),
    EGRESS_MODE: z.enum(['strict', 'allow-loopback']).default('strict'),
    /** Comma-separated domains of ours that no customer endpoint may lead into. */
    OWN_ZONES: z
      .string()
      .default('')
      .transform((zones, context) => {
        try {
          return parseZones(zones);
        } catch (error) {
          context.addIssue(error instanceof Error ? error.message : 'Name domains, separated by commas.');
          return z.NEVER;
        }
      }),
    POLL_INTERVAL_SECONDS: seconds(120),
    /** How long a poll may be silent before another takes over. */
    POLL_LEASE_SECONDS: seconds(180),
    /** How long one attempt at an object may take; above the 15 minutes a queue consumer may run. */
    OBJECT_LEASE_SECONDS: seconds(1200),
    /** How long a queue message may be under way before it counts as lost. */
    VISIBILITY_SECONDS: seconds(900),
  })
  .refine(
    ({ VAULT_PRIMARY: primary, VAULT_KEYRING: keyring, VAULT_KMS_KEY_ARN: keyArn }) =>
      primary === undefined || (primary === 'local' ? keyring : keyArn) !== undefined,
    {
      path: ['VAULT_PRIMARY'],
      message: 'Names a key that is not set: local is VAULT_KEYRING, kms is VAULT_KMS_KEY_ARN.',
    },
  )
  .refine(
    ({ CLOUDFLARE_API_URL: url, EGRESS_MODE: mode }) =>
      mode === 'allow-loopback' || url === 'https://api.cloudflare.com/client/v4',
    { path: ['CLOUDFLARE_API_URL'], message: 'Is for tests: customers’ tokens go to Cloudflare alone.' },
  )
  .refine((env) => env.VAULT_KEYRING !== undefined || env.VAULT_KMS_KEY_ARN !== undefined, {
    path: ['VAULT_KEYRING'],
    message:
      'Set VAULT_KEYRING or VAULT_KMS_KEY_ARN: without a key-encryption key no credential can be stored.',
  });
export type Settings = z.infer<typeof Settings>;

/**
 * The settings among the bindings.
 * @throws Error naming the variable that is missing or wrong, never its value.
 */
export const parseSettings = (env: Env): Settings => {
  const parsed = Settings.safeParse(env);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The engine is not configured: ${problems.join('; ')}`);
};
