/** A PDF name in a content stream. */
export class ContentName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Operands: numbers, names, strings (bytes), arrays, dictionaries. Booleans and null are kept as null. */
export type Operand = number | null | ContentName | Uint8Array | Operand[] | Map<string, Operand>;

export interface Operation {
  readonly operator: string;
  readonly operands: readonly Operand[];
  /** Where its first operand starts and its operator (for `BI`: its data) ends in the stream. */
  readonly start: number;
  readonly end: number;
}

const END = -1;
/** Arrays and dictionaries inside each other: real content streams use two or three levels. */
const MAX_NESTING = 32;
const MAX_OPERANDS = 256;
/** Items of an array that are kept: a line of text that has more than a document may have glyphs is none. */
export const MAX_ITEMS = 1_000_000;

const WHITE = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITERS = new Set(Array.from('()<>[]{}/%', (character) => character.charCodeAt(0)));
const ESCAPES = new Map([
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
  [0x62, 8],
  [0x66, 12],
]);

/** Reads a decoded content stream, one operation at a time. Never throws on bad input: it skips what it cannot read. */
export class ContentLexer {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next operation, or undefined at the end. An inline image is one operation `BI` without its data. */
  next(): Operation | undefined {
    const operands: Operand[] = [];
    let start = -1;
    for (;;) {
      this.#skipWhite();
      const byte = this.#peek();
      if (byte === END) return undefined;
      if (start < 0) start = this.#position;
      if (startsValue(byte)) {
        const value = this.#value(0);
        if (value !== undefined) operands.push(value);
        if (operands.length > MAX_OPERANDS) operands.shift();
        continue;
      }
      const word = this.#word();
      if (word === '') {
        this.#position++; // a stray delimiter
        continue;
      }
      if (word === 'true' || word === 'false' || word === 'null') {
        operands.push(null);
        continue;
      }
      if (word === 'BI') this.#skipInlineImage();
      return { operator: word, operands, start, end: this.#position };
    }
  }

  #peek(ahead = 0): number {
    return this.#bytes[this.#position + ahead] ?? END;
  }

  #skipWhite(): void {
    for (;;) {
      const byte = this.#peek();
      if (WHITE.has(byte)) this.#position++;
      else if (byte === 0x25) {
        while (this.#peek() !== END && this.#peek() !== 10 && this.#peek() !== 13) this.#position++;
      } else return;
    }
  }

  #word(): string {
    const start = this.#position;
    while (this.#peek() !== END && !WHITE.has(this.#peek()) && !DELIMITERS.has(this.#peek()))
      this.#position++;
    // Longer than any operator: garbage, of which a few characters are enough.
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#position, start + 16)));
  }

