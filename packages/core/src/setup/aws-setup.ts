import type { S3Setup, SetupArtefact } from '@sluice/shared';
import { bucketPermissions, bucketPolicy } from './bucket-policy.ts';
import { quickCreateUrl, roleParameters, roleTemplate, stackNameOf } from './role-template.ts';
import { roleTerraform } from './role-terraform.ts';
import { trustPolicy } from './role-trust.ts';
import {
  type AwsIdentity,
  commands,
  jsonArtefact,
  policyArtefact,
  type SetupTarget,
  SLUICE,
  shellWord,
} from './setup-target.ts';

const POLICY_FILE = 'sluice-policy.json';
const TEMPLATE_FILE = 'sluice-role.template.json';

const iamPolicy = (target: SetupTarget): SetupArtefact =>
  policyArtefact('iam_policy', 'Least-privilege IAM policy', POLICY_FILE, bucketPolicy(target, 'aws'));

const notesOf = ({ inputPrefix, kmsKeyArn }: SetupTarget): string[] => [
  ...(inputPrefix === ''
    ? ['The input is the whole bucket, so the policy lets us list and read all of it.']
    : []),
  ...(kmsKeyArn === null
    ? [
        'If the bucket is encrypted with a KMS key of yours, ask for this setup with kmsKeyArn, and see that the policy of the key lets your account use it by IAM.',
      ]
    : ['The policy of the KMS key must let your account use it by IAM, as it does unless it was changed.']),
  ...(/[\u0100-\uffff]/.test(inputPrefix)
    ? ['The folder has characters IAM takes only as escapes in a policy; they are written that way.']
    : []),
];

/** For an AWS role. Without a principal or an external id there is nobody to trust yet, so only the policy is given. */
export const roleSetup = (target: SetupTarget, identity: AwsIdentity): S3Setup => {
  const { principalArn, templateUrl } = identity;
  const { externalId } = target;
  const complete = principalArn !== null && externalId !== null;
  return {
    provider: target.provider,
    principalArn,
    externalId,
    permissions: bucketPermissions(target),
    artefacts: [
      ...(complete ? roleArtefacts(target, principalArn, externalId, templateUrl) : []),
      iamPolicy(target),
    ],
    notes: [
      ...(principalArn === null
        ? [
            'This installation has no AWS identity, so it cannot assume roles. Use an access key, or ask its operator.',
          ]
        : []),
      ...(externalId === null
        ? [
            'The external id is made when the integration is saved; the trust policy and templates come with it.',
          ]
        : []),
      'The external id keeps others from having us use your role. It is no secret, and never changes.',
      ...notesOf(target),
    ],
  };
};

const roleArtefacts = (
  target: SetupTarget,
  principalArn: string,
  externalId: string,
  templateUrl: string | null,
): SetupArtefact[] => {
  const parameters = roleParameters(target, principalArn, externalId);
  const stack = stackNameOf(parameters);
  return [
    ...(templateUrl === null
      ? []
      : [
          {
            name: 'cloudformation_quick_create' as const,
            title: 'Create the role in the AWS console',
            format: 'url' as const,
            fileName: null,
            content: quickCreateUrl(templateUrl, target.region, parameters),
          },
        ]),
    jsonArtefact(
      'cloudformation_template',
      'CloudFormation template of the role, filled in',
      TEMPLATE_FILE,
      roleTemplate(parameters),
    ),
    {
      name: 'terraform',
      title: 'Terraform of the role',
      format: 'hcl',
      fileName: 'sluice.tf',
      content: roleTerraform(target, principalArn, externalId),
    },
    commands('Create the role with the AWS CLI', [
      `aws cloudformation deploy --region ${shellWord(target.region)} --stack-name ${stack} --template-file ${TEMPLATE_FILE} --capabilities CAPABILITY_NAMED_IAM`,
    ]),
    policyArtefact(
      'trust_policy',
      'Trust policy of the role',
      'sluice-trust.json',
      trustPolicy(principalArn, externalId),
    ),
  ];
};

/** For an access key of AWS: a user with the policy, and a key of that user. */
export const accessKeySetup = (target: SetupTarget): S3Setup => ({
  provider: target.provider,
  principalArn: null,
  externalId: null,
  permissions: bucketPermissions(target),
  artefacts: [
    iamPolicy(target),
    commands('Create a user and its access key with the AWS CLI', [
      `aws iam create-user --user-name ${SLUICE}`,
      `aws iam put-user-policy --user-name ${SLUICE} --policy-name ${SLUICE}-bucket --policy-document file://${POLICY_FILE}`,
      `aws iam create-access-key --user-name ${SLUICE}`,
    ]),
  ],
  notes: ['A role needs no secret to change hands; prefer it where you can.', ...notesOf(target)],
});
