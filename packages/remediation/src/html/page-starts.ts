import type { Inline, ListBlock, PageStructure } from '../structure/types.ts';

/** Where pages begin: with their section, or inside of a list or table that goes on from an earlier page. */
export class PageStarts {
  readonly #inside = new Map<object, number>();
  readonly #pages = new Set<number>();

  constructor(pages: readonly PageStructure[]) {
    for (const [page, { blocks }] of pages.entries())
      for (const block of blocks) {
        if (block.kind === 'list') this.#addItems(block, page);
        if (block.kind !== 'table') continue;
        for (const row of block.rows)
          this.#add(
            row,
            row.flatMap(({ content }) => content),
            page,
          );
      }
  }

  /** The identifier of a page's section, as an attribute; empty where the page begins inside of something. */
  sectionId(page: number): string {
    return this.#pages.has(page) ? '' : ` id="page-${page + 1}"`;
  }

  /** The identifier of the page that begins with this row or item, as an attribute; empty where none does. */
  idOf(part: object): string {
    const page = this.#inside.get(part);
    return page === undefined ? '' : ` id="page-${page + 1}"`;
  }

  #addItems({ items }: ListBlock, page: number): void {
    for (const item of items) {
      this.#add(item, [...item.label, ...item.content], page);
      for (const list of item.lists) this.#addItems(list, page);
    }
  }

  #add(part: object, content: readonly Inline[], page: number): void {
    const own = content.find(({ source }) => source)?.source?.page ?? page;
    if (own <= page || this.#pages.has(own)) return;
    this.#pages.add(own);
    this.#inside.set(part, own);
  }
}
