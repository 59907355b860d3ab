/** What checks need of an embedded TrueType program. Damaged tables read as empty ones. */
export class TrueTypeProgram {
  readonly #view: DataView;
  readonly #tables = new Map<string, number>();

  constructor(font: Uint8Array) {
    this.#view = new DataView(font.buffer, font.byteOffset, font.byteLength);
    for (let index = 0; index < Math.min(this.#u16(4), 64); index++) {
      const at = 12 + index * 16;
      this.#tables.set(String.fromCharCode(...font.subarray(at, at + 4)), this.#u32(at + 8));
    }
  }

  get glyphCount(): number {
    return this.#read('maxp', 4);
  }

  get characterMaps(): number {
    return this.#read('cmap', 2);
  }

  /** Advance of a glyph in thousandths of an em; undefined where the program does not tell. */
  width(glyph: number): number | undefined {
    const unitsPerEm = this.#read('head', 18);
    const metrics = this.#read('hhea', 34);
    const at = this.#tables.get('hmtx');
    if (at === undefined || unitsPerEm === 0 || metrics === 0) return undefined;
    return (this.#u16(at + Math.min(glyph, metrics - 1) * 4) * 1000) / unitsPerEm;
  }

  #read(table: string, offset: number): number {
    const at = this.#tables.get(table);
    return at === undefined ? 0 : this.#u16(at + offset);
  }

  #u16(at: number): number {
    return at >= 0 && at + 2 <= this.#view.byteLength ? this.#view.getUint16(at) : 0;
  }

  #u32(at: number): number {
    return at >= 0 && at + 4 <= this.#view.byteLength ? this.#view.getUint32(at) : 0;
  }
}
