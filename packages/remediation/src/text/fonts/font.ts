import { PdfArray, PdfDict, PdfName, PdfNumber } from '@libpdf/core';
import type { ObjectAccess } from '../../pdf/object-access.ts';
import { bitmapFontText } from './bitmap-names.ts';
import { encodingByName, STANDARD, SYMBOL, ZAPF_DINGBATS } from './encodings.ts';
import { fixedPitchOf, isOfPitch } from './fixed-pitch.ts';
import type { FontSources } from './font-sources.ts';
import { glyphNameToText } from './glyph-names.ts';
import { legacyEncoding } from './legacy-encodings.ts';
import { standardWidth } from './standard-widths.ts';
import type { CodeMap } from './to-unicode.ts';

interface Glyph {
  /** Empty when the font does not tell. */
  readonly text: string;
  /** Advance in units of the font size. */
  readonly width: number;
  /** It is as wide as all the others of ASCII in its font. */
  readonly fixedPitch: boolean;
  /** Length of its code. */
  readonly bytes: number;
  /** A one-byte code 32, which word spacing applies to. */
  readonly isWordSpace: boolean;
  /** The text is likely, and nothing in the file says it. */
  readonly isGuess: boolean;
}

export interface Font {
  /** Its program is in the file. */
  readonly embedded: boolean;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly vertical: boolean;
  /** Height of an em against the font size: not 1 for Type 3 fonts with a matrix of their own. */
  readonly emScale: number;
  /** Length of its codes; undefined when they differ, or are those of a predefined CMap. */
  readonly codeBytes: number | undefined;
  /** Codes met so far that the font's own map of Unicode values leaves out, though it has one. */
  mapLeavesOut(): boolean;
  /** Text of each code met so far. */
  usedCodes(): ReadonlyMap<number, string>;
  decode(bytes: Uint8Array): Generator<Glyph>;
}

const HALF_WIDTH = 500;
/** Faces that slant less than this are upright. */
const MIN_SLANT_DEGREES = 3;

/** Reads what text needs from a font dictionary: code lengths, Unicode values and widths. */
export function loadFont(objects: ObjectAccess, dict: PdfDict, sources: FontSources): Font {
  const toUnicode = sources.toUnicode(objects.stream(dict, 'ToUnicode'), baseName(objects, dict));
  return objects.name(dict, 'Subtype') === 'Type0'
    ? compositeFont(objects, dict, toUnicode, sources)
    : simpleFont(objects, dict, toUnicode, sources);
}

function baseName(objects: ObjectAccess, dict: PdfDict): string {
  return (objects.name(dict, 'BaseFont') ?? '').replace(/^[A-Z]{6}\+/, '');
}

function isBold(objects: ObjectAccess, name: string, descriptor: PdfDict | undefined): boolean {
  const FORCE_BOLD = 1 << 18;
  return (
    /bold|black|heavy|semibold|-bd\b|cmbx|sfbx|ecbx/i.test(name) ||
    (objects.number(descriptor, 'FontWeight') ?? 0) >= 600 ||
    ((objects.number(descriptor, 'Flags') ?? 0) & FORCE_BOLD) !== 0
  );
}

/** Whether letters slant, by the font's name or what it says of itself. */
function isItalic(objects: ObjectAccess, name: string, descriptor: PdfDict | undefined): boolean {
  const ITALIC = 1 << 6;
  return (
    /ital|obliq|kursiv|slanted|-it\b|cmti|sfti|ecti|cmsl/i.test(name) ||
    Math.abs(objects.number(descriptor, 'ItalicAngle') ?? 0) >= MIN_SLANT_DEGREES ||
    ((objects.number(descriptor, 'Flags') ?? 0) & ITALIC) !== 0
  );
}

function isFlaggedFixed(objects: ObjectAccess, descriptor: PdfDict | undefined): boolean {
  const FIXED_PITCH = 1;
  return ((objects.number(descriptor, 'Flags') ?? 0) & FIXED_PITCH) !== 0;
}

function isEmbedded(descriptor: PdfDict | undefined): boolean {
  return ['FontFile', 'FontFile2', 'FontFile3'].some((key) => descriptor?.has(key));
}

