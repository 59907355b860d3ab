import type { ConfiguredIntegration, IntegrationStore, IntegrationToEdit } from '@sluice/core';
import type { Client } from '../clients.ts';
import { unwrap, unwrapNullable } from '../errors.ts';
import { fromJson, toJson } from '../json.ts';

/** {@link IntegrationStore} over the functions of `add_integration_verbs`. Needs a service client. */
export const createIntegrationStore = (client: Client): IntegrationStore => ({
  requireAdmin: async (actorId, tenantId) => {
    unwrapNullable(await client.rpc('require_tenant_admin', { p_actor: actorId, p_tenant_id: tenantId }));
  },
  create: async (actorId, integration, credentials) => {
    unwrapNullable(
      await client.rpc('create_s3_integration', {
        p_actor: actorId,
        p_integration: toJson(integration),
        p_credentials: toJson(credentials),
      }),
    );
  },
  getForEdit: async (actorId, integrationId) =>
    fromJson<IntegrationToEdit>(
      unwrap(
        await client.rpc('get_s3_integration_for_edit', {
          p_actor: actorId,
          p_integration_id: integrationId,
        }),
      ),
    ),
  edit: async (actorId, integrationId, { connection, settings, credentials, accessKeyHint, revision }) => {
    unwrapNullable(
      await client.rpc('edit_s3_integration', {
        p_actor: actorId,
        p_integration_id: integrationId,
        p_connection: toJson(connection),
        p_settings: toJson(settings),
        p_credentials: toJson(credentials),
        p_access_key_hint: accessKeyHint ?? '',
        p_revision: revision,
      }),
    );
  },
  getWithSecrets: async (actorId, integrationId) =>
    fromJson<ConfiguredIntegration>(
      unwrap(
        await client.rpc('get_s3_integration_with_secrets', {
          p_actor: actorId,
          p_integration_id: integrationId,
        }),
      ),
    ),
  recordConnectionTest: async (actorId, integrationId, test, configuration) => {
    unwrapNullable(
      await client.rpc('record_s3_connection_test', {
        p_actor: actorId,
        p_integration_id: integrationId,
        p_result: toJson(test),
        ...(configuration === undefined ? {} : { p_configuration: configuration }),
      }),
    );
  },
});
