import type {
  Clock,
  IntegrationConfig,
  IntegrationWithSecrets,
  ObstacleOwner,
  SealedFields,
  WrittenOutput,
} from '@sluice/core';
import { type ObjectState, type OverwritePolicy, SluiceError, type StagedOutput } from '@sluice/shared';

export interface ObjectRow {
  readonly id: string;
  readonly tenantId: string;
  readonly integrationId: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
  /** Of all rows, in the order they were made. */
  readonly foundAt: number;
  readonly foundBy: 'poll' | 'event';
  /** When an event told of it, whoever had found it first. */
  eventAt: number | null;
  /** As the provider dates it, in microseconds. */
  sourceModifiedAt: number | null;
  sequencer: string | null;
  isCurrent: boolean;
  currentSince: number;
  state: ObjectState;
  reason: string | null;
  detail: string | null;
  providerCode: string | null;
  attempts: number;
  /** As `attempts`, whoever's move it was; of no account where that is 0, as are the outages. */
  attemptsInAll: number;
  outages: number;
  /** Of this job, and since something of it was written. */
  lostResults: number;
  obstacleOwner: ObstacleOwner | null;
  revision: number;
  jobId: string;
  ruleId: string | null;
  leaseId: string | null;
  /** When the lease was last taken. */
  leasedAt?: number;
  dueAt: number | null;
  pages: number | null;
  report: unknown;
  stagedOutputs: readonly StagedOutput[] | null;
  outputs: readonly WrittenOutput[] | null;
  stateChangedAt: number;
}

export interface SliceRow {
  startAfter: string;
  objectCount: number;
  digest: string | null;
  cycle: number;
}

export interface PollState {
  nextPollAt: number;
  /** Asked for and not begun since. */
  isListingRequested: boolean;
  leaseId: string | null;
  leaseExpiresAt: number | null;
  cycle: number;
  cycleStartedAt: number | null;
  isUnordered: boolean;
  lastCompletedAt: number | null;
  lastListedObjects: number | null;
  lastListCalls: number | null;
  consecutiveFailures: number;
  lastErrorCode: string | null;
}

export interface FolderRule {
  readonly id: string;
  readonly integrationId: string;
  readonly prefix: string;
  readonly overwritePolicy: OverwritePolicy | null;
  readonly language: string | null;
  readonly outputSubfolder: string | null;
}

/** Attempts in a row that hung or failed slowly. */
interface Circuit {
  failures: number;
  trips: number;
  openUntil: number | null;
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

interface DeferredEvent {
  readonly key: string;
  /** Null: nobody could say. */
  readonly etag: string | null;
  readonly toldAt: number;
}

/** How far the events of an integration can be relied on. */
interface EventState {
  detectionMode: 'poll' | 'event';
  eventModeSince: number;
  lastReceivedAt: number | null;
  sweepIntervalSeconds: number | null;
  readonly deliveries: Set<string>;
  /** What was told and is left to a listing. */
  deferred: DeferredEvent[];
  /** The keys whose version an event put aside while the bucket was listed, and when. */
  readonly putAside: Map<string, number>;
}

export interface MemoryIntegration {
  config: Changing<IntegrationConfig>;
  sealed: SealedFields;
  /** Counts edits. */
  revision: number;
  /** The end of the time in which the credentials before are kept. */
  overlapUntil: number | null;
  readonly events: EventState;
  readonly poll: PollState;
  readonly slices: Map<string, SliceRow>;
  readonly circuits: Map<'read' | 'write', Circuit>;
}

const PENDING: ReadonlySet<ObjectState> = new Set<ObjectState>(['found', 'queued', 'processing', 'staged']);

/**
 * The tables behind the ledger, in memory, with the database's own clock (microseconds, never twice the same) and its
 * constraints. The verbs of the migrations are in poll-ledger.ts and object-ledger.ts.
 */
export class MemoryDatabase {
  readonly integrations = new Map<string, MemoryIntegration>();
  readonly objects = new Map<string, ObjectRow>();
  readonly identities = new Map<string, ObjectRow>();
  readonly current = new Map<string, ObjectRow>();
  readonly rules: FolderRule[] = [];
  /** Charges by job. */
  readonly costs = new Map<string, { readonly pages: number; readonly amountMicros: number }>();
  /** Jobs whose charge was given back. */
  readonly credits = new Set<string>();
  readonly #clock: Clock;
  #micros = 0;
  #ids = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Microseconds since the epoch; each call is later than the one before. */
  now(): number {
    this.#micros = Math.max(this.#micros + 1, Math.round(this.#clock.now() * 1000));
    return this.#micros;
  }

