import type { SealedRecord } from './ledger.ts';

/** Which key-encryption key, and which version of it. */
export interface SealingKey {
  readonly keyId: string;
  readonly kmsKeyVersion: number;
}

/** A sealed secret with everything its reference takes. */
export interface StoredSecret extends SealedRecord {
  readonly id: string;
  readonly tenantId: string;
  readonly recordId: string;
  readonly field: string;
}

export interface ResealLease {
  readonly runId: string;
  readonly leaseId: string;
  /** The last secret looked at; null at the beginning. */
  readonly cursor: string | null;
}

/** What became of one secret: its data key under the current key, or why it stays where it is. */
export type Resealed =
  | { readonly isOk: true; readonly dataKeyCiphertext: string }
  | { readonly isOk: false; readonly reason: string };

/**
 * Wraps the data key of a secret by the current key.
 *
 * @throws SluiceError when it is not this secret's fault: the key is refused or out of reach.
 */
export type ResealSecret = (secret: StoredSecret) => Promise<Resealed>;

export interface ResealBatch {
  /** Up to which secret this batch has looked. */
  readonly cursor: string;
  /** `was` is the wrapping that was read: where it has changed since, nothing is written. */
  readonly resealed: readonly {
    readonly id: string;
    readonly was: string;
    readonly dataKeyCiphertext: string;
  }[];
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
}

/** Runs of resealing, as the database keeps them. */
export interface ResealLedger {
  /** Begins a run towards a key on behalf of `actorId`, or gives the one under way; returns its id. */
  begin(actorId: string, target: SealingKey): Promise<string>;
  /** The run that waits for a worker; null when none does. */
  claimDue(): Promise<string | null>;
  /** Null: there is no run towards this key, or somebody has it. */
  claim(target: SealingKey, leaseSeconds: number): Promise<ResealLease | null>;
  /** Secrets on other keys, in the order of their ids. */
  next(runId: string, after: string | null, limit: number): Promise<readonly StoredSecret[]>;
  /** One transaction. Returns how many rows moved; null when the lease was lost. */
  save(lease: ResealLease, batch: ResealBatch, leaseSeconds: number): Promise<number | null>;
  /** Null: the lease was lost; `busy`: somebody writes secrets without pause, look again later. */
  endPass(lease: ResealLease): Promise<'running' | 'completed' | 'incomplete' | 'busy' | null>;
  release(lease: ResealLease, heldUpBy: string | null): Promise<void>;
}
