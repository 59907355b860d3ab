import type { CredentialStore, EventSecretStore, EventSecrets, SecretUpkeep } from '@sluice/core';
import { createCredentialStore, createEventSecretStore, createSecretUpkeep } from '@sluice/db';
import type { Vault } from '@sluice/vault';
import type { Settings } from '../env.ts';
import { eventSecrets } from './event-secrets.ts';

type Client = Parameters<typeof createCredentialStore>[0];

/**
 * Nothing that has opened a bucket works longer than this: a queue consumer may run for 15 minutes, and a link it signs
 * in the last of them works for 5 more. Nothing keeps credentials beyond the batch it has opened them for.
 */
const LONGEST_USE_SECONDS = 20 * 60;

/** What the engine's doors need of integrations' secrets. */
export interface Secrets {
  readonly credentials: CredentialStore;
  readonly upkeep: SecretUpkeep;
  readonly events: EventSecretStore;
  readonly eventSecrets: EventSecrets;
  /** How long work that began before a swap may go on with the old credentials. */
  readonly inFlightSeconds: number;
}

export const secretsOf = (settings: Settings, client: Client, vault: Vault): Secrets => ({
  credentials: createCredentialStore(client),
  upkeep: createSecretUpkeep(client),
  events: createEventSecretStore(client),
  eventSecrets: eventSecrets(vault),
  inFlightSeconds: Math.max(LONGEST_USE_SECONDS, settings.OBJECT_LEASE_SECONDS),
});
