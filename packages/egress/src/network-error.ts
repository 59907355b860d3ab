import { SluiceError } from '@sluice/shared';

/** Node's and undici's codes, in words. workerd says nothing more than "Network connection lost". */
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not exist',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
};

/** The same for what goes wrong between the connection and the first byte: the server is there, and cannot be trusted. */
const TLS_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its TLS certificate has expired',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its TLS certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its TLS certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its TLS certificate is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its TLS certificate is not trusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its TLS certificate is for another name',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

const codeOf = (error: unknown, depth = 0): string | null => {
  if (typeof error !== 'object' || error === null || depth > 3) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause, depth + 1) : null;
};

const sluiceErrorIn = (error: unknown, depth = 0): SluiceError | null => {
  if (error instanceof SluiceError) return error;
  if (typeof error !== 'object' || error === null || depth > 3 || !('cause' in error)) return null;
  return sluiceErrorIn(error.cause, depth + 1);
};

/** workerd by itself (not Cloudflare's network, which answers 525 or 526) says no more of either than this. */
const reasonInWords = (error: unknown): string | undefined =>
  error instanceof Error && error.message.startsWith('internal error')
    ? 'the name does not exist, or its TLS certificate is not accepted'
    : undefined;

/**
 * What the runtime threw while connecting, sending or reading, as `endpoint_unreachable`, `tls_failed` or `upstream_timeout`. The
 * original is not kept as the cause: its message may repeat the URL, and a presigned URL is a secret. An error of ours
 * that travelled through a stream comes out as it was.
 */
export const translateNetworkError = (error: unknown, hostname: string): SluiceError => {
  const own = sluiceErrorIn(error);
  if (own !== null) return own;
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new SluiceError('upstream_timeout', { detail: `${hostname} did not finish its answer in time.` });
  }
  const code = codeOf(error);
  const tls = code === null ? undefined : TLS_REASONS[code];
  const reason = tls ?? (code === null ? reasonInWords(error) : REASONS[code]);
  return new SluiceError(tls === undefined ? 'endpoint_unreachable' : 'tls_failed', {
    detail: `${hostname}: ${reason ?? 'the connection failed'}.`,
    ...(code === null ? {} : { cause: code }),
  });
};
