import { type CreateS3Integration, SluiceError } from '@sluice/shared';
import type { SealCredentials } from '../ports/engine.ts';
import type { IntegrationStore, NewIntegration } from '../ports/integrations.ts';
import { connectionOf, type ResolveEndpoint } from './connection-of.ts';

export interface CreateS3IntegrationContext {
  readonly actorId: string;
  readonly integrations: Pick<IntegrationStore, 'requireAdmin' | 'create'>;
  readonly seal: SealCredentials;
  readonly resolveEndpoint: ResolveEndpoint;
  readonly newId: () => string;
  /** At least 128 bits nobody can guess. */
  readonly newExternalId: () => string;
}

/**
 * Connects a bucket. The credentials, if they are there already, are sealed before anything is stored, and stored with the integration
 * in one transaction; nobody sees them again.
 *
 * @throws SluiceError `not_found`, `forbidden`, `endpoint_refused`, `prefixes_overlap`, `integration_exists`.
 */
export const createS3Integration = async (
  context: CreateS3IntegrationContext,
  input: CreateS3Integration,
): Promise<{ id: string }> => {
  await context.integrations.requireAdmin(context.actorId, input.tenantId);
  refuseOverlap(input);
  const id = context.newId();
  const credentials = input.provider === 'aws_role' ? null : (input.credentials ?? null);
  const integration: NewIntegration = {
    id,
    tenantId: input.tenantId,
    name: input.name,
    provider: input.provider,
    ...connectionOf(input, context.resolveEndpoint),
    externalId: input.provider === 'aws_role' ? context.newExternalId() : null,
    accessKeyHint: credentials === null ? null : credentials.accessKeyId.slice(-4),
    overwritePolicy: input.overwritePolicy,
    language: input.language,
  };
  const sealed =
    credentials === null
      ? null
      : await context.seal(integration, 1, {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey,
          ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
        });
  await context.integrations.create(context.actorId, integration, sealed);
  return { id };
};

/** Says which fields; the database refuses it once more. */
export const refuseOverlap = ({
  inputPrefix,
  outputPrefix,
}: Pick<CreateS3Integration, 'inputPrefix' | 'outputPrefix'>): void => {
  if (inputPrefix === '' || !(inputPrefix.startsWith(outputPrefix) || outputPrefix.startsWith(inputPrefix)))
    return;
  throw new SluiceError('prefixes_overlap', {
    detail: `"${inputPrefix}" and "${outputPrefix}" lie one inside the other.`,
    fields: [
      {
        field: 'outputPrefix',
        message: `Choose a folder that is not inside "${inputPrefix}" and does not contain it.`,
      },
    ],
  });
};
