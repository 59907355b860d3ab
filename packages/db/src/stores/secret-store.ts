import type { CredentialStore, EventSecretLedger, EventSecretStore, SecretUpkeep } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link CredentialStore} over the functions of `add_rotation_verbs`. Needs a service client. */
export const createCredentialStore = (client: Client): CredentialStore => ({
  begin: async (actorId, integrationId) =>
    fromJson<Awaited<ReturnType<CredentialStore['begin']>>>(
      unwrap(
        await client.rpc('begin_credential_rotation', {
          p_actor: actorId,
          p_integration_id: integrationId,
        }),
      ),
    ),
  stage: async (actorId, integrationId, credentials, hint, keepOldHours, configuration) =>
    unwrap(
      await client.rpc('stage_s3_credentials', {
        p_actor: actorId,
        p_integration_id: integrationId,
        p_credentials: toJson(credentials),
        p_hint: hint,
        p_keep_old_hours: keepOldHours,
        p_configuration: configuration,
      }),
    ),
  swap: async (actorId, rotationId, test, inFlightSeconds) => {
    unwrapNullable(
      await client.rpc('swap_s3_credentials', {
        p_actor: actorId,
        p_rotation_id: rotationId,
        p_test: toJson(test),
        p_in_flight_seconds: inFlightSeconds,
      }),
    );
  },
  refuse: async (actorId, rotationId, test) => {
    unwrapNullable(
      await client.rpc('refuse_s3_credentials', {
        p_actor: actorId,
        p_rotation_id: rotationId,
        p_test: toJson(test),
      }),
    );
  },
});

/** {@link SecretUpkeep} over the functions of `add_rotation_verbs`. Needs a service client. */
export const createSecretUpkeep = (client: Client): SecretUpkeep => ({
  rollBack: async (integrationId, version, denial) =>
    unwrap(
      await client.rpc('roll_back_s3_credentials', {
        p_integration_id: integrationId,
        p_version: version,
        p_code: denial.code,
        p_detail: fromJson<string>(denial.detail ?? null),
        p_provider_code: fromJson<string>(denial.providerCode ?? null),
      }),
    ),
  recordUse: async (uses) => {
    if (uses.length > 0) unwrapNullable(await client.rpc('record_s3_secret_use', { p_uses: toJson(uses) }));
  },
  sweep: async (limit) => unwrap(await client.rpc('sweep_s3_secrets', { p_limit: limit })),
});

/** {@link EventSecretStore} and {@link EventSecretLedger} over `add_event_secret_verbs`. Needs a service client. */
export const createEventSecretStore = (client: Client): EventSecretStore & EventSecretLedger => ({
  begin: async (actorId, integrationId, exists) =>
    fromJson<Awaited<ReturnType<EventSecretStore['begin']>>>(
      unwrap(
        await client.rpc('begin_event_secret', {
          p_actor: actorId,
          p_integration_id: integrationId,
          p_exists: exists,
        }),
      ),
    ),
  add: async (actorId, integrationId, secret, keepOldHours) =>
    fromJson<Awaited<ReturnType<EventSecretStore['add']>>>(
      unwrap(
        await client.rpc('add_event_secret', {
          p_actor: actorId,
          p_integration_id: integrationId,
          p_secret: toJson(secret),
          ...(keepOldHours === null ? {} : { p_keep_old_hours: keepOldHours }),
        }),
      ),
    ),
  get: async (integrationId) =>
    fromJson<Awaited<ReturnType<EventSecretLedger['get']>>>(
      unwrapNullable(await client.rpc('get_event_secrets', { p_integration_id: integrationId })),
    ),
  recordSeen: async (integrationId, version) => {
    unwrapNullable(
      await client.rpc('record_event_secret_seen', { p_integration_id: integrationId, p_version: version }),
    );
  },
});
