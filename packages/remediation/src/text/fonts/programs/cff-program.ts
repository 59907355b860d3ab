import { STANDARD } from '../encodings.ts';
import { glyphNameToText } from '../glyph-names.ts';
import { STANDARD_STRING_COUNT, STANDARD_STRINGS } from './cff-strings.ts';

/** Objects one after the other, each with a start and an end. */
interface Index {
  readonly count: number;
  /** Where the next structure begins. */
  readonly end: number;
  /** Undefined for one that is not there, or damaged. */
  item(at: number): Uint8Array | undefined;
}

/** Entries of a top DICT that say what the glyphs are. */
const Entry = { charset: 15, encoding: 16, charStrings: 17, ros: 12 * 256 + 30 } as const;
/** Charsets and encodings that are not in the file: those of all Latin letters, and of small capitals and the like. */
const ISO_ADOBE = 0;
const EXPERT_SUBSET = 2;
const ISO_ADOBE_GLYPHS = 229;
const STANDARD_ENCODING = 0;
const EXPERT_ENCODING = 1;
const HAS_SUPPLEMENT = 0x80;
const MAX_NAME_BYTES = 63;
/** A top DICT has some twenty entries; one with more than this is none. */
const MAX_DICT_BYTES = 4096;

/**
 * What a CFF program says about its characters (Adobe Technical Note 5176): names of glyphs, and the codes it gives to them.
 * Whatever is out of bounds reads as nothing.
 */
export class CffProgram {
  /** Its glyphs have numbers of a character collection instead of names. */
  readonly isCidKeyed: boolean;
  readonly #data: Uint8Array;
  readonly #strings: Index;
  readonly #encoding: number;
  /** String (or CID) of each glyph. */
  readonly #charset: readonly number[];

  /** @param data the program, without an OpenType file around it */
  constructor(data: Uint8Array) {
    this.#data = data;
    const names = this.#index(this.#u8(2));
    const dicts = this.#index(names.end);
    this.#strings = this.#index(dicts.end);
    const dict = dicts.item(0);
    const top = topEntries(dict && dict.length <= MAX_DICT_BYTES ? dict : new Uint8Array());
    this.isCidKeyed = top.has(Entry.ros);
    this.#encoding = top.get(Entry.encoding) ?? STANDARD_ENCODING;
    const charStrings = top.get(Entry.charStrings) ?? 0;
    const glyphs = charStrings > 0 ? this.#u16(charStrings) : 0;
    this.#charset = this.#readCharset(top.get(Entry.charset) ?? ISO_ADOBE, glyphs);
  }

  get glyphCount(): number {
    return this.#charset.length;
  }

  /** Text of a glyph by its name; undefined where that says nothing. */
  glyphText(glyph: number): string | undefined {
    const string = this.#charset[glyph];
    return this.isCidKeyed || string === undefined ? undefined : this.#textOf(string);
  }

