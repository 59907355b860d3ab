/** The permission each operation needs, as customers write it in a policy. */
export const ACTIONS = {
  HeadBucket: 's3:ListBucket',
  CreateBucket: 's3:CreateBucket',
  ListObjects: 's3:ListBucket',
  HeadObject: 's3:GetObject',
  GetObject: 's3:GetObject',
  PutObject: 's3:PutObject',
  CopyObject: 's3:PutObject',
  DeleteObject: 's3:DeleteObject',
  DeleteObjects: 's3:DeleteObject',
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  GetBucketPolicy: 's3:GetBucketPolicy',
} as const;

export type Operation = keyof typeof ACTIONS;

/** What was attempted, for messages. */
export interface OperationContext {
  readonly operation: Operation;
  readonly bucket: string;
  /** Key or prefix concerned. */
  readonly key?: string;
  /** The region requests are signed for. */
  readonly region: string;
  /** Which condition a 412 (or a 304) speaks of. */
  readonly condition?: 'if_match' | 'if_none_match';
  /** `the S3 server`, `Amazon S3`. */
  readonly providerLabel: string;
}

/** Bucket and folder of the object: enough for a policy, and never the name of a customer's document. */
export const describeResource = (context: OperationContext): string => {
  if (
    context.key === undefined ||
    context.operation === 'HeadBucket' ||
    context.operation === 'CreateBucket'
  ) {
    return context.bucket;
  }
  const folder = context.key.slice(0, context.key.lastIndexOf('/') + 1);
  if (context.operation === 'ListObjects')
    return folder === '' ? context.bucket : `${context.bucket} (prefix ${folder})`;
  return `${context.bucket}/${folder}*`;
};
