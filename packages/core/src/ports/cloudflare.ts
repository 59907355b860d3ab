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

/** The tenant's audit of what is done in their account. */
export interface ReceiverAudit {
  /** Throws `not_found`, `forbidden`. */
  begun(actorId: string, integrationId: string, act: ReceiverAct): Promise<void>;
  ended(
    actorId: string,
    integrationId: string,
    act: ReceiverAct,
    result: Pick<R2Deployment, 'outcome' | 'steps'>,
  ): Promise<void>;
}

export interface ReceiverAct {
  readonly action: 'deploy' | 'remove';
  readonly accountId: string;
}
