export { openBucket, type S3Client } from './client.ts';
export { parseErrorAnswer, readErrorAnswer } from './errors/answer.ts';
export { translateAnswer } from './errors/translate.ts';
export { ACTIONS, type Operation, type OperationContext } from './operations.ts';
export type { CopyInput } from './ops/copy.ts';
export type { DeleteManyResult } from './ops/delete.ts';
export type { S3ObjectHead, WriteResult } from './ops/heads.ts';
export type { S3ListPage, S3ListPageInput } from './ops/list.ts';
export type { PresignGetOptions } from './ops/presign.ts';
export type { S3PutInput } from './ops/put.ts';
export type { GetOptions, GetResult } from './ops/read.ts';
export type { UploadStreamInput } from './ops/upload-stream.ts';
export { PATIENCE } from './patience.ts';
export {
  type AddressingStyle,
  type Profile,
  type ProviderConfig,
  type ProviderKind,
  resolveProfile,
} from './profiles.ts';
export type { RetryPolicy } from './retry.ts';
export type { RequestRecord, S3Options } from './transport.ts';
export { describeKeyProblem } from './url.ts';
