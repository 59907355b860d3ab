// oxlint-disable-next-line typescript/triple-slash-reference -- tests see this file without the folder around it
/// <reference path="./punycode.d.ts" />
import punycode from 'punycode.js';
import { describeAddressProblem, isIpLiteral } from './address.ts';

/** Endings that never name a public storage endpoint: RFC 6761/6762/8375/9476 and the usual private zones. */
const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'mail',
  'consul',
  'docker',
  // All of it is the network's own: in-addr, ip6, home.
  'arpa',
  'test',
  'invalid',
  'onion',
  'alt',
  'svc',
] as const;

/** Public zones whose names resolve to whatever address is written in them, or to loopback. */
const REBINDING_SUFFIXES = [
  'nip.io',
  'sslip.io',
  'xip.io',
  'traefik.me',
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'lacolhost.com',
  'rbndr.us',
  '1u.ms',
  'rebind.network',
  'rebind.it',
  'backname.io',
  'local.gd',
  'localho.st',
  'localhost.direct',
  'lcl.host',
] as const;

const METADATA_NAMES = [
  'metadata.goog',
  'metadata.packet.net',
  'api.metadata.cloud.ibm.com',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
] as const;

const endsIn = (host: string, zone: string): boolean => host === zone || host.endsWith(`.${zone}`);

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether an international label is what its Unicode form is written as: otherwise two spellings name one host. */
const isCanonicalIdn = (label: string): boolean => {
  try {
    // oxlint-disable-next-line import/no-named-as-default-member -- Node sees CommonJS, which has no named exports
    const unicode = punycode.toUnicode(label);
    // A label of ASCII only has no business being encoded.
    return (
      /[\u0080-\uffff]/.test(unicode) && new URL(`https://${unicode}.example`).hostname === `${label}.example`
    );
  } catch {
    return false;
  }
};

/** The IPv4 addresses that stand in a name, as `10-0-0-1` or `10.0.0.1`: whoever resolves it may well take them out of it. */
const addressesIn = (host: string): string[] =>
  [...host.matchAll(/(?<![^.-])(?=(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?:[.-]|$))/g)].map(
    (match) => match.slice(1).map(Number).join('.'),
  );

/**
 * Why a host name must not be connected to, as the end of the sentence "it is …", or null.
 *
 * `host` is a URL's `hostname`, so lower-case ASCII; `ownZones` are the zones our own services live in.
 */
export const describeNameProblem = (host: string, ownZones: readonly string[]): string | null => {
  if (host.endsWith('.')) return 'written with a trailing dot';
  if (host.length > 253) return 'longer than 253 characters';
  const labels = host.split('.');
  if (!labels.every((label) => LABEL.test(label))) return 'not a valid host name';
  if (labels.some((label) => label.startsWith('xn--') && !isCanonicalIdn(label))) {
    return 'not a valid international name';
  }
  for (const suffix of PRIVATE_SUFFIXES) {
    if (endsIn(host, suffix)) return `a private name (.${suffix})`;
  }
  if (labels.length < 2) return 'a name without a domain';
  // The resolver of an operating system may read a numeric last label as an address; no such top-level domain exists.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '')) return 'not a valid host name';
  for (const suffix of REBINDING_SUFFIXES) {
    if (endsIn(host, suffix)) return 'a name that resolves to any address written into it';
  }
  if (addressesIn(host).some((address) => isIpLiteral(address) && describeAddressProblem(address) !== null)) {
    return 'a name with a private address in it';
  }
  for (const name of METADATA_NAMES) {
    if (endsIn(host, name)) return 'a cloud metadata name';
  }
  for (const zone of ownZones) {
    if (endsIn(host, zone.toLowerCase())) return 'one of our own names';
  }
  return null;
};

/** Whether the name means this machine: `localhost` and below. */
export const isLocalhostName = (host: string): boolean => endsIn(host, 'localhost');
