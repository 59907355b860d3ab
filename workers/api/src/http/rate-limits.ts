import { SluiceError } from '@sluice/shared';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './context.ts';

/** A rate limit binding of Cloudflare: counts by key, per location, and is never waited for. */
export interface RateLimiter {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}

/** How much anybody may ask; `wrangler.toml` says the same to Cloudflare, and a test compares them. */
export const RATE_LIMITS = {
  reads: { binding: 'READ_LIMIT', limit: 600, periodSeconds: 60, who: 'a user' },
  writes: { binding: 'WRITE_LIMIT', limit: 120, periodSeconds: 60, who: 'a user' },
  /** What touches a bucket or a server of yours, makes a secret, or takes one. */
  sensitive: { binding: 'SENSITIVE_LIMIT', limit: 30, periodSeconds: 60, who: 'a user' },
  /** Deliveries of events: many integrations share the addresses of a provider, so not by address. As many as the rule we set up at EventBridge sends, which has one event in each. */
  events: { binding: 'EVENT_LIMIT', limit: 18_000, periodSeconds: 60, who: 'an integration' },
  /** Requests without a valid token. */
  open: { binding: 'OPEN_LIMIT', limit: 120, periodSeconds: 60, who: 'an address' },
} as const;

export type RateLimitName = keyof typeof RATE_LIMITS;
export type RateLimiters = Readonly<Record<RateLimitName, RateLimiter>>;

const SENSITIVE_PATH =
  /\/(test|test-connection|dry-run|start|rotate-secret|credentials|event-secret|replay|reseals|r2-receiver|invitations)(\/|$)/;

/** The limit a request with a valid token counts against. */
export const limitFor = (method: string, path: string): RateLimitName => {
  if (method === 'GET' || method === 'HEAD') return 'reads';
  return SENSITIVE_PATH.test(path) ? 'sensitive' : 'writes';
};

/** Headers of an answer, by draft-ietf-httpapi-ratelimit-headers: the quota; what remains is known only when it is nothing. */
export const policyHeader = (name: RateLimitName): string =>
  `"${name}";q=${RATE_LIMITS[name].limit};w=${RATE_LIMITS[name].periodSeconds}`;

/** @throws SluiceError `rate_limited` */
export const countAgainst = async (
  limiters: RateLimiters,
  name: RateLimitName,
  key: string,
): Promise<void> => {
  const { success } = await limiters[name].limit({ key });
  if (success) return;
  const { limit, periodSeconds, who } = RATE_LIMITS[name];
  throw new SluiceError('rate_limited', {
    detail: `At most ${limit} ${name === 'open' ? 'requests without a valid token' : name} in ${periodSeconds} seconds for ${who}.`,
    retryAfterMs: periodSeconds * 1000,
  });
};

/** Counts what a signed-in user asks. */
export const rateLimited =
  (limiters: RateLimiters): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const name = limitFor(c.req.method, c.req.path);
    c.set('rateLimit', name);
    await countAgainst(limiters, name, c.var.identity.userId);
    return next();
  };
