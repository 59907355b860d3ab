import type { ObjectMessage, ProcessJob, ProcessProgress, ProcessResult } from '@sluice/shared';
import type { Bucket } from './bucket.ts';
import type { IntegrationConfig, IntegrationWithSecrets, SealedRecord } from './ledger.ts';

/** Opens a customer's bucket with its sealed credentials. Throws `SluiceError` (`vault_unavailable`, `endpoint_refused`, …). */
export type OpenBucket = (integration: IntegrationWithSecrets) => Promise<Bucket>;

/** Sends messages. May send twice, late or never: the ledger knows what is due. */
export interface Queue<Message> {
  sendBatch(messages: readonly Message[]): Promise<void>;
}
export type ObjectQueue = Queue<ObjectMessage>;

/**
 * A document processor. Throws when it cannot be reached or answers out of contract; `SluiceError` `unavailable` when it
 * has no room just now.
 */
export type Processor = (
  job: ProcessJob,
  onProgress: (progress: ProcessProgress) => void,
) => Promise<ProcessResult>;

/** The working bucket, where results wait between processing and writing back. */
export interface Staging {
  /** Null when there is no such object (any more). */
  get(stagingKey: string): Promise<{ body: ReadableStream<Uint8Array>; sizeBytes: number } | null>;
  delete(stagingKeys: readonly string[]): Promise<void>;
}

/** Seals the credentials of an integration for the database. */
export type SealCredentials = (
  integration: Pick<IntegrationConfig, 'id' | 'tenantId'>,
  version: number,
  credentials: Readonly<Record<string, string>>,
) => Promise<SealedRecord>;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. Injected where time is not to pass by itself. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<void>;

/** A number in [0, 1). */
export type Random = () => number;

/** One structured line. Fields must not hold secrets, links or document text. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void;
  error(event: string, fields?: Readonly<Record<string, unknown>>): void;
}
