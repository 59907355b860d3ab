import { SluiceError } from '@sluice/shared';
import { describeAddressProblem, isIpLiteral, isLoopbackAddress } from './address.ts';
import { checkDestination, type EndpointPolicy } from './endpoint.ts';
import { translateNetworkError } from './network-error.ts';

const DEFAULT_HEADERS_TIMEOUT_MS = 20_000;
const DEFAULT_TOTAL_TIMEOUT_MS = 300_000;

export interface EgressPolicy extends EndpointPolicy {
  /** From the call to the answer's headers, upload included. Default 20 s. */
  readonly headersTimeoutMs?: number;
  /** From the call to the last byte of the answer. Default 5 min. */
  readonly totalTimeoutMs?: number;
  /** The answer's body fails with `upstream_invalid` past this size. Default: not limited. */
  readonly maxResponseBytes?: number;
  /**
   * Looks the host up before the connection and refuses private addresses. For Node, where the runtime does not:
   * `(host) => dns.promises.lookup(host, {all: true}).then((all) => all.map((one) => one.address))`.
   */
  readonly resolveHost?: (hostname: string) => Promise<readonly string[]>;
  /** Stands in for the runtime's fetch. Tests only. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** As for `fetch`, less what the policy decides itself. */
export type EgressFetchInit = Omit<RequestInit, 'redirect'>;

const isWorkerd = (): boolean =>
  (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers';

/**
 * Node's fetch sends `Cache-Control: no-cache` of its own with If-Match and If-None-Match, and S3 stores that header
 * with the object. This mode keeps it from doing so (there is no cache); workerd does neither and refuses the mode.
 */
const NODE_ONLY = (isWorkerd() ? {} : { cache: 'force-cache' }) as RequestInit;

const checkResolved = async (url: URL, policy: EgressPolicy): Promise<void> => {
  if (policy.resolveHost === undefined || isIpLiteral(url.hostname)) return;
  let addresses: readonly string[];
  try {
    addresses = await policy.resolveHost(url.hostname);
  } catch (error) {
    throw translateNetworkError(error, url.hostname);
  }
  for (const address of addresses) {
    if (policy.mode === 'allow-loopback' && isLoopbackAddress(address)) continue;
    const problem = describeAddressProblem(address);
    if (problem === null) continue;
    throw new SluiceError('endpoint_refused', {
      detail: `The endpoint host ${url.hostname} resolves to ${problem}. Use a name with a public address.`,
    });
  }
};

const limitBody = (response: Response, maxBytes: number): Response => {
  if (response.body === null) return response;
  const tooLarge = (): SluiceError =>
    new SluiceError('upstream_invalid', {
      detail: `The answer is larger than the ${maxBytes} bytes allowed for it.`,
    });
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    response.body.cancel().catch(() => undefined);
    throw tooLarge();
  }
  let seenBytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      seenBytes += chunk.byteLength;
      if (seenBytes > maxBytes) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
  });
};

/**
 * The one way out: `fetch` to a place a tenant chose, under the policy that was also applied when it was saved.
 *
 * Redirects are returned, never followed. A body that outlives `totalTimeoutMs` errors with a `TimeoutError`.
 *
 * @throws SluiceError `endpoint_refused`, `endpoint_unreachable`, `upstream_timeout`, `upstream_invalid` (size), or
 * `unavailable` when the caller's own signal cancelled it.
 */
export const egressFetch = async (
  target: string | URL,
  init: EgressFetchInit,
  policy: EgressPolicy,
): Promise<Response> => {
  const text = typeof target === 'string' ? target : target.href;
  if (!URL.canParse(text)) throw new SluiceError('endpoint_refused', { detail: 'Not a valid address.' });
  const url = new URL(text);
  checkDestination(url, policy);
  await checkResolved(url, policy);

  const headersTimeoutMs = policy.headersTimeoutMs ?? DEFAULT_HEADERS_TIMEOUT_MS;
  const headersTimeout = new AbortController();
  const timer = setTimeout(() => headersTimeout.abort(), headersTimeoutMs);
  const totalTimeout = AbortSignal.timeout(Math.ceil(policy.totalTimeoutMs ?? DEFAULT_TOTAL_TIMEOUT_MS));
  const callerSignal = init.signal ?? null;
  const signals = [headersTimeout.signal, totalTimeout, ...(callerSignal === null ? [] : [callerSignal])];
  try {
    const send = policy.fetch ?? fetch;
    // As given: serialising the URL anew could respell what was signed.
    const response = await send(text, {
      ...NODE_ONLY,
      ...init,
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    });
    return policy.maxResponseBytes === undefined ? response : limitBody(response, policy.maxResponseBytes);
  } catch (error) {
    if (callerSignal?.aborted === true) {
      throw new SluiceError('unavailable', { detail: 'The operation was cancelled.' });
    }
    if (headersTimeout.signal.aborted || totalTimeout.aborted) {
      throw new SluiceError('upstream_timeout', {
        detail: `No answer from ${url.hostname} within ${Math.round(headersTimeoutMs / 1000)} s.`,
      });
    }
    throw translateNetworkError(error, url.hostname);
  } finally {
    clearTimeout(timer);
  }
};