  /** Glyph by CID: in a program that has none they are the same. */
  glyphsByCid(): ReadonlyMap<number, number> {
    return new Map(this.#charset.map((cid, glyph) => [this.isCidKeyed ? cid : glyph, glyph]));
  }

  /** Text by code as its own encoding has it. */
  encodingText(): readonly (string | undefined)[] {
    const text: (string | undefined)[] = [];
    if (this.isCidKeyed || this.#encoding === EXPERT_ENCODING) return text;
    if (this.#encoding === STANDARD_ENCODING) return STANDARD;
    const format = this.#u8(this.#encoding);
    const count = this.#u8(this.#encoding + 1);
    let at = this.#encoding + 2;
    let glyph = 1;
    for (let entry = 0; entry < count; entry++) {
      if ((format & ~HAS_SUPPLEMENT) === 0) text[this.#u8(at++)] = this.glyphText(glyph++);
      else {
        const [first, left] = [this.#u8(at), this.#u8(at + 1)];
        at += 2;
        for (let code = first; code <= Math.min(first + left, 0xff); code++)
          text[code] = this.glyphText(glyph++);
      }
    }
    if ((format & HAS_SUPPLEMENT) === 0) return text;
    for (let left = this.#u8(at++); left > 0; left--) {
      text[this.#u8(at)] = this.#textOf(this.#u16(at + 1));
      at += 3;
    }
    return text;
  }

  #textOf(string: number): string | undefined {
    if (string < STANDARD_STRING_COUNT) return STANDARD_STRINGS[string] || undefined;
    const name = this.#strings.item(string - STANDARD_STRING_COUNT);
    if (!name || name.length > MAX_NAME_BYTES) return undefined;
    return glyphNameToText(String.fromCharCode(...name));
  }

  #readCharset(offset: number, glyphs: number): number[] {
    if (offset === ISO_ADOBE && !this.isCidKeyed)
      return Array.from({ length: Math.min(glyphs, ISO_ADOBE_GLYPHS) }, (_, glyph) => glyph);
    const charset = glyphs > 0 ? [0] : [];
    // Those of small capitals are in no file that was met.
    if (offset <= EXPERT_SUBSET) return charset;
    const format = this.#u8(offset);
    let at = offset + 1;
    while (charset.length < glyphs && at < this.#data.length) {
      const first = this.#u16(at);
      const left = format === 0 ? 0 : format === 1 ? this.#u8(at + 2) : this.#u16(at + 2);
      at += format === 0 ? 2 : format === 1 ? 3 : 4;
      for (let next = 0; next <= left && charset.length < glyphs; next++) charset.push(first + next);
    }
    return charset;
  }

  #index(start: number): Index {
    const count = this.#u16(start);
    if (count === 0) return { count, end: start + 2, item: () => undefined };
    const size = Math.min(this.#u8(start + 2), 4);
    const offset = (at: number): number => {
      let value = 0;
      for (let byte = 0; byte < size; byte++) value = value * 256 + this.#u8(start + 3 + at * size + byte);
      return value;
    };
    // Offsets count from the byte before the objects.
    const base = start + 2 + (count + 1) * size;
    return {
      count,
      end: base + offset(count),
      item: (at) => {
        if (at < 0 || at >= count) return undefined;
        const [from, to] = [base + offset(at), base + offset(at + 1)];
        return from <= to && to <= this.#data.length ? this.#data.subarray(from, to) : undefined;
      },
    };
  }

  #u8(at: number): number {
    return this.#data[at] ?? 0;
  }

  #u16(at: number): number {
    return this.#u8(at) * 256 + this.#u8(at + 1);
  }
}

/** The last operand of each entry. */
function topEntries(dict: Uint8Array): ReadonlyMap<number, number> {
  const entries = new Map<number, number>();
  let operand = 0;
  for (let at = 0; at < dict.length; ) {
    const [lead = 0, second = 0, third = 0] = dict.subarray(at, at + 3);
    if (lead <= 21) {
      entries.set(lead === 12 ? 12 * 256 + second : lead, operand);
      at += lead === 12 ? 2 : 1;
    } else if (lead === 28) {
      operand = second * 256 + third;
      at += 3;
    } else if (lead === 29) {
      operand = (second << 24) | (third << 16) | ((dict[at + 3] ?? 0) << 8) | (dict[at + 4] ?? 0);
      at += 5;
    } else if (lead === 30) {
      // A real number: its end is half a byte of ones.
      do at++;
      while (at < dict.length && ((dict[at] ?? 0) & 0xf) !== 0xf && (dict[at] ?? 0) >> 4 !== 0xf);
      at++;
    } else if (lead >= 251 && lead <= 254) {
      operand = -(lead - 251) * 256 - second - 108;
      at += 2;
    } else if (lead >= 247 && lead <= 250) {
      operand = (lead - 247) * 256 + second + 108;
      at += 2;
    } else {
      operand = lead - 139;
      at += 1;
    }
  }
  return entries;
}
