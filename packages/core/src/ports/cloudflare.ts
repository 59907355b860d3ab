import type { R2Deployment } from '@sluice/shared';

/** An answer of Cloudflare's API: its envelope, with the status it came with. */
export interface CloudflareAnswer {
  readonly status: number;
  readonly isOk: boolean;
  readonly result: unknown;
  readonly errors: readonly { readonly code: number; readonly message: string }[];
}

export interface CloudflareRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/client/v4`. */
  readonly path: string;
  readonly json?: unknown;
  /** Instead of JSON: a Worker to upload. */
  readonly worker?: { readonly metadata: unknown; readonly module: string };
  /** Of the R2 bucket it is about. */
  readonly jurisdiction?: string | null;
}

/** Asks Cloudflare's API with the customer's token. A refusal is an answer. @throws SluiceError when it is not reached. */
export type AskCloudflare = (request: CloudflareRequest) => Promise<CloudflareAnswer>;

/** A bucket of R2, as Cloudflare's API tells it from others of the account. */
export interface R2Bucket {
  readonly bucket: string;
  readonly jurisdiction: string | null;
}

/** What is begun in a customer's account. */
export interface ReceiverAct {
  readonly action: 'deploy' | 'remove';
  readonly accountId: string;
  /** The integration's, as it is now; null when it is on R2 no longer. */
  readonly bucket: R2Bucket | null;
}

export interface ReceiverLease {
  readonly leaseId: string;
  /** Where a receiver of the integration may have left something. */
  readonly places: readonly (R2Bucket & { readonly accountId: string })[];
}

/** What is done in customers' accounts: one at a time for each integration, and told in the tenant's audit. */
export interface ReceiverLedger {
  /** Throws `not_found`, `forbidden`, `not_on_r2`, `receiver_busy`. A deleted integration is found as long as something is left of it. */
  begin(actorId: string, integrationId: string, act: ReceiverAct): Promise<ReceiverLease>;
  /** Asked before each change. Throws `receiver_busy` when another has begun since the lease expired. */
  hold(integrationId: string, leaseId: string): Promise<void>;
  end(
    actorId: string,
    integrationId: string,
    leaseId: string,
    act: ReceiverAct,
    result: Pick<R2Deployment, 'outcome' | 'steps'>,
  ): Promise<void>;
}
