import type { Block, Inline, LinkArea, ListBlock, PageStructure, Word } from '../structure/types.ts';
import { plainText } from '../structure/types.ts';
import type { Box, Drawing } from '../text/drawings.ts';

/** A marked-content sequence that was written. */
export interface Mark {
  readonly mcid: number;
  /** Place of its first word among the words of its content. */
  readonly order: number;
  /** Number of the content stream on its page: 0 is the page's own. */
  readonly stream: number;
}

/** Content of one page that belongs to one element. Its marks are added when the page is written. */
export interface Content {
  readonly page: number;
  readonly words: readonly Word[];
  readonly drawings: readonly Drawing[];
  readonly marks: Mark[];
}

interface CellShape {
  readonly scope: 'column' | 'row' | undefined;
  readonly columns: number;
  readonly rows: number;
}

/** A structure element before it is an object. */
export interface Element {
  /** A standard structure type. */
  readonly tag: string;
  readonly children: (Element | Content)[];
  readonly alt?: string;
  readonly figure?: { readonly page: number; readonly box: Box };
  readonly cell?: CellShape;
  readonly numbering?: 'Decimal' | 'Disc';
  /** An annotation that belongs to the element. */
  readonly annotation?: { readonly page: number; readonly index: number };
}

export function isContent(child: Element | Content): child is Content {
  return 'marks' in child;
}

/** The structure tree of a document: the same blocks that its HTML is made of. */
export function elementTree(
  pages: readonly PageStructure[],
  links: readonly (readonly LinkArea[])[],
): Element {
  const used = new Set<LinkArea>();
  const root: Element = { tag: 'Document', children: [] };
  for (const [page, { blocks }] of pages.entries()) {
    for (const block of blocks) root.children.push(elementOf(block, used));
    // Only links whose text is on this page can be in doubt, and that has been seen by now.
    for (const link of links[page] ?? []) {
      if (used.has(link)) continue;
      used.add(link);
      const annotation = { page, index: link.annotation };
      root.children.push({ tag: 'P', children: [{ tag: 'Link', children: [], annotation }] });
    }
  }
  return root;
}

function elementOf(block: Block, used: Set<LinkArea>): Element {
  switch (block.kind) {
    case 'heading':
      return { tag: `H${block.level}`, children: inlineChildren(block.content, used) };
    case 'paragraph':
      return { tag: 'P', children: inlineChildren(block.content, used) };
    case 'list':
      return listElement(block, used);
    case 'table': {
      const rows = block.rows.map(
        (row): Element => ({
          tag: 'TR',
          children: row.map(
            (cell): Element => ({
              tag: cell.scope === undefined ? 'TD' : 'TH',
              cell,
              children: inlineChildren(cell.content, used),
            }),
          ),
        }),
      );
      return { tag: 'Table', children: rows };
    }
    case 'figure': {
      const { page, box, drawings, caption } = block;
      const picture: Content = { page, words: [], drawings, marks: [] };
      const alt = plainText(caption).trim();
      const text: Element[] = alt === '' ? [] : [{ tag: 'Caption', children: inlineChildren(caption, used) }];
      const element: Element = { tag: 'Figure', children: [picture, ...text], figure: { page, box } };
      return alt === '' ? element : { ...element, alt };
    }
  }
}

function listElement({ ordered, items }: ListBlock, used: Set<LinkArea>): Element {
  const children = items.map((item): Element => {
    const label = inlineChildren(item.label, used);
    const inner = item.lists.map((list) => listElement(list, used));
    const body: Element = { tag: 'LBody', children: [...inlineChildren(item.content, used), ...inner] };
    return { tag: 'LI', children: label.length > 0 ? [{ tag: 'Lbl', children: label }, body] : [body] };
  });
  return { tag: 'L', children, numbering: ordered ? 'Decimal' : 'Disc' };
}

function inlineChildren(content: readonly Inline[], used: Set<LinkArea>): (Element | Content)[] {
  return content.flatMap(({ source }): (Element | Content)[] => {
    if (!source || source.words.length === 0) return [];
    const { page, words, link } = source;
    const own: Content = { page, words, drawings: [], marks: [] };
    if (!link) return [own];
    // An annotation has one parent: a link whose text is in two places belongs to the first.
    const first = !used.has(link);
    used.add(link);
    const element: Element = { tag: 'Link', children: [own] };
    return [first ? { ...element, annotation: { page, index: link.annotation } } : element];
  });
}
