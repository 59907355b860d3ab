import type {
  EventLedger,
  IntegrationConfig,
  ObjectLedger,
  PollLedger,
  ReplayLedger,
  RollBackCredentials,
} from '@sluice/core';
import type { ObjectState } from '@sluice/shared';

export interface IntegrationWish {
  readonly overwritePolicy: IntegrationConfig['overwritePolicy'];
  readonly inputPrefix: string;
  readonly outputPrefix: string;
  readonly detectionMode: 'poll' | 'event';
  /** Milliseconds since the epoch. */
  readonly startFrom: number | null;
}

/** A row of the ledger as a checker looks at it. */
export interface BookRow {
  readonly id: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly state: ObjectState;
  readonly reason: string | null;
  readonly isCurrent: boolean;
  readonly jobId: string;
  readonly isDue: boolean;
  readonly isLeased: boolean;
}

interface Charge {
  readonly jobId: string;
  readonly pages: number;
  readonly amountMicros: number;
  /** Given back: there never was a result. */
  readonly isCredited: boolean;
}

/** The books of one integration. */
export interface Books {
  readonly rows: readonly BookRow[];
  /** Of its whole tenant. */
  readonly charges: readonly Charge[];
  /** What the database itself finds wrong with its counters and rows. */
  readonly discrepancies: readonly string[];
}

/** What the engine has of a database. */
export interface Ports {
  readonly polls: PollLedger;
  readonly objects: ObjectLedger;
  readonly events: EventLedger;
  readonly replays: ReplayLedger;
  readonly rollBack: RollBackCredentials;
  readonly sweepSecrets: () => Promise<number>;
}

/** A database for a simulation: the ports of the core, what people do to it, and its books. */
export interface Backend extends Ports {
  addIntegration(wish: IntegrationWish): Promise<string>;
  setStatus(integrationId: string, status: 'active' | 'paused'): Promise<void>;
  setDetectionMode(integrationId: string, mode: 'poll' | 'event'): Promise<void>;
  /** From now on the next version of the credentials; for a while with those before to fall back to. Returns it. */
  rotate(integrationId: string, keepSeconds: number): Promise<number>;
  /** The version of the credentials that are used now. */
  credentialsVersion(integrationId: string): Promise<number>;
  /** How many objects it chose. */
  replay(integrationId: string, states: readonly ObjectState[]): Promise<number>;

  books(integrationId: string): Promise<Books>;
  /** When the next thing is due, in milliseconds of virtual time; null when nothing is. */
  nextDueAt(): Promise<number | null>;
}
