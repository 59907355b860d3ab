import { type EgressPolicy, egressFetch } from '@sluice/egress';
import type { AwsCredentials } from './credentials.ts';
import { createSigner, type SignedRequest, type SignInput } from './signer.ts';

/** `duplex` is wanted by Node for streams and unknown to the types of workerd, which ignores it. */
type StreamingInit = RequestInit & { duplex?: 'half' };

/**
 * Sends what a signer signed. One attempt, redirects returned; for errors see `egressFetch`.
 *
 * The URL goes as a string with init: a Request object would lose body and signal on its way.
 */
export const sendSigned = async (
  signed: SignedRequest,
  egress: EgressPolicy,
  signal?: AbortSignal,
): Promise<Response> => {
  const init: StreamingInit = { method: signed.method, headers: signed.headers };
  if (signed.body !== null) init.body = signed.body;
  if (signed.body instanceof ReadableStream) init.duplex = 'half';
  if (signal !== undefined) init.signal = signal;
  return egressFetch(signed.url, init, egress);
};

export interface SignedFetchInput extends SignInput {
  readonly credentials: AwsCredentials;
  readonly service: string;
  readonly region: string;
  readonly egress: EgressPolicy;
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number;
}

/**
 * Signs and sends one request. For many under one identity keep a signer: it remembers the derived key.
 *
 * @throws SluiceError as `createSigner` and `egressFetch`; an HTTP error status is returned, not thrown.
 */
export const signedFetch = async (input: SignedFetchInput): Promise<Response> => {
  const { credentials, service, region, clock, egress, signal, ...request } = input;
  const signer = createSigner({ credentials, service, region, ...(clock === undefined ? {} : { clock }) });
  return sendSigned(await signer.sign(request), egress, signal);
};
