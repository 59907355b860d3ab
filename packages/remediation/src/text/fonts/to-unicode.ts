/** A CMap as far as text needs it: which codes are how long, and what they mean. */
export interface CodeMap {
  /** Text by character code. */
  readonly text: ReadonlyMap<number, string>;
  /** Code ranges by their length in bytes. Empty when the map does not say. */
  readonly codeSpaces: readonly { length: number; low: number; high: number }[];
}

/** A map with more entries than a font can have glyphs is an attack, not a font. */
const MAX_ENTRIES = 70_000;
/** Ranges over each other are work too, though no entry comes of them. */
const MAX_WRITTEN = 2 * MAX_ENTRIES;
/** Codes are of one to four bytes, and ranges of each are few. */
const MAX_CODE_SPACES = 256;

const TOKEN = /<([0-9A-Fa-f\s]*)>|\[|\]|\b(?:begin|end)(?:bfchar|bfrange|codespacerange)\b/g;

/** Reads /ToUnicode (or an embedded /Encoding CMap's code spaces). Bad input gives a smaller map, never an error. */
export function parseCodeMap(source: string): CodeMap {
  const target: Target = { text: new Map(), left: MAX_WRITTEN };
  const { text } = target;
  const codeSpaces: { length: number; low: number; high: number }[] = [];
  let section = '';
  let operands: (string | string[])[] = [];
  let array: string[] | undefined;
  for (const match of source.matchAll(TOKEN)) {
    const token = match[0];
    if (token.startsWith('begin')) {
      section = token.slice(5);
      operands = [];
      array = undefined;
      continue;
    }
    if (token.startsWith('end')) {
      section = '';
      continue;
    }
    if (token === '[') {
      array = [];
      continue;
    }
    if (token === ']') {
      if (array) operands.push(array);
      array = undefined;
    } else {
      const hex = (match[1] ?? '').replace(/\s/g, '');
      if (array) {
        array.push(hex);
        continue;
      }
      operands.push(hex);
    }
    const [first, second, third] = operands;
    if (section === 'codespacerange' && typeof first === 'string' && typeof second === 'string') {
      if (codeSpaces.length < MAX_CODE_SPACES)
        codeSpaces.push({ length: first.length / 2, low: code(first), high: code(second) });
      operands = [];
    } else if (section === 'bfchar' && typeof first === 'string' && typeof second === 'string') {
      setText(target, code(first), second);
      operands = [];
    } else if (section === 'bfrange' && typeof first === 'string' && typeof second === 'string' && third) {
      setRange(target, code(first), code(second), third);
      operands = [];
    }
    if (text.size > MAX_ENTRIES || target.left <= 0) break;
  }
  return { text, codeSpaces };
}

function code(hex: string): number {
  return Number.parseInt(hex.slice(0, 8), 16) || 0;
}

/** What a map is written to, and how often it still may be. */
interface Target {
  readonly text: Map<number, string>;
  left: number;
}

function setRange(target: Target, low: number, high: number, values: string | string[]): void {
  const last = Math.min(high, low + 0xffff);
  for (let at = low; at <= last && target.text.size <= MAX_ENTRIES && target.left > 0; at++) {
    if (typeof values === 'string') {
      const units = utf16Units(values);
      const end = units.length - 1;
      const lastUnit = units[end];
      if (lastUnit === undefined) return;
      units[end] = (lastUnit + at - low) & 0xffff;
      put(target, at, units);
    } else {
      const item = values[at - low];
      if (item === undefined) return;
      setText(target, at, item);
    }
  }
}

function setText(target: Target, at: number, hex: string): void {
  put(target, at, utf16Units(hex));
}

function put(target: Target, at: number, units: number[]): void {
  target.left--;
  // NUL and the replacement character are what writers put where they know nothing.
  const value = String.fromCharCode(...units)
    .replaceAll('\u0000', '')
    .replace(/[\ufffd\ufeff]/g, '');
  if (value !== '') target.text.set(at, value);
}

function utf16Units(hex: string): number[] {
  // A target of one byte is out of the specification, and common.
  if (hex.length <= 2) return hex === '' ? [] : [Number.parseInt(hex, 16)];
  return (hex.slice(0, 256).match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16));
}
