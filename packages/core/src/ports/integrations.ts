import type { ConnectionTest } from '@sluice/shared';
import type { IntegrationConfig, IntegrationWithSecrets, SealedRecord } from './ledger.ts';

export interface NewIntegration extends Omit<IntegrationConfig, 'status' | 'startFrom'> {
  /** The last four characters of the access key id. */
  readonly accessKeyHint: string | null;
}

export interface ConfiguredIntegration extends IntegrationWithSecrets {
  /** Stands for everything a connection test depends on, credential and all: to compare, not to read. */
  readonly configuration: string;
}

/** An integration as an edit begins with it. */
export interface IntegrationToEdit {
  readonly integration: IntegrationConfig;
  readonly revision: number;
  readonly hasCredentials: boolean;
  /** The version a new credential is sealed as. */
  readonly nextVersion: number;
}

export interface IntegrationEdit {
  readonly connection: Pick<
    IntegrationConfig,
    'bucket' | 'region' | 'endpoint' | 'addressingStyle' | 'roleArn' | 'inputPrefix' | 'outputPrefix'
  >;
  /** As `update_s3_integration` takes them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credentials: SealedRecord | null;
  readonly accessKeyHint: string | null;
  readonly revision: number;
}

/** Integrations as the engine changes them. Every method acts for a user and checks their role in its transaction. */
export interface IntegrationStore {
  /** Throws `not_found` for a tenant the actor is no member of, `forbidden` for a member below admin. */
  requireAdmin(actorId: string, tenantId: string): Promise<void>;
  /** Throws `integration_exists`, `prefixes_overlap`. */
  create(actorId: string, integration: NewIntegration, credentials: SealedRecord | null): Promise<void>;
  /** Throws `not_found`, `forbidden`. */
  getForEdit(actorId: string, integrationId: string): Promise<IntegrationToEdit>;
  /** Throws `edit_conflict`, `prefixes_overlap`, `rules_outside_input`, `integration_exists`, `not_started`. */
  edit(actorId: string, integrationId: string, edit: IntegrationEdit): Promise<void>;
  /** Throws `not_found`, `forbidden`. */
  getWithSecrets(actorId: string, integrationId: string): Promise<ConfiguredIntegration>;
  /** @param configuration What was tested; without it the result proves nothing of the configuration as it stands. */
  recordConnectionTest(
    actorId: string,
    integrationId: string,
    test: ConnectionTest,
    configuration?: string,
  ): Promise<void>;
}