  newId(): string {
    this.#ids += 1;
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, '0')}`;
  }

  addIntegration(wanted: Partial<IntegrationConfig> = {}): IntegrationConfig {
    const id = wanted.id ?? this.newId();
    const config = {
      id,
      tenantId: this.newId(),
      name: 'test',
      provider: 'generic' as const,
      status: 'active' as const,
      bucket: 'bucket',
      region: 'us-east-1',
      endpoint: 'https://s3.example',
      addressingStyle: 'path' as const,
      roleArn: null,
      externalId: null,
      inputPrefix: '',
      outputPrefix: 'accessible/',
      overwritePolicy: 'reprocess' as const,
      language: null,
      startFrom: null,
      ...wanted,
    };
    this.integrations.set(id, {
      config,
      sealed: {},
      revision: 1,
      overlapUntil: null,
      events: {
        detectionMode: 'poll',
        eventModeSince: 0,
        lastReceivedAt: null,
        sweepIntervalSeconds: null,
        deliveries: new Set(),
        deferred: [],
        putAside: new Map(),
      },
      poll: {
        nextPollAt: this.now(),
        isListingRequested: false,
        leaseId: null,
        leaseExpiresAt: null,
        cycle: 0,
        cycleStartedAt: null,
        isUnordered: false,
        lastCompletedAt: null,
        lastListedObjects: null,
        lastListCalls: null,
        consecutiveFailures: 0,
        lastErrorCode: null,
      },
      slices: new Map(),
      circuits: new Map(),
    });
    return config;
  }

  add(row: ObjectRow): void {
    this.objects.set(row.id, row);
    this.identities.set(identityOf(row.integrationId, row.key, row.etag, row.sizeBytes), row);
    if (row.isCurrent) this.current.set(currentOf(row.integrationId, row.key), row);
  }

  integration(id: string): MemoryIntegration {
    const found = this.integrations.get(id);
    if (found === undefined) throw new SluiceError('not_found');
    return found;
  }

  withSecrets(id: string): IntegrationWithSecrets {
    const { config, sealed } = this.integration(id);
    return { integration: { ...config }, sealed };
  }

  /** The longest prefix wins. */
  ruleFor(integrationId: string, key: string): FolderRule | null {
    const matching = this.rules.filter(
      (rule) => rule.integrationId === integrationId && key.startsWith(rule.prefix),
    );
    return matching.toSorted((a, b) => b.prefix.length - a.prefix.length).at(0) ?? null;
  }

  rowsOf(integrationId: string): ObjectRow[] {
    return [...this.objects.values()].filter((row) => row.integrationId === integrationId);
  }

  /** `private.credit_lost_result`: before a row that is charged and has nothing staged ends, or begins another job. */
  creditLostResult(row: ObjectRow): void {
    if (!['found', 'queued', 'processing'].includes(row.state) || !this.costs.has(row.jobId)) return;
    this.credits.add(row.jobId);
  }

  /** What the check constraints of the tables say. Empty when all is well. */
  violations(): string[] {
    return [...this.objects.values()].flatMap((row) => {
      const wrong: string[] = [];
      if ((row.dueAt !== null) !== PENDING.has(row.state))
        wrong.push(`${row.state} with due_at ${row.dueAt}`);
      if (row.leaseId !== null && row.state !== 'processing' && row.state !== 'staged')
        wrong.push(`${row.state} with a lease`);
      if (row.reason === null && ['skipped', 'failed', 'dead'].includes(row.state))
        wrong.push(`${row.state} without a reason`);
      return wrong.map((what) => `${row.key}: ${what}`);
    });
  }
}

export const identityOf = (integrationId: string, key: string, etag: string, sizeBytes: number): string =>
  JSON.stringify([integrationId, key, etag, sizeBytes]);
export const currentOf = (integrationId: string, key: string): string => JSON.stringify([integrationId, key]);

/** What PostgreSQL refuses comes back as `internal`, as from the real thing. */
export const refuseUnless = (isFine: boolean, what: string): void => {
  if (!isFine) throw new SluiceError('internal', { cause: new Error(`The database refuses ${what}.`) });
};

export const isText = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();
