import { CreateS3Integration, SluiceError, type UpdateS3Integration } from '@sluice/shared';
import type { SealCredentials } from '../ports/engine.ts';
import type { IntegrationStore } from '../ports/integrations.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { connectionOf, type ResolveEndpoint } from './connection-of.ts';
import { refuseOverlap } from './create-s3-integration.ts';

export interface EditS3IntegrationContext {
  readonly actorId: string;
  readonly integrations: Pick<IntegrationStore, 'getForEdit' | 'edit'>;
  readonly seal: SealCredentials;
  readonly resolveEndpoint: ResolveEndpoint;
}

/** Settings that are not about the connection; the database changes them in the same transaction. */
const SETTINGS = ['name', 'status', 'language', 'overwritePolicy', 'startFrom'] as const;

/** Besides bucket and prefixes, which every provider has. */
const OWN_FIELDS = {
  aws_role: ['region', 'roleArn'],
  aws_key: ['region', 'credentials'],
  r2: ['accountId', 'jurisdiction', 'credentials'],
  b2: ['region', 'credentials'],
  generic: ['endpoint', 'region', 'addressingStyle', 'credentials'],
} as const satisfies Record<IntegrationConfig['provider'], (keyof UpdateS3Integration)[]>;

/** Stands for the credential that is kept, where a whole integration is checked. Never stored. */
const KEPT = { accessKeyId: 'kept', secretAccessKey: 'kept' };

/**
 * Changes what an integration connects to, judged as if it were connected anew. A credential belongs to the bucket it was entered
 * for: another endpoint, account or bucket deletes it, in the transaction of the edit, and the new one comes with the edit or
 * later. The integration is a draft afterwards.
 *
 * @throws SluiceError `not_found`, `forbidden`, `edit_conflict`, `invalid_request`, `endpoint_refused`, `region_wrong`,
 *   `prefixes_overlap`, `rules_outside_input`, `integration_exists`.
 */
export const editS3Integration = async (
  context: EditS3IntegrationContext,
  integrationId: string,
  changes: UpdateS3Integration,
  revision: number | null,
): Promise<void> => {
  const before = await context.integrations.getForEdit(context.actorId, integrationId);
  if (revision !== null && revision !== before.revision) throw new SluiceError('edit_conflict');
  const { integration } = before;
  const input = editedInput(integration, changes);
  refuseOverlap(input);
  const connection = connectionOf(input, context.resolveEndpoint);
  const isMoved =
    connection.bucket !== integration.bucket ||
    (connection.endpoint ?? connection.region) !== (integration.endpoint ?? integration.region);
  const { credentials } = changes;
  if (credentials !== undefined && !isMoved && before.hasCredentials) {
    throw invalid('credentials', 'A credential of the same bucket is replaced by rotating it.');
  }
  const sealed =
    credentials === undefined
      ? null
      : await context.seal(integration, before.nextVersion, {
          accessKeyId: credentials.accessKeyId,
          secretAccessKey: credentials.secretAccessKey,
          ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
        });
  await context.integrations.edit(context.actorId, integrationId, {
    connection,
    settings: Object.fromEntries(
      SETTINGS.flatMap((name) => (changes[name] === undefined ? [] : [[name, changes[name]]])),
    ),
    credentials: sealed,
    accessKeyHint: credentials?.accessKeyId.slice(-4) ?? null,
    // What was read is what was judged.
    revision: before.revision,
  });
};

const invalid = (field: string, message: string): SluiceError =>
  new SluiceError('invalid_request', { detail: message, fields: [{ field, message }] });

/** The integration as it would have been entered. */
const editedInput = (integration: IntegrationConfig, changes: UpdateS3Integration): CreateS3Integration => {
  const { provider } = integration;
  const own: readonly (keyof UpdateS3Integration)[] = OWN_FIELDS[provider];
  for (const field of new Set(Object.values(OWN_FIELDS).flat())) {
    if (changes[field] !== undefined && !own.includes(field)) {
      throw invalid(field, `An integration of the provider ${provider} has no ${field}.`);
    }
  }
  const r2 = /^https:\/\/([0-9a-f]{32})(?:\.(eu|fedramp))?\.r2\.cloudflarestorage\.com$/.exec(
    integration.endpoint ?? '',
  );
  const jurisdiction = changes.jurisdiction === undefined ? r2?.[2] : (changes.jurisdiction ?? undefined);
  const all = {
    region: changes.region ?? integration.region,
    roleArn: changes.roleArn ?? integration.roleArn,
    endpoint: changes.endpoint ?? integration.endpoint,
    addressingStyle: changes.addressingStyle ?? integration.addressingStyle,
    accountId: changes.accountId ?? r2?.[1],
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    credentials: changes.credentials ?? KEPT,
  };
  const parsed = CreateS3Integration.safeParse({
    tenantId: integration.tenantId,
    name: integration.name,
    provider,
    bucket: changes.bucket ?? integration.bucket,
    inputPrefix: changes.inputPrefix ?? integration.inputPrefix,
    outputPrefix: changes.outputPrefix ?? integration.outputPrefix,
    ...Object.fromEntries(Object.entries(all).filter(([name]) => own.some((field) => field === name))),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue?.path.join('.') ?? '(body)', issue?.message ?? 'The configuration is not valid.');
};
