import {
  type AssumeRoleInput,
  type AwsCredentials,
  assumeRole,
  type CredentialsProvider,
  createKmsClient,
  createRoleSession,
} from '@sluice/aws';
import type { BucketProbes, IntegrationWithSecrets, SealCredentials } from '@sluice/core';
import { AccessKeyCredentials, SluiceError } from '@sluice/shared';
import {
  combineWrappers,
  createAwsKmsWrapper,
  createLocalWrapper,
  createVault,
  type KeyWrapper,
  revealFields,
  type Vault,
} from '@sluice/vault';
import type { Settings } from './env.ts';
import { openSealed, sealAs } from './secrets/sealing.ts';

const FIELD = 'credentials';

/**
 * The vault over the key-encryption keys that are configured. The one that wraps is VAULT_PRIMARY's: AWS KMS when a key ARN
 * is set, else the local keyring. Every other still opens what it wrapped before.
 *
 * @throws SluiceError `vault_unavailable` when a key is malformed; its message holds no key.
 */
export const vaultOf = (settings: Settings): Vault => {
  const { VAULT_KMS_KEY_ARN: keyArn, VAULT_KMS_OTHER_KEY_ARNS: otherArns, VAULT_KEYRING: keyring } = settings;
  const kms = (keyArn === undefined ? otherArns : [keyArn, ...otherArns]).map((arn) =>
    kmsWrapper(settings, arn),
  );
  const local = keyring === undefined ? [] : [createLocalWrapper(keyring)];
  const isLocal = settings.VAULT_PRIMARY === 'local' || keyArn === undefined;
  const [current, ...others]: KeyWrapper[] = isLocal ? [...local, ...kms] : [...kms, ...local];
  if (current === undefined) throw new SluiceError('vault_unavailable');
  return createVault({ wrapper: combineWrappers(current, ...others) });
};

const kmsWrapper = (settings: Settings, keyArn: string): KeyWrapper => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new SluiceError('vault_unavailable', {
      cause: new Error('VAULT_KMS_KEY_ARN needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'),
    });
  }
  const kms = createKmsClient({
    credentials: { accessKeyId, secretAccessKey },
    // The key is in the region its ARN names, wherever our other resources are.
    region: keyArn.split(':')[3] ?? '',
    egress: { mode: settings.EGRESS_MODE },
    ...(settings.AWS_KMS_ENDPOINT === undefined ? {} : { endpoint: settings.AWS_KMS_ENDPOINT }),
  });
  return createAwsKmsWrapper({ kms, keyArn });
};

/** Seals credentials of an integration into the form the database keeps. */
export const sealWith =
  (vault: Vault): SealCredentials =>
  ({ tenantId, id }, version, credentials) =>
    sealAs(vault, credentials, { tenantId, recordId: id, field: FIELD, version });

/**
 * What to sign an integration's requests with: its access key, or a session of its role.
 *
 * @throws SluiceError `credentials_missing`, `vault_unavailable`, `role_not_assumable`.
 */
export const credentialsOf = async (
  { integration, sealed }: IntegrationWithSecrets,
  vault: Vault,
  settings: Settings,
): Promise<AwsCredentials | CredentialsProvider> => {
  if (integration.provider === 'aws_role') return roleSession(integration, settings);
  const record = sealed[FIELD];
  if (record === undefined) throw new SluiceError('credentials_missing');
  const { tenantId, id } = integration;
  const secret = await openSealed(vault, record, { tenantId, recordId: id, field: FIELD });
  const parsed = AccessKeyCredentials.safeParse(revealFields(secret));
  if (!parsed.success)
    throw new SluiceError('vault_unavailable', { detail: 'The stored credentials are not of a known form.' });
  const { sessionToken, ...keys } = parsed.data;
  return sessionToken === undefined ? keys : { ...keys, sessionToken };
};

const roleSession = (
  integration: IntegrationWithSecrets['integration'],
  settings: Settings,
): CredentialsProvider => createRoleSession(roleRequest(integration, settings));

const roleRequest = (
  { roleArn, externalId, region, id }: IntegrationWithSecrets['integration'],
  settings: Settings,
): AssumeRoleInput => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_STS_ENDPOINT: endpoint,
  } = settings;
  if (accessKeyId === undefined || secretAccessKey === undefined || roleArn === null || externalId === null) {
    throw new SluiceError('role_not_assumable', {
      detail: 'This installation has no AWS identity of its own to assume roles with.',
    });
  }
  return {
    credentials: { accessKeyId, secretAccessKey },
    roleArn,
    externalId,
    sessionName: `sluice-${id}`,
    region,
    egress: { mode: settings.EGRESS_MODE },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
};

/** Asks for the role with another external id than its own, or none. Undefined where there is no role. */
export const roleProbe = (
  integration: IntegrationWithSecrets['integration'],
  settings: Settings,
): BucketProbes['assumeRole'] => {
  if (integration.provider !== 'aws_role') return undefined;
  return async (externalId, signal) => {
    await assumeRole({ ...roleRequest(integration, settings), externalId, signal });
  };
};
