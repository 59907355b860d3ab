import { SluiceError } from '@sluice/shared';
import { describeAddressProblem, isIpLiteral, isLoopbackAddress } from './address.ts';
import { describeNameProblem, isLocalhostName } from './names.ts';
import { isPortAllowed } from './ports.ts';

/**
 * - `strict`: public https only. The only mode of a deployment that serves customers.
 * - `allow-loopback`: also http and https on this machine, any port. Development and tests.
 */
export type EgressMode = 'strict' | 'allow-loopback';

export interface EndpointPolicy {
  readonly mode: EgressMode;
  /** Zones of our own that a customer's endpoint must not lead into, with everything below them. */
  readonly ownZones?: readonly string[];
  /** Accept a path, for servers that answer S3 below a prefix. Loopback endpoints may always have one. */
  readonly allowPath?: boolean;
}

const refuse = (problem: string, wayOut: string): SluiceError =>
  new SluiceError('endpoint_refused', { detail: `${problem}. ${wayOut}` });

const WAY_OUT = 'Use the public https address of the storage provider, such as https://s3.example.com.';

/** Only the host is shown: user name, path and query of a pasted address may hold secrets. */
const shown = (url: URL): string => url.hostname.slice(0, 100);

/**
 * Checks where a URL leads, and nothing else: scheme, user name, host and port. Path and query are the caller's.
 *
 * DNS cannot be looked up in a Worker, so a public name that resolves to a private address passes here; in
 * production the compatibility flag `global_fetch_strictly_public` makes the runtime refuse that connection, and on
 * Node a `resolveHost` hook of {@link import('./fetch.ts').egressFetch} does.
 *
 * @throws SluiceError `endpoint_refused`
 */
export const checkDestination = (url: URL, policy: EndpointPolicy): void => {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse('The endpoint is not a web address', WAY_OUT);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse(
      'The endpoint contains a user name or password',
      'Enter the address without the part before @.',
    );
  }
  const host = url.hostname;
  if (host === '') throw refuse('The endpoint has no host name', WAY_OUT);
  const loopback = isLoopbackAddress(host) || (isLocalhostName(host) && !host.endsWith('.'));
  if (loopback && policy.mode === 'allow-loopback') return;
  const isAddress = isIpLiteral(host);
  const problem = isAddress ? describeAddressProblem(host) : describeNameProblem(host, policy.ownZones ?? []);
  if (problem !== null) throw refuse(`The endpoint host ${shown(url)} is ${problem}`, WAY_OUT);
  if (url.protocol !== 'https:') {
    throw refuse(
      'The endpoint uses http',
      `Use https://${shown(url)}; credentials and documents never travel in clear.`,
    );
  }
  if (!isPortAllowed(url.port)) {
    throw refuse(
      `Port ${url.port} is not allowed`,
      'Use port 443, or a port above 1023 on which the S3 API answers.',
    );
  }
};

/** Refuses what the WHATWG parser would quietly repair: what the reader sees must be what is connected to. */
const checkSpelling = (text: string): void => {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  if (/[\u0000-\u0020\u007f\\]/.test(text)) {
    throw refuse(
      'The endpoint contains a space, line break or backslash',
      'Enter the address again on one line.',
    );
  }
  const authority = /^https?:\/\/([^/?#]+)/i.exec(text)?.[1];
  if (authority === undefined) throw refuse('The endpoint does not begin with https://', WAY_OUT);
  if (authority.includes('%')) throw refuse('The endpoint host contains percent-encoding', WAY_OUT);
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII is looked for
  if (/[^\u0000-\u007f]/.test(authority)) {
    throw refuse(
      'The endpoint host contains letters that can be mistaken for others',
      'Write an international name in its ASCII form (xn--…).',
    );
  }
};

/**
 * Checks an endpoint as a tenant entered it, and returns it parsed, without a trailing slash in its path.
 *
 * @throws SluiceError `endpoint_refused`; its detail says what is wrong and the way out, and repeats the host only.
 */
export const checkEndpoint = (endpoint: string | URL, policy: EndpointPolicy): URL => {
  const text = typeof endpoint === 'string' ? endpoint.trim() : endpoint.href;
  if (text.length > 2048) throw refuse('The endpoint is longer than 2048 characters', WAY_OUT);
  checkSpelling(text);
  // An own message, because the one of the runtime repeats the input.
  if (!URL.canParse(text)) throw refuse('The endpoint is not a valid address', WAY_OUT);
  const url = new URL(text);
  checkDestination(url, policy);
  if (text.includes('?') || text.includes('#')) {
    throw refuse(
      'The endpoint contains a query or fragment',
      'Enter the address without the part after ? or #.',
    );
  }
  checkPath(url, text, policy);
  return url;
};

const checkPath = (url: URL, text: string, policy: EndpointPolicy): void => {
  const rawPath = text.replace(/^https?:\/\/[^/]+/i, '');
  if (rawPath === '' || rawPath === '/') return;
  const loopback = isLoopbackAddress(url.hostname) || isLocalhostName(url.hostname);
  if (policy.allowPath !== true && !loopback) {
    throw refuse(
      'The endpoint contains a path',
      'Enter the address up to the host name; bucket and folder have their own fields.',
    );
  }
  // Plain segments only, so that a signed path cannot climb out of the prefix or be read in two ways.
  if (!/^(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+\/?$/.test(rawPath)) {
    throw refuse(
      'The endpoint contains an unusual path',
      'Use plain path segments of letters, digits and hyphens.',
    );
  }
  url.pathname = url.pathname.replace(/\/$/, '');
};
