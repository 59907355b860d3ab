/** What an embedded font program itself says about its characters, for fonts without /ToUnicode. */
import { CffProgram } from './cff-program.ts';

/** More characters than any font has glyphs; ranges of damaged maps lie over each other. */
const MAX_CHARACTERS = 300_000;

const isOpenType = (file: Uint8Array): boolean => latin1(file.subarray(0, 4)) === 'OTTO';

/** CFF, or OpenType around it: what it says of its characters, or undefined when there is none. */
function cffProgram(file: Uint8Array): CffProgram | undefined {
  const at = isOpenType(file) ? tableAt(file, 'CFF ') : 0;
  const program = at === undefined ? undefined : new CffProgram(file.subarray(at));
  return program && program.glyphCount > 0 ? program : undefined;
}

/** CFF: text by code in the encoding of the program itself. */
export function cffEncoding(file: Uint8Array): readonly (string | undefined)[] | undefined {
  return cffProgram(file)?.encodingText();
}

/** CFF: text by CID, from the character map of an OpenType file around it or the names of its glyphs. */
export function cffCidText(file: Uint8Array): ReadonlyMap<number, string> | undefined {
  const cff = cffProgram(file);
  if (!cff) return undefined;
  const mapped = isOpenType(file) ? trueTypeGlyphText(file) : undefined;
  const text = new Map<number, string>();
  for (const [cid, glyph] of cff.glyphsByCid()) {
    const value = mapped?.get(glyph) ?? cff.glyphText(glyph);
    if (value !== undefined) text.set(cid, value);
  }
  return text;
}

/** Where a table of a TrueType or OpenType file begins; undefined when it has none of that name. */
function tableAt(file: Uint8Array, tag: string): number | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const count = view.byteLength < 12 ? 0 : Math.min(view.getUint16(4), 64);
  for (let at = 12; at < 12 + count * 16 && at + 16 <= view.byteLength; at += 16)
    if (latin1(file.subarray(at, at + 4)) === tag) return view.getUint32(at + 8);
  return undefined;
}

/** TrueType: text by glyph id from a Unicode `cmap` (formats 4 and 12), or undefined when there is none. */
export function trueTypeGlyphText(font: Uint8Array): ReadonlyMap<number, string> | undefined {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const u16 = (at: number): number => (at >= 0 && at + 2 <= view.byteLength ? view.getUint16(at) : 0);
  const u32 = (at: number): number => (at >= 0 && at + 4 <= view.byteLength ? view.getUint32(at) : 0);
  const cmap = tableAt(font, 'cmap');
  if (cmap === undefined) return undefined;
  const text = new Map<number, string>();
  let left = MAX_CHARACTERS;
  const put = (codePoint: number, glyph: number): boolean => {
    if (glyph > 0 && !text.has(glyph) && codePoint >= 0x20 && !(codePoint >= 0xd800 && codePoint <= 0xdfff))
      text.set(glyph, String.fromCodePoint(codePoint));
    return --left > 0;
  };
  for (let index = 0; index < Math.min(u16(cmap + 2), 32); index++) {
    const platform = u16(cmap + 4 + index * 8);
    const kind = u16(cmap + 6 + index * 8);
    const unicode = platform === 0 || (platform === 3 && (kind === 1 || kind === 10));
    const at = cmap + u32(cmap + 8 + index * 8);
    if (!unicode) continue;
    if (u16(at) === 4) readFormat4(u16, at, put);
    else if (u16(at) === 12) readFormat12(u32, at, put);
  }
  return text.size > 0 ? text : undefined;
}

/** @returns whether there may be more */
type Put = (codePoint: number, glyph: number) => boolean;

function readFormat4(u16: (at: number) => number, at: number, put: Put): void {
  const segments = Math.min(u16(at + 6) / 2, 8192);
  for (let segment = 0; segment < segments; segment++) {
    const end = u16(at + 14 + segment * 2);
    const start = u16(at + 16 + segments * 2 + segment * 2);
    const delta = u16(at + 16 + segments * 4 + segment * 2);
    const rangeAt = at + 16 + segments * 6 + segment * 2;
    const range = u16(rangeAt);
    for (let point = start; point <= end && point < 0xffff; point++) {
      const glyph = range === 0 ? point : u16(rangeAt + range + (point - start) * 2);
      if (!put(point, glyph === 0 && range !== 0 ? 0 : (glyph + delta) & 0xffff)) return;
    }
  }
}

function readFormat12(u32: (at: number) => number, at: number, put: Put): void {
  for (let group = 0; group < Math.min(u32(at + 12), 5000); group++) {
    const from = u32(at + 16 + group * 12);
    const to = Math.min(u32(at + 20 + group * 12), from + 0xffff, 0x10ffff);
    for (let point = from; point <= to; point++)
      if (!put(point, u32(at + 24 + group * 12) + point - from)) return;
  }
}

/** Type 1: glyph names by code from the clear-text part of the program. */
export function type1GlyphNames(font: Uint8Array): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const clear = latin1(font.subarray(0, 65_536));
  for (const match of clear.matchAll(/dup\s+(\d{1,3})\s*\/(\S{1,40})\s+put/g)) {
    const name = match[2];
    if (name !== undefined) names.set(Number(match[1]), name);
  }
  return names;
}

/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
