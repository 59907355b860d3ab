import type { SluiceError } from '@sluice/shared';
import type { Advice } from '../health/health-run.ts';
import type { IntegrationConfig } from '../ports/ledger.ts';
import { bucketPolicy, type Policy, withPrincipal } from '../setup/bucket-policy.ts';
import { trustPolicy } from '../setup/role-trust.ts';
import { SLUICE } from '../setup/setup-target.ts';

/** A permission of the generated policy, by the statement it stands in. */
export type Grant =
  | { readonly sid: 'ListInput'; readonly action: 's3:ListBucket'; readonly capability: 'listFiles' }
  | { readonly sid: 'ReadInput'; readonly action: 's3:GetObject'; readonly capability: 'readFiles' }
  | {
      readonly sid: 'WriteOutput';
      readonly action: 's3:GetObject' | 's3:PutObject' | 's3:DeleteObject';
      readonly capability: 'readFiles' | 'writeFiles' | 'deleteFiles';
    };

export const GRANTS = {
  list: { sid: 'ListInput', action: 's3:ListBucket', capability: 'listFiles' },
  read: { sid: 'ReadInput', action: 's3:GetObject', capability: 'readFiles' },
  write: { sid: 'WriteOutput', action: 's3:PutObject', capability: 'writeFiles' },
  read_back: { sid: 'WriteOutput', action: 's3:GetObject', capability: 'readFiles' },
  delete: { sid: 'WriteOutput', action: 's3:DeleteObject', capability: 'deleteFiles' },
} as const satisfies Record<string, Grant>;

const KMS_KEY_TO_FILL_IN = (region: string): string => `arn:aws:kms:${region}:<ACCOUNT_ID>:key/<KEY_ID>`;

/** The policy the setup generates for this integration: the doctor names parts of it, so that the two cannot differ. */
const policyOf = (integration: IntegrationConfig, kmsKeyArn: string | null): Policy => {
  const target = { ...integration, kmsKeyArn };
  return integration.provider === 'generic'
    ? withPrincipal(bucketPolicy(target, 's3_compatible'), `arn:aws:iam:::user/${SLUICE}`)
    : bucketPolicy(target, 'aws');
};

const statementOf = (policy: Policy, sid: string, action?: string): Record<string, unknown> | null => {
  const statement = policy.Statement.find(({ Sid }) => Sid === sid);
  if (statement === undefined) return null;
  return { ...statement, ...(action === undefined ? {} : { Action: action }) };
};

/** Everything the integration needs, and no more. Null where tokens decide and not policies. */
export const wholePolicy = (integration: IntegrationConfig): Record<string, unknown> | null =>
  integration.provider === 'r2' || integration.provider === 'b2' ? null : { ...policyOf(integration, null) };

/** What to do about a refusal: the statement or capability that is missing, with the real bucket and folder in it. */
export const adviceOn = (integration: IntegrationConfig, grant: Grant, error: SluiceError): Advice => {
  if (error.code === 'encryption_denied') return keyAdvice(integration, error);
  if (error.code !== 'access_denied') return {};
  const { provider, bucket } = integration;
  if (provider === 'r2') {
    return { remedy: `Give the API token the permission "Object Read & Write" for the bucket ${bucket}.` };
  }
  if (provider === 'b2') {
    return {
      remedy: `Give the application key the capability ${grant.capability}, for the bucket ${bucket} and a prefix in which both folders lie, if any.`,
    };
  }
  if (error.denial?.isExplicit === true) {
    return {
      remedy: `An explicit Deny refuses ${grant.action}, and no grant outweighs it: exempt our identity from that Deny, or narrow it.`,
    };
  }
  const holder =
    provider === 'generic'
      ? `the policy of the bucket (with the name of your user in place of ${SLUICE}) or, without Principal, of the user`
      : `the policy of the ${provider === 'aws_role' ? 'role' : 'user'}`;
  return {
    remedy: `Grant ${grant.action}: add this statement to ${holder}. If it is there already, look for a Deny.`,
    statement: statementOf(policyOf(integration, null), grant.sid, grant.action),
  };
};

/** About the key of the encryption: named when the provider named it. */
const keyAdvice = (integration: IntegrationConfig, error: SluiceError): Advice => {
  if (integration.provider !== 'aws_role' && integration.provider !== 'aws_key') return {};
  const named = error.denial?.kmsKeyArn ?? null;
  const key = named ?? KMS_KEY_TO_FILL_IN(integration.region);
  return {
    remedy: `Grant kms:Decrypt and kms:GenerateDataKey on ${named ?? 'the key of the bucket (its ARN stands in the encryption settings of the bucket)'} to the identity we use, with this statement; the policy of the key must let your account use it by IAM.`,
    statement: statementOf(policyOf(integration, key), 'UseKey'),
  };
};

/** The trust policy the role should have. */
export const trustAdvice = (
  { externalId, roleArn }: IntegrationConfig,
  principalArn: string | null,
): Advice => ({
  remedy: `In the trust policy of ${roleArn ?? 'the role'}, allow sts:AssumeRole to our principal with the condition StringEquals sts:ExternalId "${externalId ?? ''}", and nothing else.`,
  statement:
    principalArn === null || externalId === null
      ? null
      : statementOf(trustPolicy(principalArn, externalId), 'LetSluiceIn'),
});
