import type { LabelledField } from '../forms/label-fields.ts';
import { glyphsBeside } from '../forms/label-finder.ts';
import type { Inline } from '../structure/types.ts';
import { escapeHtml } from './escape.ts';

/** Form fields as the page shows them, filled in, to be read where they stand. */
export class FieldValues {
  readonly #left: Set<LabelledField>;
  readonly #byGlyphs: ReadonlyMap<unknown, readonly LabelledField[]>;
  readonly #byPage: ReadonlyMap<unknown, readonly LabelledField[]>;

  constructor(fields: readonly LabelledField[]) {
    this.#left = new Set(fields);
    this.#byGlyphs = Map.groupBy(fields, ({ place }) => place && glyphsBeside(place.spans, place.side));
    this.#byPage = Map.groupBy(fields, ({ page }) => page);
  }

  /** The fields beside this text. */
  beside(content: readonly Inline[]): string {
    if (this.#left.size === 0) return '';
    const words = content.flatMap(({ source }) => source?.words ?? []);
    const glyphs = new Set(
      words.flatMap(({ spans }) => [glyphsBeside(spans, 'before'), glyphsBeside(spans, 'after')]),
    );
    glyphs.delete(undefined);
    return this.#take([...glyphs].flatMap((each) => this.#byGlyphs.get(each) ?? []));
  }

  /** The fields of a page that no text stood beside. */
  restOf(page: number): string {
    return this.#take(this.#byPage.get(page) ?? []);
  }

  #take(wanted: readonly LabelledField[]): string {
    const fields = wanted.filter((field) => this.#left.delete(field));
    return fields.map((field) => ` ${renderField(field)}`).join('');
  }
}

/** Nothing can be filled in here, so nothing can be changed. */
function renderField({ kind, text, value, checked }: LabelledField): string {
  const label = escapeHtml(text);
  if (kind === 'check' || kind === 'radio')
    return `<input type="checkbox" disabled${checked ? ' checked' : ''} aria-label="${label}">`;
  if (kind === 'push') return `<button type="button" disabled>${label}</button>`;
  return `<input type="text" readonly value="${escapeHtml(value ?? '')}" aria-label="${label}">`;
}
