import type { PdfArray, PdfStream } from '@libpdf/core';
import type { WorkBudget } from '../../budget.ts';
import { decodeStream } from '../../pdf/bounded-decode.ts';
import type { ObjectAccess } from '../../pdf/object-access.ts';
import { CidWidths } from './cid-widths.ts';
import { isOpenSymbol, withOpenSymbols } from './open-symbol.ts';
import {
  cffCidText,
  cffEncoding,
  latin1,
  trueTypeGlyphText,
  type1GlyphNames,
} from './programs/embedded-font.ts';
import { type CodeMap, parseCodeMap } from './to-unicode.ts';

/** Codes are of two bytes at most. */
const MAP_BYTES = 2 * 0x10000;

type TextByNumber = ReadonlyMap<number, string>;

/**
 * What the fonts of a document are read from. Fonts share programs and maps: each is unpacked and read once, and what is
 * kept of it is counted. Everything is undefined where there is no such stream, or where it cannot be read.
 *
 * @throws RemediationRefused `pdf_too_complex` from all of it when the budget is used up
 */
export class FontSources {
  readonly #objects: ObjectAccess;
  readonly #budget: WorkBudget;
  readonly #codeMaps = new Map<PdfStream, CodeMap | undefined>();
  readonly #openSymbols = new Map<PdfStream, CodeMap | undefined>();
  readonly #type1Names = new Map<PdfStream, TextByNumber | undefined>();
  readonly #encodings = new Map<PdfStream, readonly (string | undefined)[] | undefined>();
  readonly #cidTexts = new Map<PdfStream, TextByNumber | undefined>();
  readonly #glyphTexts = new Map<PdfStream, TextByNumber | undefined>();
  readonly #widths = new Map<PdfArray, CidWidths>();

  constructor(objects: ObjectAccess, budget: WorkBudget) {
    this.#objects = objects;
    this.#budget = budget;
  }

  /** A map of codes, as in /ToUnicode or an embedded /Encoding. */
  codeMap(stream: PdfStream | undefined): CodeMap | undefined {
    return once(this.#codeMaps, stream, (key) => {
      const map = this.#decoded(key, (bytes) => parseCodeMap(latin1(bytes)));
      return map && this.#counted(map);
    });
  }

  /** @param name of the font, without the mark of a subset */
  toUnicode(stream: PdfStream | undefined, name: string): CodeMap | undefined {
    const map = this.codeMap(stream);
    if (!map || !isOpenSymbol(name)) return map;
    return once(this.#openSymbols, stream, () => this.#counted(withOpenSymbols(map)));
  }

  /** Names of a Type 1 program's glyphs by code. */
  type1Names(program: PdfStream | undefined): TextByNumber | undefined {
    return once(this.#type1Names, program, (key) => this.#decoded(key, type1GlyphNames));
  }

  /** Text by code in the encoding that a program in CFF has itself. */
  cffEncoding(program: PdfStream | undefined): readonly (string | undefined)[] | undefined {
    return once(this.#encodings, program, (key) => this.#decoded(key, cffEncoding));
  }

  /** Text by CID of a program in CFF. */
  cffCidText(program: PdfStream | undefined): TextByNumber | undefined {
    return once(this.#cidTexts, program, (key) => {
      const text = this.#decoded(key, cffCidText);
      this.#budget.spend('fontEntries', text?.size ?? 0);
      return text;
    });
  }

  /** Text by glyph of a TrueType program, or by code where a map (/CIDToGIDMap) ties codes to glyphs. */
  trueTypeText(program: PdfStream | undefined, glyphs: PdfStream | undefined): TextByNumber | undefined {
    const byGlyph = once(this.#glyphTexts, program, (key) => {
      const text = this.#decoded(key, trueTypeGlyphText);
      this.#budget.spend('fontEntries', text?.size ?? 0);
      return text;
    });
    const map = byGlyph && glyphs && decodeStream(glyphs, this.#budget);
    if (!byGlyph || !map) return byGlyph;
    const byCode = new Map<number, string>();
    for (let at = 0; at + 1 < Math.min(map.length, MAP_BYTES); at += 2) {
      const value = byGlyph.get((map[at] ?? 0) * 256 + (map[at + 1] ?? 0));
      if (value !== undefined) byCode.set(at / 2, value);
    }
    this.#budget.spend('fontEntries', byCode.size);
    return byCode;
  }

  /** Widths (/W) of a composite font. */
  cidWidths(array: PdfArray | undefined): CidWidths | undefined {
    return once(this.#widths, array, (key) => new CidWidths(this.#objects, key, this.#budget));
  }

  #counted(map: CodeMap): CodeMap {
    this.#budget.spend('fontEntries', map.text.size + map.codeSpaces.length);
    return map;
  }

  #decoded<T>(stream: PdfStream, read: (bytes: Uint8Array) => T): T | undefined {
    const bytes = decodeStream(stream, this.#budget);
    return bytes && read(bytes);
  }
}

function once<K, T>(known: Map<K, T>, key: K | undefined, make: (key: K) => T): T | undefined {
  if (key === undefined) return undefined;
  const made = known.get(key);
  if (made !== undefined || known.has(key)) return made;
  const value = make(key);
  known.set(key, value);
  return value;
}
