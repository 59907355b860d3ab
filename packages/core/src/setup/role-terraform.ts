import { bucketPolicy } from './bucket-policy.ts';
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

/** A value of strings, lists and objects as an HCL expression. */
const hcl = (value: unknown, indent = '  '): string => {
  if (typeof value === 'string') return hclString(value);
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return `[\n${value.map((item) => `${inner}${hcl(item, inner)},\n`).join('')}${indent}]`;
  if (typeof value !== 'object' || value === null)
    throw new Error('only strings, lists and objects have a place here');
  const fields = Object.entries(value).map(([name, field]) => ({
    name: hclString(name),
    text: hcl(field, inner),
  }));
  return `{\n${fields
    .map(({ name, text }, at) => `${inner}${name.padEnd(widthAt(fields, at))} = ${text}\n`)
    .join('')}${indent}}`;
};

/** How wide names are written, as `terraform fmt` does: neighbours of one line each stand in a column. */
const widthAt = (fields: readonly { name: string; text: string }[], at: number): number => {
  const isLong = (index: number): boolean => fields[index]?.text.includes('\n') ?? true;
  if (isLong(at)) return 0;
  let [first, last] = [at, at];
  while (!isLong(first - 1)) first -= 1;
  while (!isLong(last + 1)) last += 1;
  return Math.max(...fields.slice(first, last + 1).map(({ name }) => name.length));
};

/** A quoted string. What would begin a template in it is written with its first character by number. */
const hclString = (text: string): string =>
  `"${text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is escaped
    .replaceAll(/[\u0000-\u001f\u007f]|[$%](?=\{)/g, (character) => `\\u${hex(character)}`)}"`;

const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
