import { type ErrorCode, type ProcessResult, SluiceError } from '@sluice/shared';

/** What says more than the status. */
const BY_PROVIDER_CODE: Readonly<Record<string, ErrorCode>> = {
  NoSuchBucket: 'bucket_not_found',
  InvalidObjectState: 'object_archived',
  SignatureDoesNotMatch: 'credentials_wrong_secret',
  InvalidAccessKeyId: 'credentials_unknown',
  ExpiredToken: 'credentials_expired',
  RequestTimeTooSkewed: 'clock_skew',
  SlowDown: 'throttled',
};

const byStatus = (status: number): ErrorCode => {
  if (status === 404) return 'object_not_found';
  if (status === 412) return 'object_changed';
  if (status === 401 || status === 403) return 'access_denied';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'upstream_unavailable';
  return status === 0 ? 'upstream_timeout' : 'upstream_invalid';
};

const DETAILS: Partial<Record<ErrorCode, string>> = {
  access_denied: 's3:GetObject was refused on the object.',
  upstream_timeout: 'The download broke off or did not finish in time.',
};

/** Why the processor did not get the bytes it was promised. */
export const sourceError = ({
  status,
  providerCode,
}: Extract<ProcessResult, { outcome: 'source_failed' }>): SluiceError => {
  const named =
    providerCode !== null && Object.hasOwn(BY_PROVIDER_CODE, providerCode)
      ? BY_PROVIDER_CODE[providerCode]
      : undefined;
  const code = named ?? byStatus(status);
  const detail =
    code === 'upstream_invalid' ? `The download was answered with status ${status}.` : DETAILS[code];
  return new SluiceError(code, {
    providerStatus: status,
    ...(providerCode === null ? {} : { providerCode }),
    ...(detail === undefined ? {} : { detail }),
  });
};
