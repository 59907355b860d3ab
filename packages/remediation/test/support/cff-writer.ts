/** What a made-up CFF program says about its glyphs; the first of them, which is for what is missing, is left out. */
interface Program {
  /** Names of its glyphs, none of which is a standard string's number: all are strings of its own. */
  readonly names?: readonly string[];
  /** CIDs of its glyphs, instead of names. */
  readonly cids?: readonly number[];
  /** Its encoding as it stands in the file. */
  readonly encoding?: readonly number[];
  /** Numbers without a meaning in its dictionary. */
  readonly padding?: number;
}

const STANDARD_STRINGS = 391;
const word = (value: number): number[] => [value >> 8, value & 0xff];
const long = (value: number): number[] => [...word(value >>> 16), ...word(value & 0xffff)];
const integer = (value: number): number[] => [29, ...long(value)];

function index(items: readonly (readonly number[])[]): number[] {
  if (items.length === 0) return [0, 0];
  const ends = items.map((_, at) => items.slice(0, at + 1).reduce((sum, item) => sum + item.length, 1));
  return [...word(items.length), 2, ...[1, ...ends].flatMap(word), ...items.flat()];
}

/** A CFF program of empty glyphs. */
export function cffProgram({ names = [], cids, encoding, padding = 0 }: Program): Uint8Array {
  const strings = index(names.map((name) => [...Buffer.from(name, 'latin1')]));
  const numbers = cids ?? names.map((_, at) => STANDARD_STRINGS + at);
  const charset = [0, ...numbers.flatMap(word)];
  const codes = encoding ?? [];
  const glyphs = index([0, ...numbers].map(() => [14]));
  const top = (at: number): number[] => [
    ...Array.from({ length: padding }, () => 139),
    ...(cids ? [...integer(STANDARD_STRINGS), ...integer(STANDARD_STRINGS), ...integer(0), 12, 30] : []),
    ...(encoding ? [...integer(at), 16] : []),
    ...integer(at + codes.length),
    15,
    ...integer(at + codes.length + charset.length),
    17,
  ];
  const head = (at: number): number[] => [
    ...word(0x0100),
    ...word(0x0402),
    ...index([[...Buffer.from('Made')]]),
    ...index([top(at)]),
    ...strings,
    ...index([]),
  ];
  return Uint8Array.from([...head(head(0).length), ...codes, ...charset, ...glyphs]);
}

/** An OpenType file around a CFF program, with characters for its glyphs, from the first one of them on. */
export function openType(cff: Uint8Array, characters: string): Uint8Array {
  const points = Array.from(characters, (character) => character.codePointAt(0) ?? 0);
  const groups = points.flatMap((point, at) => [...long(point), ...long(point), ...long(at + 1)]);
  const table = [
    ...long(12 << 16),
    ...long(16 + groups.length),
    ...long(0),
    ...long(points.length),
    ...groups,
  ];
  const cmap = [...long(1), ...word(3), ...word(10), ...long(12), ...table];
  const start = 12 + 2 * 16;
  const entry = (tag: string, at: number, length: number): number[] => [
    ...Buffer.from(tag),
    ...long(0),
    ...long(at),
    ...long(length),
  ];
  return Uint8Array.from([
    ...Buffer.from('OTTO'),
    ...long(2 << 16),
    ...long(0),
    ...entry('CFF ', start, cff.length),
    ...entry('cmap', start + cff.length, cmap.length),
    ...cff,
    ...cmap,
  ]);
}
