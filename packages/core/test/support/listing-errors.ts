import type { ErrorCode } from '@sluice/shared';

/** What a listing can fail with. */
export const LISTING_ERRORS = [
  'access_denied',
  'bucket_not_found',
  'credentials_expired',
  'endpoint_unreachable',
  'throttled',
  'upstream_invalid',
  'upstream_timeout',
  'upstream_unavailable',
] as const satisfies readonly ErrorCode[];
