/** A CMap as far as text needs it: which codes are how long, and what they mean. */
export interface CodeMap {
  /** Text by character code. */
  readonly text: ReadonlyMap<number, string>;
  /** Code ranges by their length in bytes. Empty when the map does not say. */
  readonly codeSpaces: readonly { length: number; low: number; high: number }[];
}

/** A map with more entries than a font can have glyphs is an attack, not a font. */
const MAX_ENTRIES = 70_000;

const TOKEN = /<([0-9A-Fa-f\s]*)>|\[|\]|\b(?:begin|end)(?:bfchar|bfrange|codespacerange)\b/g;

/** Reads /ToUnicode (or an embedded /Encoding CMap's code spaces). Bad input gives a smaller map, never an error. */
export function parseCodeMap(source: string): CodeMap {
  const text = new Map<number, string>();
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
      codeSpaces.push({ length: first.length / 2, low: code(first), high: code(second) });
      operands = [];
    } else if (section === 'bfchar' && typeof first === 'string' && typeof second === 'string') {
      setText(text, code(first), second);
      operands = [];
    } else if (section === 'bfrange' && typeof first === 'string' && typeof second === 'string' && third) {
      setRange(text, code(first), code(second), third);
      operands = [];
    }
    if (text.size > MAX_ENTRIES) break;
  }
  return { text, codeSpaces };
}

function code(hex: string): number {
  return Number.parseInt(hex.slice(0, 8), 16) || 0;
}

function setRange(text: Map<number, string>, low: number, high: number, target: string | string[]): void {
  const last = Math.min(high, low + 0xffff);
  for (let at = low; at <= last && text.size <= MAX_ENTRIES; at++) {
    if (typeof target === 'string') {
      const units = utf16Units(target);
      const end = units.length - 1;
      const lastUnit = units[end];
      if (lastUnit === undefined) return;
      units[end] = (lastUnit + at - low) & 0xffff;
      put(text, at, units);
    } else {
      const item = target[at - low];
      if (item === undefined) return;
      setText(text, at, item);
    }
  }
}

function setText(text: Map<number, string>, at: number, hex: string): void {
  put(text, at, utf16Units(hex));
}

function put(text: Map<number, string>, at: number, units: number[]): void {
  // NUL and the replacement character are what writers put where they know nothing.
  const value = String.fromCharCode(...units)
    .replaceAll('\u0000', '')
    .replace(/[\ufffd\ufeff]/g, '');
  if (value !== '') text.set(at, value);
}

function utf16Units(hex: string): number[] {
  // A target of one byte is out of the specification, and common.
  if (hex.length <= 2) return hex === '' ? [] : [Number.parseInt(hex, 16)];
  return (hex.slice(0, 256).match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16));
}
