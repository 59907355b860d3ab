import type { Policy } from './bucket-policy.ts';

/** Who may assume the tenant's role: our principal, and only with the external id of this very integration. */
export const trustPolicy = (principalArn: string, externalId: string): Policy => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'LetSluiceIn',
      Effect: 'Allow',
      Principal: { AWS: principalArn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': externalId } },
    },
  ],
});

/** Name and path of a role from its ARN: `arn:aws:iam::123456789012:role/apps/sluice` → `sluice`, `/apps/`. */
export const roleNameOf = (roleArn: string | null): { roleName: string; rolePath: string } => {
  const segments = (roleArn ?? '').split(':role/')[1]?.split('/') ?? [];
  const roleName = segments.pop() ?? 'sluice';
  return { roleName, rolePath: `/${segments.map((segment) => `${segment}/`).join('')}` };
};
