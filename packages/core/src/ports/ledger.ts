import type { ErrorOwner, OverwritePolicy, ProcessProgress, QualityTier, StagedOutput } from '@sluice/shared';

/**
 * The database as the core sees it: each method is one SQL function, so one transaction. A method that takes a
 * `leaseId` does nothing when the lease was lost to somebody else.
 */

/** An integration as the engine works with it: no secrets. */
export interface IntegrationConfig {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly provider: 'aws_role' | 'aws_key' | 'r2' | 'b2' | 'generic';
  readonly status: 'draft' | 'active' | 'paused' | 'disabled' | 'deleted';
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | null;
  readonly addressingStyle: 'path' | 'virtual';
  readonly roleArn: string | null;
  readonly externalId: string | null;
  readonly inputPrefix: string;
  readonly outputPrefix: string;
  readonly overwritePolicy: OverwritePolicy;
  readonly language: string | null;
  /** Objects last modified before it are not taken in. Null: everything is. */
  readonly startFrom: string | null;
}

/** One sealed secret as the database keeps it; the bytes in PostgreSQL's hex form. Opaque to the core. */
export interface SealedRecord {
  readonly version: number;
  readonly formatVersion: number;
  readonly keyId: string;
  readonly kmsKeyVersion: number;
  readonly dataKeyCiphertext: string;
  readonly secretCiphertext: string;
}

/** Sealed secrets of a record, by field. */
export type SealedFields = Readonly<Record<string, SealedRecord>>;

export interface IntegrationWithSecrets {
  readonly integration: IntegrationConfig;
  readonly sealed: SealedFields;
}

export interface StoredSlice {
  /** Keys greater than this belong to the slice, up to and including the next slice's `startAfter`. */
  readonly startAfter: string;
  readonly objectCount: number;
  /** 32 hex digits; null forces a comparison with the ledger. */
  readonly digest: string | null;
  /** Whether the current cycle has listed it whole. */
  readonly isListed: boolean;
}

export interface BegunPoll extends IntegrationWithSecrets {
  readonly leaseId: string;
  readonly cycle: number;
  readonly isUnordered: boolean;
  /** The database's clock. A page requested after this instant outranks versions recorded before it. */
  readonly observedAt: string;
  readonly slices: readonly StoredSlice[];
}

export interface ListedObject {
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: string | null;
  /** Catalogue code, or null to process it. */
  readonly skipReason: string | null;
}

export interface RecordedPage {
  readonly inserted: number;
  readonly revived: number;
  readonly skipped: number;
  /** Objects whose recorded version may be newer than the page: compare again. */
  readonly deferred: number;
  readonly observedAt: string;
}

export interface SliceChanges {
  readonly upserts: readonly StoredSlice[];
  readonly removed: readonly string[];
}

export interface CompletedPoll extends SliceChanges {
  /** False when the listing is to go on in another run. */
  readonly isFinished: boolean;
  readonly isUnordered: boolean;
  readonly listedObjects: number;
  readonly listCalls: number;
  readonly intervalSeconds: number;
}

export interface PollLedger {
  claimDuePolls(
    limit: number,
    leaseSeconds: number,
  ): Promise<readonly { integrationId: string; leaseId: string }[]>;
  /** Null when the message is stale. */
  beginPoll(integrationId: string, leaseId: string, leaseSeconds: number): Promise<BegunPoll | null>;
  /** At most 1,000 objects. Throws `conflict` when the lease was lost. */
  recordObjects(
    lease: { integrationId: string; leaseId: string; leaseSeconds: number },
    observedAt: string,
    objects: readonly ListedObject[],
  ): Promise<RecordedPage>;
  savePollProgress(
    lease: { integrationId: string; leaseId: string; leaseSeconds: number },
    changes: SliceChanges,
  ): Promise<void>;
  completePoll(integrationId: string, leaseId: string, result: CompletedPoll): Promise<void>;
  failPoll(
    integrationId: string,
    leaseId: string,
    failure: { code: string; detail: string; intervalSeconds: number; maxIntervalSeconds: number },
  ): Promise<void>;
}

