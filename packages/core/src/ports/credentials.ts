import type { ConnectionTest, SluiceError } from '@sluice/shared';
import type { IntegrationConfig, SealedRecord } from './ledger.ts';

/** Rotations of credentials. Every method acts for a user, checks their role in its transaction and throws `conflict`. */
export interface CredentialStore {
  /** What is to be probed, and its name for `stage`. Throws `not_found`, `forbidden`, `credentials_by_role`, `rotation_in_progress`. */
  begin(
    actorId: string,
    integrationId: string,
  ): Promise<{
    readonly integration: IntegrationConfig;
    readonly version: number;
    readonly configuration: string;
  }>;
  /**
   * Stores credentials that nothing works with yet; the id of the rotation. Throws `rotation_in_progress`, and `conflict` when
   * another configuration stands than the one it began with.
   */
  stage(
    actorId: string,
    integrationId: string,
    credentials: SealedRecord,
    hint: string,
    keepOldHours: number,
    configuration: string,
  ): Promise<string>;
  /** From now on they are used. Throws `conflict` when the rotation was ended or the integration edited meanwhile. */
  swap(actorId: string, rotationId: string, test: ConnectionTest, inFlightSeconds: number): Promise<void>;
  /** Destroys them. */
  refuse(actorId: string, rotationId: string, test: ConnectionTest): Promise<void>;
}

/**
 * Undoes a rotation whose new credentials (`version`) were denied where the old ones were let through. Once: false when it
 * was done already, or the overlap is over.
 */
export type RollBackCredentials = (
  integrationId: string,
  version: number,
  denial: SluiceError,
) => Promise<boolean>;

/** That a version of a secret was used. */
export interface SecretUse {
  readonly integrationId: string;
  readonly field: 'credentials' | 'event_secret';
  readonly version: number;
  readonly secondsAgo: number;
}

/** What nobody asks for: cron and the work itself. */
export interface SecretUpkeep {
  rollBack: RollBackCredentials;
  recordUse(uses: readonly SecretUse[]): Promise<void>;
  /** Ends what is over; returns for how many integrations, at most `limit`. */
  sweep(limit: number): Promise<number>;
}

/** Event secrets. Every method acts for a user and checks their role in its transaction. */
export interface EventSecretStore {
  /** Throws `event_secret_missing` when there has to be one and is none, `event_secret_exists` the other way round. */
  begin(
    actorId: string,
    integrationId: string,
    exists: boolean,
  ): Promise<{ readonly tenantId: string; readonly version: number }>;
  /** `keepOldHours`: null for the first. Throws `conflict` when two do it at once. */
  add(
    actorId: string,
    integrationId: string,
    secret: SealedRecord,
    keepOldHours: number | null,
  ): Promise<{
    readonly version: number;
    readonly createdAt: string;
    readonly previousValidUntil: string | null;
  }>;
}

/** Event secrets as whoever verifies a delivery needs them. */
export interface EventSecretLedger {
  /** Those valid now, newest first. Null for an integration that is unknown or deleted. */
  get(
    integrationId: string,
  ): Promise<{ readonly tenantId: string; readonly secrets: readonly SealedRecord[] } | null>;
  /** A delivery was verified with it. Writes at most once a minute. */
  recordSeen(integrationId: string, version: number): Promise<void>;
}

/** Makes and seals event secrets. */
export interface EventSecrets {
  /** A new one: `whsec_…`. */
  generate(): string;
  seal(
    integration: Pick<IntegrationConfig, 'id' | 'tenantId'>,
    version: number,
    secret: string,
  ): Promise<SealedRecord>;
}
