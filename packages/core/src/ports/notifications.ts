import type { UpdateNotificationTarget } from '@sluice/shared';
import type { SealedRecord } from './ledger.ts';

export interface NotificationToSend {
  /** The webhook-id. */
  readonly deliveryId: string;
  readonly payload: string;
  /** Before this one. */
  readonly attempts: number;
  /** While it is not delivered, those behind it wait. */
  readonly holdsLine: boolean;
}

/** A target whose line was taken, with what is due in the order of sending. */
export interface SendingTarget {
  readonly leaseId: string;
  readonly targetId: string;
  readonly tenantId: string;
  readonly url: string;
  /** Those that sign now, newest first. */
  readonly secrets: readonly SealedRecord[];
  readonly deliveries: readonly NotificationToSend[];
}

export interface NotificationResult {
  /** `failed` for good; `gone`: the target says that it is no more. */
  readonly outcome: 'delivered' | 'retry' | 'failed' | 'gone';
  readonly statusCode: number | null;
  readonly code: string | null;
  readonly durationMs: number;
  readonly delaySeconds: number;
  readonly holdsLine: boolean;
}

/** Deliveries in the database: each method is one SQL function. */
export interface NotificationLedger {
  /** Targets with something due that nobody is sending. */
  claimDue(limit: number): Promise<readonly string[]>;
  /** Null when there is nothing to do, or somebody is doing it. */
  begin(targetId: string, leaseSeconds: number, limit: number): Promise<SendingTarget | null>;
  /** The state of the delivery now; null when the lease was lost. */
  settle(
    deliveryId: string,
    leaseId: string,
    result: NotificationResult,
    leaseSeconds: number,
  ): Promise<'pending' | 'delivered' | 'failed' | null>;
  end(targetId: string, leaseId: string): Promise<void>;
  /** Deletes deliveries older than `days`; returns how many, at most 10,000. */
  prune(days: number): Promise<number>;
}

/** Targets as the engine changes them. Every method acts for a user and checks their role in its transaction. */
export interface NotificationTargetStore {
  create(
    actorId: string,
    target: { readonly id: string; readonly tenantId: string; readonly name: string; readonly url: string },
    secret: SealedRecord,
  ): Promise<void>;
  get(
    actorId: string,
    targetId: string,
  ): Promise<{ readonly tenantId: string; readonly secretVersion: number }>;
  /** `edit_conflict` unless the revision stands; null: whichever. */
  update(
    actorId: string,
    targetId: string,
    changes: UpdateNotificationTarget,
    revision: number | null,
  ): Promise<void>;
  /** Returns until when the secret before signs too. */
  rotate(actorId: string, targetId: string, secret: SealedRecord, overlapSeconds: number): Promise<string>;
  beginTest(actorId: string, targetId: string, leaseSeconds: number): Promise<SendingTarget>;
}

/** The value of the header `webhook-signature`: one signature for each secret that is valid now. */
export type SignWebhook = (id: string, at: Date, body: string) => string;

/** Signing secrets, sealed by the vault. */
export interface WebhookSecrets {
  /** A new one: `whsec_…`. */
  generate(): string;
  seal(
    target: { readonly tenantId: string; readonly targetId: string },
    version: number,
    secret: string,
  ): Promise<SealedRecord>;
  openSigner(target: Pick<SendingTarget, 'tenantId' | 'targetId' | 'secrets'>): Promise<SignWebhook>;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly retryAfterSeconds: number | null;
}

/** Posts to a URL a tenant chose, under the egress policy; the body of the answer is not read. Throws `SluiceError`. */
export type PostWebhook = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<WebhookAnswer>;

/** Hints; may be lost. */
export interface NotifyQueue {
  send(targetIds: readonly string[], delaySeconds: number): Promise<void>;
}