export interface DueObject {
  readonly objectId: string;
  /** `dead`: its attempts are used up; nothing to send. */
  readonly target: 'process' | 'writeback' | 'dead';
}

/**
 * Whose move it is to mend what holds up an object: each has its own patience. `platform_outage`: ours, and no object's fault; it
 * is waited for like a provider, and counted by itself.
 */
export type ObstacleOwner = Exclude<ErrorOwner, 'client'> | 'platform_outage';

export interface LeasedObject {
  readonly objectId: string;
  readonly leaseId: string;
  readonly jobId: string;
  readonly integrationId: string;
  readonly tenantId: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** In a row that the same must mend, this one included. */
  readonly attempts: number;
  /** As `attempts`, but since anything came of the object, whoever's move it was. */
  readonly attemptsInAll: number;
  /** Of those before this one, how many an outage of ours ended. */
  readonly outages: number;
  /** Of the obstacle that ended the last attempt. */
  readonly obstacleOwner: ObstacleOwner | null;
  readonly ruleId: string | null;
  readonly overwritePolicy: OverwritePolicy;
  readonly outputSubfolder: string | null;
}

export interface ObjectToProcess extends LeasedObject {
  readonly language: string | null;
  readonly qualityTier: QualityTier;
}

export interface ObjectToWrite extends LeasedObject {
  /** Null: processed before tiers were kept. */
  readonly qualityTier: QualityTier | null;
  readonly stagedOutputs: readonly StagedOutput[];
  /** How often what was staged of this job was lost since something was written. */
  readonly lostResults: number;
}

export interface Begun<T> {
  readonly objects: readonly T[];
  readonly integrations: Readonly<Record<string, IntegrationWithSecrets>>;
}

export interface WrittenOutput {
  readonly kind: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface SettledAttempt {
  readonly disposition: 'retry' | 'skipped' | 'failed';
  readonly reason: string;
  readonly detail: string | null;
  readonly providerCode: string | null;
  readonly delaySeconds: number;
  readonly maxAttempts: number;
  /** Of all since anything came of the object, whoever's move it was. */
  readonly maxAttemptsInAll: number;
  /** When it is not the obstacle owner of the last attempt, attempts count from one again. */
  readonly owner: ObstacleOwner;
}

export interface ObjectLedger {
  claimDueObjects(input: {
    limit: number;
    perIntegration: number;
    inFlightPerTenant: number;
    visibilitySeconds: number;
    maxAttempts: number;
  }): Promise<readonly DueObject[]>;
  beginProcessing(objectIds: readonly string[], leaseSeconds: number): Promise<Begun<ObjectToProcess>>;
  /** For those who watch; and who has something to tell is alive, so the lease lasts that long from now. False when it was lost. */
  reportProgress(
    object: { objectId: string; leaseId: string },
    progress: ProcessProgress,
    leaseSeconds: number,
  ): Promise<boolean>;
  /** False when the lease was lost. */
  completeProcessing(
    object: { objectId: string; leaseId: string },
    result: { outputs: readonly StagedOutput[]; pages: number; report: unknown; amountMicros: number },
    visibilitySeconds: number,
  ): Promise<boolean>;
  beginWriteback(objectIds: readonly string[], leaseSeconds: number): Promise<Begun<ObjectToWrite>>;
  /** False when the lease was lost. */
  completeWriteback(
    object: { objectId: string; leaseId: string },
    outputs: readonly WrittenOutput[],
  ): Promise<boolean>;
  /** The state the object is in now; null when the lease was lost. */
  settleAttempt(
    object: { objectId: string; leaseId: string },
    attempt: SettledAttempt,
  ): Promise<string | null>;
}
