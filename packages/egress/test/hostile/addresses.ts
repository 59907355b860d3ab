import * as fc from 'fast-check';

/** What IANA's registries of special-purpose addresses call anything but global, and the clouds' own: [first, bits]. */
const V4_RANGES: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const V6_RANGES: readonly (readonly [string, number])[] = [
  ['0000', 8],
  ['0064ff9b', 32],
  ['0100', 16],
  ['20010000', 23],
  ['20010db8', 32],
  ['2002', 16],
  ['3fff0', 20],
  ['5f00', 16],
  ['fc', 7],
  ['fe8', 10],
  ['fec', 10],
  ['ff', 8],
];

const numberOf = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
const partsOf = (ip: number): number[] => [24, 16, 8, 0].map((shift) => (ip >>> shift) & 255);
const hex16 = (number: number): string => number.toString(16);

/** An address of one of the ranges, its ends more often than by chance. */
const v4Number = fc
  .tuple(fc.constantFrom(...V4_RANGES), fc.oneof(fc.nat(0xff_ff_ff_ff), fc.constantFrom(0, 1, 0xff_ff_ff_ff)))
  .map(([[first, bits], host]) => numberOf(first) + (bits === 32 ? 0 : (host >>> 0) % 2 ** (32 - bits)));

/** Every way in which a URL parser reads a number as an IPv4 address. */
const v4Spellings: readonly ((ip: number) => string)[] = [
  (ip) => partsOf(ip).join('.'),
  (ip) => `${partsOf(ip).join('.')}.`,
  (ip) => String(ip),
  (ip) => `0x${ip.toString(16)}`,
  (ip) => `0X${ip.toString(16).toUpperCase()}`,
  (ip) => `0${ip.toString(8)}`,
  (ip) =>
    partsOf(ip)
      .map((part) => `0x${part.toString(16)}`)
      .join('.'),
  (ip) =>
    partsOf(ip)
      .map((part) => `0${part.toString(8)}`)
      .join('.'),
  (ip) =>
    partsOf(ip)
      .map((part) => `0000${part.toString(8)}`)
      .join('.'),
  (ip) => `${ip >>> 24}.${ip & 0xff_ff_ff}`,
  (ip) => `${ip >>> 24}.${(ip >>> 16) & 255}.${ip & 0xff_ff}`,
  (ip) => `0x${(ip >>> 24).toString(16)}.0${((ip >>> 16) & 255).toString(8)}.${ip & 0xff_ff}`,
  (ip) => Array.from(partsOf(ip).join('.'), (letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
  (ip) => partsOf(ip).join('。'),
  (ip) =>
    Array.from(partsOf(ip).join('.'), (letter) =>
      letter === '.' ? '．' : String.fromCodePoint(0xff10 + Number(letter)),
    ).join(''),
];

/** An IPv4 address within an IPv6 one: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP. */
const v4InV6: readonly ((ip: number) => string)[] = [
  (ip) => `[::ffff:${partsOf(ip).join('.')}]`,
  (ip) => `[::ffff:${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}]`,
  (ip) => `[0:0:0:0:0:FFFF:${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}]`,
  (ip) => `[::${partsOf(ip).join('.')}]`,
  (ip) => `[::ffff:0:${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}]`,
  (ip) => `[64:ff9b::${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}]`,
  (ip) => `[64:ff9b:1::${partsOf(ip).join('.')}]`,
  (ip) => `[2002:${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}::1]`,
  (ip) => `[2001:0:4136:e378:8000:63bf:${hex16(~(ip >>> 16) & 0xff_ff)}:${hex16(~ip & 0xff_ff)}]`,
  (ip) => `[fe80::5efe:${hex16(ip >>> 16)}:${hex16(ip & 0xff_ff)}]`,
];

const v6 = fc
  .tuple(fc.constantFrom(...V6_RANGES), fc.array(fc.nat(15), { minLength: 32, maxLength: 32 }), fc.boolean())
  .map(([[prefix, bits], digits, isShort]) => {
    const fixed = Math.ceil(bits / 4);
    // The digit that the prefix fills only in part keeps what it says.
    const whole = (
      prefix.padEnd(fixed, '0').slice(0, fixed) + digits.map((digit) => digit.toString(16)).join('')
    ).slice(0, 32);
    const groups = whole.match(/.{4}/g) ?? [];
    return `[${(isShort ? groups.map((group) => group.replace(/^0+(?=.)/, '')) : groups).join(':')}]`;
  });

/** A host that leads to an address nobody may be sent to, however it is written. */
export const hostileHost = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(v4Number, fc.constantFrom(...v4Spellings)).map(([ip, spell]) => spell(ip)),
  },
  { weight: 2, arbitrary: fc.tuple(v4Number, fc.constantFrom(...v4InV6)).map(([ip, spell]) => spell(ip)) },
  { weight: 2, arbitrary: v6 },
);

/** The same addresses as a resolver gives them. */
export const hostileResolved = fc.oneof(
  v4Number.map((ip) => partsOf(ip).join('.')),
  v6.map((host) => host.slice(1, -1)),
);
