import type { AwsIdentity } from '@sluice/core';
import type { Client, Identity, VerifyToken } from '@sluice/db';
import type { Logger } from '@sluice/observability';
import type { EngineRpc, ErrorCode } from '@sluice/shared';
import type { RateLimiters, RateLimitName } from './rate-limits.ts';

/** What every route finds in its context. */
interface Variables {
  requestId: string;
  /** Set when the answer is a problem; for the log. */
  errorCode?: ErrorCode;
  /** Of the record an edit was refused for; see etag.ts. */
  currentEtag?: string;
  /** What the request counts against. */
  rateLimit?: RateLimitName;
  identity: Identity;
  accessToken: string;
  /** Acts as the caller: row level security decides. */
  db: Client;
  engine: EngineRpc;
  aws: AwsIdentity;
}

export interface AppEnv {
  Variables: Variables;
}

/** What the app is made of; the Worker's entry fills it from its bindings, once. */
export interface AppParts {
  readonly verifyToken: VerifyToken;
  readonly clientFor: (accessToken: string) => Client;
  readonly engine: EngineRpc;
  readonly aws: AwsIdentity;
  readonly limiters: RateLimiters;
  readonly log: Pick<Logger, 'info' | 'error'>;
}
