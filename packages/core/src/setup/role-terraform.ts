import { bucketPolicy } from './bucket-policy.ts';
import { hcl } from './hcl.ts';
import { roleNameOf, trustPolicy } from './role-trust.ts';
import { type SetupTarget, SLUICE } from './setup-target.ts';

/** Terraform (and OpenTofu) for the role. */
export const roleTerraform = (target: SetupTarget, principalArn: string, externalId: string): string => {
  const { roleName, rolePath } = roleNameOf(target.roleArn);
  return `terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

locals {
  sluice_trust_policy = ${hcl(trustPolicy(principalArn, externalId))}
  sluice_bucket_policy = ${hcl(bucketPolicy(target, 'aws'))}
}

resource "aws_iam_role" "sluice" {
  name               = ${hcl(roleName)}
  path               = ${hcl(rolePath)}
  description        = "Lets Sluice process the documents of one bucket."
  assume_role_policy = jsonencode(local.sluice_trust_policy)
}

resource "aws_iam_role_policy" "sluice" {
  name   = ${hcl(`${SLUICE}-bucket`)}
  role   = aws_iam_role.sluice.id
  policy = jsonencode(local.sluice_bucket_policy)
}

output "sluice_role_arn" {
  description = "The ARN to enter in Sluice."
  value       = aws_iam_role.sluice.arn
}
`;
};
