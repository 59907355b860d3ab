import type { SetupPermission } from '@sluice/shared';
import { literal, literalInArn, type PolicyDialect, partitionOf } from './policy-text.ts';
import type { SetupTarget } from './setup-target.ts';

interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?: { readonly AWS: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

type Location = Pick<SetupTarget, 'bucket' | 'region' | 'inputPrefix' | 'outputPrefix' | 'kmsKeyArn'>;

/**
 * What the product does with a bucket, and nothing else: list the input folder, read it, write, read back and delete in
 * the output folder. Deleting is for the probe of a connection test alone.
 */
export const bucketPolicy = (location: Location, dialect: PolicyDialect): Policy => {
  const { inputPrefix, outputPrefix, kmsKeyArn } = location;
  const arn = `arn:${dialect === 'aws' ? partitionOf(location.region) : 'aws'}:s3:::${location.bucket}`;
  const output = `${arn}/${literalInArn(outputPrefix, dialect)}*`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ListInput',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: arn,
        // A whole bucket is listed without a prefix, and a condition on a prefix refuses a request that has none.
        ...(inputPrefix === ''
          ? {}
          : { Condition: { StringLike: { 's3:prefix': `${literal(inputPrefix, dialect)}*` } } }),
      },
      {
        Sid: 'ReadInput',
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: `${arn}/${literalInArn(inputPrefix, dialect)}*`,
      },
      {
        Sid: 'WriteOutput',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        Resource: output,
      },
      ...(kmsKeyArn === null || dialect !== 'aws' ? [] : [kmsStatement(kmsKeyArn, location.region)]),
    ],
  };
};

/** By way of S3 in the bucket's region only: the key opens nothing else for us. */
const kmsStatement = (kmsKeyArn: string, region: string): PolicyStatement => ({
  Sid: 'UseKey',
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
  Resource: kmsKeyArn,
  Condition: { StringEquals: { 'kms:ViaService': viaS3(region) } },
});

/** The name by which KMS knows S3 of a region. */
const viaS3 = (region: string): string =>
  `s3.${region}.amazonaws.com${partitionOf(region) === 'aws-cn' ? '.cn' : ''}`;

/** The same as a bucket policy, for one identity. */
export const withPrincipal = ({ Version, Statement }: Policy, principal: string): Policy => ({
  Version,
  Statement: Statement.map(({ Sid, Effect, ...rest }) => ({
    Sid,
    Effect,
    Principal: { AWS: principal },
    ...rest,
  })),
});

/** The permissions in words. */
export const bucketPermissions = ({
  bucket,
  inputPrefix,
  outputPrefix,
  kmsKeyArn,
}: Location): SetupPermission[] => [
  {
    action: 's3:ListBucket',
    on: inputPrefix === '' ? bucket : `${bucket}, for the prefix ${inputPrefix}`,
    why: 'To find documents.',
  },
  { action: 's3:GetObject', on: `${bucket}/${inputPrefix}*`, why: 'To read documents.' },
  { action: 's3:PutObject', on: `${bucket}/${outputPrefix}*`, why: 'To write results.' },
  {
    action: 's3:GetObject',
    on: `${bucket}/${outputPrefix}*`,
    why: 'To see what lies there before writing, and to open results. The connection test reads back the file it wrote.',
  },
  {
    action: 's3:DeleteObject',
    on: `${bucket}/${outputPrefix}*`,
    why: 'For the connection test, to delete the file it wrote. Nothing else is ever deleted.',
  },
  ...(kmsKeyArn === null
    ? []
    : [
        { action: 'kms:Decrypt', on: kmsKeyArn, why: 'To read objects encrypted with the key.' },
        { action: 'kms:GenerateDataKey', on: kmsKeyArn, why: 'To write objects encrypted with the key.' },
      ]),
];
