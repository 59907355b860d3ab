import { literal, partitionOf } from './policy-text.ts';
import { roleNameOf } from './role-trust.ts';
import { type SetupTarget, SLUICE } from './setup-target.ts';

/** What the role template asks for, as text, by the name of the parameter. Names of folders are policy text already. */
export interface RoleParameters {
  readonly RoleName: string;
  readonly RolePath: string;
  readonly PrincipalArn: string;
  readonly ExternalId: string;
  readonly BucketName: string;
  readonly InputPrefix: string;
  readonly OutputPrefix: string;
  readonly KmsKeyArn: string;
}

/** The parameters of an integration. */
export const roleParameters = (
  target: SetupTarget,
  principalArn: string,
  externalId: string,
): RoleParameters => {
  const { roleName, rolePath } = roleNameOf(target.roleArn);
  return {
    RoleName: roleName,
    RolePath: rolePath,
    PrincipalArn: principalArn,
    ExternalId: externalId,
    BucketName: target.bucket,
    InputPrefix: literal(target.inputPrefix, 'aws'),
    OutputPrefix: literal(target.outputPrefix, 'aws'),
    KmsKeyArn: target.kmsKeyArn ?? '',
  };
};

const PARAMETERS = {
  RoleName: {
    Description: 'Name of the role to create.',
    AllowedPattern: String.raw`^[\w+=,.@-]{1,64}$`,
    Default: SLUICE,
  },
  RolePath: {
    Description: 'Path of the role.',
    AllowedPattern: String.raw`^/([\w+=,.@-]+/)*$`,
    Default: '/',
  },
  PrincipalArn: {
    Description: 'Who may assume the role.',
    AllowedPattern: String.raw`^arn:aws[a-z-]*:(iam|sts)::\d{12}:.+$`,
  },
  ExternalId: {
    Description: 'What must be sent to assume the role. Shown with the integration; do not change it.',
    AllowedPattern: String.raw`^[\w+=,.@:/-]{32,128}$`,
  },
  BucketName: { Description: 'The bucket.', AllowedPattern: '^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$' },
  InputPrefix: {
    Description: 'Folder to read, ending in a slash; empty for the whole bucket.',
    AllowedPattern: '^(|[^/](.*/)?)$',
    Default: '',
  },
  OutputPrefix: {
    Description: 'Folder to write to, ending in a slash.',
    AllowedPattern: '^[^/].*/$|^[^/]/$',
  },
  KmsKeyArn: {
    Description: 'ARN of the KMS key that encrypts the bucket; empty when there is none.',
    AllowedPattern: String.raw`^(|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+)$`,
    Default: '',
  },
} as const satisfies Record<
  keyof RoleParameters,
  { Description: string; AllowedPattern: string; Default?: string }
>;

const sub = (text: string): { 'Fn::Sub': string } => ({ 'Fn::Sub': text });
const BUCKET = `arn:\${AWS::Partition}:s3:::\${BucketName}`;
const NOTHING = { Ref: 'AWS::NoValue' };

/**
 * A CloudFormation template that creates the role: the same for every tenant but for its parameters, so that one copy can
 * be published for quick-create links. Given parameters become the defaults.
 */
export const roleTemplate = (parameters: Partial<RoleParameters> = {}): Record<string, unknown> => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description:
    'A role that lets Sluice read documents from one folder of a bucket and write results to another.',
  Parameters: Object.fromEntries(
    Object.entries(PARAMETERS).map(([name, parameter]) => {
      const value = parameters[name as keyof RoleParameters];
      return [name, { Type: 'String', ...parameter, ...(value === undefined ? {} : { Default: value }) }];
    }),
  ),
  Conditions: {
    HasInputPrefix: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'InputPrefix' }, ''] }] },
    HasKmsKey: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'KmsKeyArn' }, ''] }] },
  },
  Resources: {
    SluiceRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: { Ref: 'RoleName' },
        Path: { Ref: 'RolePath' },
        Description: 'Lets Sluice process the documents of one bucket.',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'LetSluiceIn',
              Effect: 'Allow',
              Principal: { AWS: { Ref: 'PrincipalArn' } },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
            },
          ],
        },
        Policies: [
          {
            PolicyName: `${SLUICE}-bucket`,
            PolicyDocument: { Version: '2012-10-17', Statement: STATEMENTS },
          },
        ],
      },
    },
  },
  Outputs: {
    RoleArn: {
      Description: 'The ARN to enter in Sluice.',
      Value: { 'Fn::GetAtt': ['SluiceRole', 'Arn'] },
    },
  },
});

/** The statements of {@link bucketPolicy}, with parameters in place of names. */
const STATEMENTS: readonly unknown[] = [
  {
    Sid: 'ListInput',
    Effect: 'Allow',
    Action: 's3:ListBucket',
    Resource: sub(BUCKET),
    Condition: {
      'Fn::If': ['HasInputPrefix', { StringLike: { 's3:prefix': sub(`\${InputPrefix}*`) } }, NOTHING],
    },
  },
  {
    Sid: 'ReadInput',
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: sub(`${BUCKET}/\${InputPrefix}*`),
  },
  {
    Sid: 'WriteOutput',
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
    Resource: sub(`${BUCKET}/\${OutputPrefix}*`),
  },
  {
    'Fn::If': [
      'HasKmsKey',
      {
        Sid: 'UseKey',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: { Ref: 'KmsKeyArn' },
        // Of the region the key is in, which is the bucket's.
        Condition: {
          StringEquals: {
            'kms:ViaService': {
              'Fn::Sub': [
                `s3.\${KeyRegion}.\${AWS::URLSuffix}`,
                { KeyRegion: { 'Fn::Select': [3, { 'Fn::Split': [':', { Ref: 'KmsKeyArn' }] }] } },
              ],
            },
          },
        },
      },
      NOTHING,
    ],
  },
];

const CONSOLES = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
} as const;

/** A link that opens the AWS console with the stack filled in; the template must lie in S3. */
export const quickCreateUrl = (templateUrl: string, region: string, parameters: RoleParameters): string => {
  const query = new URLSearchParams({ templateURL: templateUrl, stackName: stackNameOf(parameters) });
  for (const [name, value] of Object.entries(parameters)) query.set(`param_${name}`, value);
  const text = query.toString().replaceAll('+', '%20');
  return `https://${CONSOLES[partitionOf(region)]}/cloudformation/home?region=${encodeURIComponent(region)}#/stacks/quickcreate?${text}`;
};

/** Letters, digits and hyphens, beginning with a letter, at most 128. */
export const stackNameOf = ({ RoleName }: Pick<RoleParameters, 'RoleName'>): string =>
  `role-${RoleName.replaceAll(/[^A-Za-z0-9]+/g, '-')}`.slice(0, 128);