function simpleFont(
  objects: ObjectAccess,
  dict: PdfDict,
  toUnicode: CodeMap | undefined,
  sources: FontSources,
): Font {
  const name = baseName(objects, dict);
  const descriptor = objects.dict(dict, 'FontDescriptor');
  const type3 = objects.name(dict, 'Subtype') === 'Type3';
  const numbered = type3 ? bitmapFontText(differences(objects, dict)) : undefined;
  const text = simpleText(objects, dict, descriptor, name, sources);
  const firstCode = objects.number(dict, 'FirstChar') ?? 0;
  // Codes are of one byte: what stands behind is nobody's.
  const widths = objects
    .list(dict, 'Widths')
    .slice(0, 256)
    .map((item) => (item instanceof PdfNumber ? item.value : 0));
  const missing = objects.number(descriptor, 'MissingWidth') ?? 0;
  const unit = type3 ? Math.abs(objects.numbers(dict, 'FontMatrix')[0] ?? 0.001) || 0.001 : 0.001;
  const glyphs = new Map<number, Glyph>();
  const widthOf = (code: number, value: string): number =>
    widths.length > 0 ? (widths[code - firstCode] ?? missing) : standardWidth(name, value);
  const textOf = (code: number): string =>
    toUnicode?.text.get(code) ?? numbered?.get(code) ?? text[code] ?? '';
  const glyph = (code: number): Glyph => {
    const known = glyphs.get(code);
    if (known) return known;
    const guessed = toUnicode?.text.get(code) === undefined ? numbered?.get(code) : undefined;
    const value = textOf(code);
    const width = widthOf(code, value);
    const made = {
      text: value,
      width: width * unit,
      fixedPitch: isOfPitch(width, pitch),
      bytes: 1,
      isWordSpace: code === 32,
      isGuess: guessed !== undefined,
    };
    glyphs.set(code, made);
    return made;
  };
  const characters = function* (): Generator<[string, number]> {
    const [from, count] = widths.length > 0 ? [firstCode, widths.length] : [0, text.length];
    for (let code = from; code < from + count; code++) yield [textOf(code), widthOf(code, textOf(code))];
  };
  const pitch = fixedPitchOf(characters(), isFlaggedFixed(objects, descriptor));
  return {
    bold: isBold(objects, name, descriptor),
    italic: isItalic(objects, name, descriptor),
    embedded: type3 || isEmbedded(descriptor),
    codeBytes: 1,
    usedCodes: () => new Map([...glyphs].map(([code, { text: value }]) => [code, value])),
    mapLeavesOut: () =>
      toUnicode !== undefined && [...glyphs.keys()].some((code) => !toUnicode.text.has(code)),
    vertical: false,
    emScale: type3 ? Math.min(1, Math.max(0.01, unit * 1000)) : 1,
    *decode(bytes) {
      for (const code of bytes) yield glyph(code);
    },
  };
}

function simpleText(
  objects: ObjectAccess,
  dict: PdfDict,
  descriptor: PdfDict | undefined,
  name: string,
  sources: FontSources,
): (string | undefined)[] {
  const encoding = objects.resolve(dict.get('Encoding'));
  const encodingDict = encoding instanceof PdfDict ? encoding : undefined;
  const named = encodingByName(
    encoding instanceof PdfName ? encoding.value : objects.name(encodingDict, 'BaseEncoding'),
  );
  const own = named ?? sources.cffEncoding(objects.stream(descriptor, 'FontFile3'));
  const text = [...(own ?? builtInEncoding(name))];
  if (!named)
    for (const [code, glyphName] of sources.type1Names(objects.stream(descriptor, 'FontFile')) ?? [])
      text[code] = glyphNameToText(glyphName);
  for (const [code, glyphName] of differences(objects, dict)) text[code] = glyphNameToText(glyphName);
  return text;
}

/** Names of glyphs by the codes that the encoding gives them. */
function differences(objects: ObjectAccess, dict: PdfDict): Map<number, string> {
  const encoding = objects.resolve(dict.get('Encoding'));
  const names = new Map<number, string>();
  let code = 0;
  for (const item of objects.list(encoding instanceof PdfDict ? encoding : undefined, 'Differences')) {
    if (item instanceof PdfNumber) code = item.value;
    else if (item instanceof PdfName) names.set(code++ & 0xff, item.value);
  }
  return names;
}

