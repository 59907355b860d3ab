import ipaddr from 'ipaddr.js';

/** Cloud addresses that are public by their range and yet answer from inside the host's own network. */
const METADATA_ADDRESSES = new Set(['168.63.129.16']);

/** What a reader calls the ranges of ipaddr.js. A range that is not named here is called "reserved". */
const RANGE_NAMES: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address (cloud metadata lives there)',
  loopback: 'a loopback address',
  carrierGradeNat: 'a carrier-grade NAT address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  ipv4Mapped: 'an IPv4 address in IPv6 notation',
  rfc6145: 'an IPv4 address in IPv6 notation',
  rfc6052: 'an IPv4 address behind NAT64',
  '6to4': 'a 6to4 tunnel address',
  teredo: 'a Teredo tunnel address',
};

/** Only 2000::/3 is handed out to the public; everything else is special, whatever a table of ranges says. */
const isGlobalUnicastV6 = (address: ipaddr.IPv6): boolean => ((address.parts[0] ?? 0) & 0xe000) === 0x2000;

const parse = (host: string): ipaddr.IPv4 | ipaddr.IPv6 | null => {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  // A URL's host is already normalised to four decimal parts; the lax parser would also take `127.1`, which is right
  // for addresses that come from a resolver or a log.
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : null;
};

/** Whether `host` (a URL's `hostname`, brackets allowed) is an IP address rather than a name. */
export const isIpLiteral = (host: string): boolean => parse(host) !== null;

/** Whether `host` is an address of 127.0.0.0/8 or ::1. */
export const isLoopbackAddress = (host: string): boolean => parse(host)?.range() === 'loopback';

/**
 * Why an IP address must not be connected to, as the end of the sentence "it is …", or null for a public address.
 *
 * Addresses that carry an IPv4 address inside (mapped, NAT64, 6to4, Teredo) are refused whatever they carry: no
 * storage provider is reached that way, and what they lead to depends on the network we happen to run in.
 */
export const describeAddressProblem = (host: string): string | null => {
  const address = parse(host);
  if (address === null) return 'not an IP address';
  const range = address.range();
  if (range !== 'unicast') return RANGE_NAMES[range] ?? 'a reserved address';
  if (address instanceof ipaddr.IPv6 && !isGlobalUnicastV6(address)) return 'a reserved address';
  if (METADATA_ADDRESSES.has(address.toString())) return 'a cloud metadata address';
  return null;
};
