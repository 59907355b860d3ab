import type { PdfDict } from '@libpdf/core';
import { decodeTextString, type ObjectAccess } from '../pdf/object-access.ts';
import { ContentName, type Operand } from './content-lexer.ts';
import { isMirrorOf } from './direction.ts';
import type { StreamUse } from './page-text.ts';

/** Of one letter, in UTF-16. */
const MAX_LETTER_LENGTH = 3;
/** Deeper than any real file: what is opened further inside says nothing of its text. */
const MAX_OPEN = 64;

/** The sequences of marked content that are open while a page runs, and what they say that they are read as (`ActualText`). */
export class MarkedContent {
  /** Sequences that say what they are read as, and have glyphs of which nothing else says it. */
  readonly speechless = new Set<string>();
  readonly #objects: ObjectAccess;
  readonly #replaces: ReadonlySet<string>;
  /** Each open sequence, by its place, where it has a replacement text. */
  readonly #open: (string | undefined)[] = [];
  /** How many more are open than are remembered. */
  #deeper = 0;
  readonly #listed = new Map<PdfDict, string | undefined>();
  /** The outermost replacement text that is open. */
  #replaced: { readonly text: string; used: boolean; readonly depth: number } | undefined;

  /** @param replaces sequences for which their replacement text stands, as `speechless` names them */
  constructor(objects: ObjectAccess, replaces: ReadonlySet<string>) {
    this.#objects = objects;
    this.#replaces = replaces;
  }

  /** `BMC` or `BDC`. */
  begin(properties: Operand | undefined, use: StreamUse, operation: number): void {
    if (this.#open.length >= MAX_OPEN) {
      this.#deeper++;
      return;
    }
    const text = this.#actualText(properties, use.resources);
    const key = `${use.id}/${operation}`;
    this.#open.push(text === undefined ? undefined : key);
    // A letter made of several glyphs: each of them may well have a text of its own, which is not the letter's.
    if (text !== undefined && text.length <= MAX_LETTER_LENGTH && text.trim() !== '')
      this.speechless.add(key);
    if (text !== undefined && this.#replaces.has(key))
      this.#replaced ??= { text, used: false, depth: this.#open.length };
  }

  /** `EMC`. */
  end(): void {
    if (this.#deeper > 0) {
      this.#deeper--;
      return;
    }
    if (this.#replaced && this.#open.length <= this.#replaced.depth) this.#replaced = undefined;
    this.#open.pop();
  }

  /** What a glyph of this text is read as: undefined when an earlier one of the same replacement text stands for it. */
  read(text: string): string | undefined {
    if (text === '') for (const key of this.#open) if (key !== undefined) this.speechless.add(key);
    const replaced = this.#replaced;
    if (!replaced) return text;
    if (replaced.used || replaced.text === '') return undefined;
    replaced.used = true;
    // A bracket in a text from right to left: all others are turned from what they look like when the text is.
    return isMirrorOf(text, replaced.text) ? text : replaced.text;
  }

  #actualText(properties: Operand | undefined, resources: PdfDict | undefined): string | undefined {
    if (properties instanceof Map) {
      const value = properties.get('ActualText');
      return value instanceof Uint8Array ? decodeTextString(value) : undefined;
    }
    if (!(properties instanceof ContentName)) return undefined;
    const list = this.#objects.dict(this.#objects.dict(resources, 'Properties'), properties.name);
    if (!list) return undefined;
    if (!this.#listed.has(list)) this.#listed.set(list, this.#objects.text(list, 'ActualText'));
    return this.#listed.get(list);
  }
}
