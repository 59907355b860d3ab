import type { LabelledField } from '../forms/label-fields.ts';
import type { Word } from '../structure/types.ts';
import { textContent } from './actual-text.ts';
import type { Content, Element } from './elements.ts';

/** Where in the text form fields are read. Each is taken once. */
export class FieldPlaces {
  readonly #left: Set<LabelledField>;
  /** By the spans of the word beside it: words are copied on their way here, their spans are not. */
  readonly #bySpans = new Map<Word['spans'], LabelledField[]>();
  readonly #byPage: ReadonlyMap<number, readonly LabelledField[]>;

  constructor(fields: readonly LabelledField[]) {
    this.#left = new Set(fields);
    this.#byPage = Map.groupBy(fields, ({ page }) => page);
    for (const field of fields) {
      if (!field.place) continue;
      const known = this.#bySpans.get(field.place.spans);
      if (known) known.push(field);
      else this.#bySpans.set(field.place.spans, [field]);
    }
  }

  has(word: Word): boolean {
    return this.#bySpans.has(word.spans);
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

  #take(word: Word, side: 'before' | 'after'): Element[] {
    return (this.#bySpans.get(word.spans) ?? [])
      .filter((field) => field.place?.side === side && this.#left.has(field))
      .map((field) => this.#element(field));
  }

  #element(field: LabelledField): Element {
    this.#left.delete(field);
    const { page, annotation: index, text, shared, from } = field;
    const element: Element = { tag: 'Form', children: [], annotation: { page, index } };
    return shared && from !== 'file' ? { ...element, alt: text } : element;
  }
}