function builtInEncoding(name: string): readonly (string | undefined)[] {
  if (/^symbol/i.test(name)) return SYMBOL;
  if (/zapf|dingbats/i.test(name)) return ZAPF_DINGBATS;
  return STANDARD;
}

function compositeFont(
  objects: ObjectAccess,
  dict: PdfDict,
  toUnicode: CodeMap | undefined,
  sources: FontSources,
): Font {
  const first = objects.list(dict, 'DescendantFonts')[0];
  const descendant = first instanceof PdfDict ? first : undefined;
  const descriptor = objects.dict(descendant, 'FontDescriptor');
  const encodingName = objects.name(dict, 'Encoding') ?? '';
  const embedded = sources.codeMap(objects.stream(dict, 'Encoding'));
  const utf16 = /UCS2|UTF16/.test(encodingName);
  const legacy = legacyEncoding(encodingName);
  const glyphText =
    toUnicode || utf16 || (encodingName !== '' && !encodingName.startsWith('Identity'))
      ? undefined
      : identityText(objects, descendant, descriptor, sources);
  const stated = objects.resolve(descendant?.get('W'));
  const widths = sources.cidWidths(stated instanceof PdfArray ? stated : undefined);
  const used = new Map<number, string>();
  const defaultWidth = objects.number(descendant, 'DW') ?? 1000;
  const spaces = embedded?.codeSpaces.length ? embedded.codeSpaces : (toUnicode?.codeSpaces ?? []);
  const oneByte = encodingName.startsWith('Identity') || utf16 ? [] : spaces.filter((s) => s.length === 1);
  const widthOf = (code: number): number => widths?.get(code) ?? defaultWidth;
  const characters = function* (): Generator<[string, number]> {
    for (const [code, value] of toUnicode?.text ?? glyphText ?? []) yield [value, widthOf(code)];
  };
  const pitch = fixedPitchOf(characters(), isFlaggedFixed(objects, descriptor));
  return {
    bold: isBold(objects, baseName(objects, dict), descriptor),
    italic: isItalic(objects, baseName(objects, dict), descriptor),
    embedded: isEmbedded(descriptor),
    codeBytes: encodingName.startsWith('Identity') ? 2 : undefined,
    usedCodes: () => used,
    mapLeavesOut: () => toUnicode !== undefined && [...used.keys()].some((code) => !toUnicode.text.has(code)),
    vertical: encodingName.endsWith('-V'),
    emScale: 1,
    *decode(bytes) {
      for (let at = 0; at < bytes.length; ) {
        const lead = bytes[at] ?? 0;
        const short = oneByte.some((space) => lead >= space.low && lead <= space.high);
        const length = legacy?.lengthAt(bytes, at) ?? (short ? 1 : 2);
        const raw = bytes.subarray(at, at + length);
        const code = raw.reduce((sum, byte) => sum * 256 + byte, 0);
        at += length;
        const value =
          toUnicode?.text.get(code) ??
          glyphText?.get(code) ??
          legacy?.textOf(raw) ??
          (utf16 ? String.fromCharCode(code) : '');
        used.set(code, value);
        // Widths are by glyph, of which a national encoding's codes say nothing: one byte is half an em.
        const width = legacy && length === 1 ? HALF_WIDTH : widthOf(code);
        yield {
          text: value,
          width: width / 1000,
          fixedPitch: isOfPitch(width, pitch),
          bytes: length,
          isWordSpace: length === 1 && code === 32,
          isGuess: false,
        };
      }
    },
  };
}

/** Identity-H over an embedded font: codes are CIDs, which the program or a /CIDToGIDMap ties to its glyphs. */
function identityText(
  objects: ObjectAccess,
  descendant: PdfDict | undefined,
  descriptor: PdfDict | undefined,
  sources: FontSources,
): ReadonlyMap<number, string> | undefined {
  const program = objects.stream(descriptor, 'FontFile2') ?? objects.stream(descriptor, 'FontFile3');
  return objects.name(descendant, 'Subtype') === 'CIDFontType0'
    ? sources.cffCidText(program)
    : sources.trueTypeText(program, objects.stream(descendant, 'CIDToGIDMap'));
}