  #value(depth: number): Operand | undefined {
    const byte = this.#peek();
    if (byte === 0x28) return this.#literalString();
    if (byte === 0x2f) return this.#name();
    if (byte === 0x3c) return this.#peek(1) === 0x3c ? this.#dictionary(depth) : this.#hexString();
    if (byte === 0x5b) return this.#array(depth);
    return this.#number();
  }

  #array(depth: number): Operand[] {
    this.#position++;
    const items: Operand[] = [];
    for (;;) {
      this.#skipWhite();
      const byte = this.#peek();
      if (byte === END) return items;
      if (byte === 0x5d) {
        this.#position++;
        return items;
      }
      if (startsValue(byte) && depth < MAX_NESTING) {
        const value = this.#value(depth + 1);
        if (value !== undefined && items.length < MAX_ITEMS) items.push(value);
      } else if (this.#word() === '') this.#position++;
    }
  }

  #dictionary(depth: number): Map<string, Operand> {
    this.#position += 2;
    const entries = new Map<string, Operand>();
    let key: string | undefined;
    for (;;) {
      this.#skipWhite();
      const byte = this.#peek();
      if (byte === END) return entries;
      if (byte === 0x3e) {
        this.#position += this.#peek(1) === 0x3e ? 2 : 1;
        return entries;
      }
      let value: Operand | undefined = null;
      if (startsValue(byte) && depth < MAX_NESTING) value = this.#value(depth + 1);
      else if (this.#word() === '') this.#position++;
      if (key === undefined) key = value instanceof ContentName ? value.name : undefined;
      else {
        entries.set(key, value ?? null);
        key = undefined;
      }
    }
  }

  #number(): number | undefined {
    const start = this.#position;
    while (isNumberByte(this.#peek())) this.#position++;
    if (this.#position === start) {
      this.#position++;
      return undefined;
    }
    const text = String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.#position, start + 40)));
    const value = Number(text);
    if (Number.isFinite(value)) return value;
    // Writers have been seen to produce `--5` and `12.-3`.
    const repaired = Number.parseFloat(text.replace(/^-+/, '-'));
    return Number.isFinite(repaired) ? repaired : 0;
  }

  #name(): ContentName {
    this.#position++;
    let name = '';
    for (;;) {
      let byte = this.#peek();
      if (byte === END || WHITE.has(byte) || DELIMITERS.has(byte)) return new ContentName(name);
      if (byte === 0x23) {
        const high = hexValue(this.#peek(1));
        const low = hexValue(this.#peek(2));
        if (high >= 0 && low >= 0) {
          byte = high * 16 + low;
          this.#position += 2;
        }
      }
      name += String.fromCharCode(byte);
      this.#position++;
    }
  }

  #hexString(): Uint8Array {
    this.#position++;
    const out: number[] = [];
    let high = -1;
    for (;;) {
      const byte = this.#peek();
      this.#position++;
      if (byte === END || byte === 0x3e) break;
      const digit = hexValue(byte);
      if (digit < 0) continue;
      if (high < 0) high = digit;
      else {
        out.push(high * 16 + digit);
        high = -1;
      }
    }
    if (high >= 0) out.push(high * 16);
    return Uint8Array.from(out);
  }

  #literalString(): Uint8Array {
    this.#position++;
    const out: number[] = [];
    let depth = 1;
    for (;;) {
      const byte = this.#peek();
      this.#position++;
      if (byte === END) break;
      if (byte === 0x5c) {
        const escaped = this.#escape();
        if (escaped >= 0) out.push(escaped);
        continue;
      }
      if (byte === 0x28) depth++;
      if (byte === 0x29 && --depth === 0) break;
      out.push(byte);
    }
    return Uint8Array.from(out);
  }

  /** The byte behind a backslash, or -1 for a line that is continued. */
  #escape(): number {
    const byte = this.#peek();
    if (byte === END) return -1;
    this.#position++;
    const simple = ESCAPES.get(byte);
    if (simple !== undefined) return simple;
    if (byte === 13) {
      if (this.#peek() === 10) this.#position++;
      return -1;
    }
    if (byte === 10) return -1;
    if (!isOctal(byte)) return byte;
    let value = byte - 0x30;
    for (let digit = 0; digit < 2 && isOctal(this.#peek()); digit++) {
      value = value * 8 + this.#peek() - 0x30;
      this.#position++;
    }
    return value & 0xff;
  }

  /** Behind `BI`: dictionary, `ID`, binary data, `EI`. The end is the first `EI` that stands alone. */
  #skipInlineImage(): void {
    for (;;) {
      this.#skipWhite();
      if (this.#peek() === END) return;
      if (startsValue(this.#peek())) this.#value(0);
      else {
        const word = this.#word();
        if (word === 'ID') break;
        if (word === '') this.#position++;
      }
    }
    this.#position++;
    for (; this.#peek() !== END; this.#position++) {
      const alone =
        this.#peek() === 0x45 &&
        this.#peek(1) === 0x49 &&
        WHITE.has(this.#peek(-1)) &&
        (this.#peek(2) === END || WHITE.has(this.#peek(2)));
      if (alone && this.#looksLikeContent(this.#position + 2)) {
        this.#position += 2;
        return;
      }
    }
  }

  #looksLikeContent(start: number): boolean {
    for (const byte of this.#bytes.subarray(start, start + 12)) {
      if (byte > 126 || (byte < 32 && !WHITE.has(byte))) return false;
    }
    return true;
  }
}

function startsValue(byte: number): boolean {
  return byte === 0x28 || byte === 0x2f || byte === 0x3c || byte === 0x5b || isNumberByte(byte);
}

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function isOctal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
