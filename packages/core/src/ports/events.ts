import type { EventDelivery, EventRefusal, EventTest, SluiceError } from '@sluice/shared';
import type { IntegrationConfig, IntegrationWithSecrets, ListedObject, SealedRecord } from './ledger.ts';

/** An integration as the receiver of its events needs it. */
export interface EventSource extends IntegrationWithSecrets {
  readonly integration: IntegrationConfig & {
    readonly detectionMode: 'poll' | 'event';
    /** Counts edits: what was judged by another revision is judged again. */
    readonly revision: number;
  };
  /** The event secrets that are valid now, newest first. */
  readonly eventSecrets: readonly SealedRecord[];
  /** Those that ended not long ago: recognised, so that the tenant is told, and never accepted. */
  readonly retiredSecrets: readonly SealedRecord[];
}

/** A delivery that proved itself. */
export interface VerifiedDelivery {
  readonly secretVersion: number;
  /** The sender's own id of it, lasting over its attempts. Null where the scheme has none. */
  readonly deliveryId: string | null;
  /** When it was signed, in seconds since the epoch. Null where the scheme does not say. */
  readonly signedAtSeconds: number | null;
}

/**
 * Verifies a delivery in constant time against the valid secrets. Null when none fits, `retired` when one does that has ended. With
 * no source it does the same work for nothing, so that an id that is not there cannot be told by the time it takes.
 */
export type VerifyDelivery = (
  source: EventSource | null,
  delivery: EventDelivery,
) => Promise<VerifiedDelivery | 'retired' | null>;

export interface EventObjectToRecord extends ListedObject {
  readonly lastModified: string;
  readonly sequencer: string | null;
  readonly versionId: string | null;
}

export interface DeliveryToRecord {
  readonly integrationId: string;
  readonly deliveryId: string;
  readonly secretVersion: number;
  /** Of the integration when the events were judged. */
  readonly revision: number;
  /** At most one of a key. */
  readonly objects: readonly EventObjectToRecord[];
  /** Keys of objects whose versions nobody could say; a listing is asked for, which does. */
  readonly leftKeys: readonly string[];
  /** Events refused for their content, by reason. */
  readonly refused: Readonly<Partial<Record<EventRefusal, number>>>;
}

export interface RecordedDelivery {
  /** `stale`: the integration was edited, or the secret ended, since it was loaded; nothing was written. */
  readonly outcome: 'recorded' | 'replayed' | 'stale';
  readonly recorded: number;
  /** Objects that only a listing can settle; it is asked for. */
  readonly deferred: number;
}

/** The database as the receiver sees it. Each method is one transaction. */
export interface EventLedger {
  /** Null for an integration that does not exist. */
  source(integrationId: string): Promise<EventSource | null>;
  record(delivery: DeliveryToRecord): Promise<RecordedDelivery>;
  /** Several of one integration, in their order: all of them or, when it throws, none. */
  recordAll(deliveries: readonly DeliveryToRecord[]): Promise<RecordedDelivery[]>;
  /** Counts a refused delivery, and tells of it in `app_logs`, at most once a minute for each reason. */
  refuse(refusal: {
    readonly integrationId: string;
    readonly reason: EventRefusal;
    readonly detail: string | null;
    readonly requestId: string;
  }): Promise<void>;
}

/** Tests of events. Each method is one transaction. */
export interface EventTestStore {
  /** `revision`: of the integration, for which it is begun. */
  begin(
    actorId: string,
    integrationId: string,
    kind: EventTest['kind'],
  ): Promise<{ readonly id: string; readonly key: string; readonly revision: number }>;
  /** Its object was written, or why not. */
  note(id: string, error: SluiceError | null): Promise<void>;
  /** Those whose object is to be deleted now. */
  due(limit: number): Promise<
    readonly {
      readonly id: string;
      readonly integrationId: string;
      readonly key: string;
      readonly isLastTry: boolean;
    }[]
  >;
  /** Its object was deleted, or why not. */
  end(id: string, error: SluiceError | null): Promise<void>;
}
