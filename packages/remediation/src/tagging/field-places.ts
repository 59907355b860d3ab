import type { LabelledField } from '../forms/label-fields.ts';
import { type FieldPlace, glyphsBeside } from '../forms/label-finder.ts';
import type { Word } from '../structure/types.ts';
import { textContent } from './actual-text.ts';
import type { Content, Element } from './elements.ts';

const SIDES = ['before', 'after'] as const;

/** Where in the text form fields are read. Each is taken once. */
export class FieldPlaces {
  readonly #left: Set<LabelledField>;
  readonly #byGlyphs: ReadonlyMap<unknown, readonly LabelledField[]>;
  readonly #byPage: ReadonlyMap<number, readonly LabelledField[]>;

  constructor(fields: readonly LabelledField[]) {
    this.#left = new Set(fields);
    this.#byPage = Map.groupBy(fields, ({ page }) => page);
    this.#byGlyphs = Map.groupBy(fields, ({ place }) => place && glyphsBeside(place.spans, place.side));
  }

  has(word: Word): boolean {
    return SIDES.some((side) => this.#beside(word, side).length > 0);
  }

  /** The fields beside any of these words. */
  takeAll(words: readonly Word[]): Element[] {
    return words.flatMap((word) => [...this.#take(word, 'before'), ...this.#take(word, 'after')]);
  }

  /** The words, in pieces where fields are read between them. */
  split(page: number, words: readonly Word[]): (Element | Content)[] {
    const children: (Element | Content)[] = [];
    let piece: Word[] = [];
    const cut = (): void => {
      if (piece.length > 0) children.push(textContent(page, piece));
      piece = [];
    };
    const place = (fields: readonly Element[]): void => {
      if (fields.length > 0) cut();
      for (const field of fields) children.push(field);
    };
    for (const word of words) {
      place(this.#take(word, 'before'));
      piece.push(word);
      place(this.#take(word, 'after'));
    }
    cut();
    return children;
  }

  /** The fields of a page that no text of its elements stands beside. */
  takeRest(page: number): Element[] {
    return (this.#byPage.get(page) ?? [])
      .filter((field) => this.#left.has(field))
      .map((field) => this.#element(field));
  }

  #take(word: Word, side: FieldPlace['side']): Element[] {
    return this.#beside(word, side)
      .filter((field) => this.#left.has(field))
      .map((field) => this.#element(field));
  }

  #beside({ spans }: Word, side: FieldPlace['side']): readonly LabelledField[] {
    const glyphs = glyphsBeside(spans, side);
    const fields = glyphs && this.#byGlyphs.get(glyphs);
    return fields?.filter(({ place }) => place?.side === side) ?? [];
  }

  #element(field: LabelledField): Element {
    this.#left.delete(field);
    const { page, annotation: index, text, shared, from } = field;
    const element: Element = { tag: 'Form', children: [], annotation: { page, index } };
    return shared && from !== 'file' ? { ...element, alt: text } : element;
  }
}
