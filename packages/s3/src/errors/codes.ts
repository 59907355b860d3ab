import type { ErrorCode } from '@sluice/shared';

/**
 * Provider codes whose meaning depends on nothing else. Sources: Amazon S3 "Error responses", Cloudflare R2 "Error
 * codes", Backblaze B2 S3 API, MinIO and Ceph sources.
 */
export const CODES: Readonly<Record<string, ErrorCode>> = {
  InvalidAccessKeyId: 'credentials_unknown',
  InvalidClientTokenId: 'credentials_unknown',
  NoSuchKeyId: 'credentials_unknown',
  // R2's word for a key it does not know; what a known key may not do is AccessDenied there as elsewhere.
  Unauthorized: 'credentials_unknown',
  AccountProblem: 'credentials_unknown',
  SignatureDoesNotMatch: 'credentials_wrong_secret',
  InvalidSecurity: 'credentials_wrong_secret',
  ExpiredToken: 'credentials_expired',
  ExpiredTokenException: 'credentials_expired',
  TokenRefreshRequired: 'credentials_expired',
  InvalidToken: 'credentials_expired',
  AccessDenied: 'access_denied',
  AllAccessDisabled: 'access_denied',
  Forbidden: 'access_denied',
  NotSignedUp: 'access_denied',
  InvalidPayer: 'access_denied',
  NoSuchBucket: 'bucket_not_found',
  InvalidBucketName: 'bucket_not_found',
  NoSuchKey: 'object_not_found',
  NoSuchVersion: 'object_not_found',
  // The object is shorter than the listing, or an earlier look at it, made us believe.
  InvalidRange: 'object_changed',
  PermanentRedirect: 'addressing_wrong',
  TemporaryRedirect: 'addressing_wrong',
  Redirect: 'addressing_wrong',
  IllegalLocationConstraintException: 'region_wrong',
  IncorrectEndpoint: 'region_wrong',
  InvalidRegionName: 'region_wrong',
  InvalidLocationConstraint: 'region_wrong',
  RequestTimeTooSkewed: 'clock_skew',
  RequestExpired: 'clock_skew',
  InvalidObjectState: 'object_archived',
  ObjectInArchive: 'object_archived',
  KeyTooLongError: 'object_name_unusable',
  KeyTooLong: 'object_name_unusable',
  InvalidObjectName: 'object_name_unusable',
  InvalidURI: 'object_name_unusable',
  XMinioInvalidObjectName: 'object_name_unusable',
  XMinioInvalidResourceName: 'object_name_unusable',
  EntityTooLarge: 'object_too_large',
  MetadataTooLarge: 'object_too_large',
  MaxMessageLengthExceeded: 'object_too_large',
  QuotaExceeded: 'quota_exceeded',
  QuotaExceededException: 'quota_exceeded',
  XMinioAdminBucketQuotaExceeded: 'quota_exceeded',
  XMinioStorageFull: 'quota_exceeded',
  InsufficientStorage: 'quota_exceeded',
  StorageCapExceeded: 'quota_exceeded',
  TransactionCapExceeded: 'quota_exceeded',
  TooManyBuckets: 'quota_exceeded',
  SlowDown: 'throttled',
  SlowDownRead: 'throttled',
  SlowDownWrite: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  TooManyRequests: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  ServiceUnavailable: 'upstream_unavailable',
  InternalError: 'upstream_unavailable',
  InternalServerError: 'upstream_unavailable',
  OperationAborted: 'upstream_unavailable',
  XMinioServerNotInitialized: 'upstream_unavailable',
  XMinioReadQuorum: 'upstream_unavailable',
  XMinioWriteQuorum: 'upstream_unavailable',
  ConditionalRequestConflict: 'upstream_unavailable',
  RequestTimeout: 'upstream_timeout',
  NotImplemented: 'unsupported_by_provider',
  MethodNotAllowed: 'unsupported_by_provider',
  // What we sent arrived as something else: a proxy between us and the storage, or a stream that broke.
  XAmzContentSHA256Mismatch: 'upstream_invalid',
  BadDigest: 'upstream_invalid',
  InvalidDigest: 'upstream_invalid',
  IncompleteBody: 'upstream_invalid',
  MissingContentLength: 'upstream_invalid',
  NoSuchUpload: 'upstream_invalid',
  InvalidPart: 'upstream_invalid',
  InvalidPartOrder: 'upstream_invalid',
  EntityTooSmall: 'upstream_invalid',
  BucketAlreadyExists: 'object_exists',
  BucketAlreadyOwnedByYou: 'object_exists',
};

/** AWS says these with the key it does not accept: SSE-KMS. A refusal of the key itself comes as AccessDenied. */
export const isKmsCode = (code: string): boolean => code.startsWith('KMS.') || code.startsWith('Kms');

/** By status alone, for answers without a body (HEAD) or of servers that send none. */
export const codeOfStatus = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'access_denied';
  if (status === 408) return 'upstream_timeout';
  if (status === 416) return 'object_changed';
  if (status === 413) return 'object_too_large';
  if (status === 429) return 'throttled';
  if (status === 501 || status === 405) return 'unsupported_by_provider';
  if (status === 503) return 'throttled';
  if (status === 504) return 'upstream_timeout';
  if (status === 507) return 'quota_exceeded';
  if (status >= 500) return 'upstream_unavailable';
  return 'upstream_invalid';
};
