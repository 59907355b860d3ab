import type { LabelledField } from '../forms/label-fields.ts';
import type {
  Block,
  ContentsEntry,
  Inline,
  LinkArea,
  ListBlock,
  PageStructure,
  Word,
} from '../structure/types.ts';
import { alternativeText, listingsApart, plainText } from '../structure/types.ts';
import type { Box, Drawing } from '../text/drawings.ts';
import { type ReadInline, readInlines, textContent } from './actual-text.ts';
import { FieldPlaces } from './field-places.ts';

/** A marked-content sequence that was written. */
interface Mark {
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
  /** A standard structure type of PDF 1.7, or one of `MAPPED_TYPES`. */
  readonly tag: string;
  readonly children: (Element | Content)[];
  readonly alt?: string;
  /** What its content is read as. */
  readonly actualText?: string;
  readonly figure?: { readonly page: number; readonly box: Box };
  readonly cell?: CellShape;
  /** One of a kind in the document. */
  readonly id?: string;
  /** BCP 47. */
  readonly language?: string;
  readonly numbering?: 'Decimal' | 'LowerAlpha' | 'UpperAlpha' | 'Disc';
  /** An annotation that belongs to the element. */
  readonly annotation?: { readonly page: number; readonly index: number };
}

/** Types of PDF 2.0, and what they are to readers that know PDF 1.7. */
export const MAPPED_TYPES: Readonly<Record<string, string>> = { Title: 'P' };

export function isContent(child: Element | Content): child is Content {
  return 'marks' in child;
}

/** What has found its place in the tree. */
interface Placing {
  readonly links: Set<LinkArea>;
  readonly fields: FieldPlaces;
}

/** The structure tree of a document: the same blocks that its HTML is made of. */
export function elementTree(
  pages: readonly PageStructure[],
  links: readonly (readonly LinkArea[])[],
  fields: readonly LabelledField[],
): Element {
  const placing: Placing = { links: new Set(), fields: new FieldPlaces(fields) };
  const used = placing.links;
  const root: Element = { tag: 'Document', children: [] };
  for (const [page, { blocks }] of pages.entries()) {
    for (const block of blocks) {
      const element = elementOf(block, placing);
      root.children.push(block.language === undefined ? element : { ...element, language: block.language });
      // No place for a field inside: it is read after.
      if (block.kind === 'heading' || block.kind === 'title')
        for (const field of block.content.flatMap(({ source }) =>
          placing.fields.takeAll(source?.words ?? []),
        ))
          root.children.push(field);
    }
    // Only links whose text is on this page can be in doubt, and that has been seen by now.
    for (const link of links[page] ?? []) {
      if (used.has(link)) continue;
      used.add(link);
      const annotation = { page, index: link.annotation };
      root.children.push({ tag: 'P', children: [{ tag: 'Link', children: [], annotation }] });
    }
    for (const field of placing.fields.takeRest(page)) root.children.push(field);
  }
  return root;
}

function elementOf(block: Block, placing: Placing): Element {
  switch (block.kind) {
    case 'title':
      return { tag: 'Title', children: textChildren(block.content, placing) };
    case 'heading':
      return { tag: `H${block.level}`, children: textChildren(block.content, placing) };
    case 'paragraph':
    case 'listing':
      return { tag: 'P', children: inlineChildren(block.content, placing) };
    case 'list':
      return listElement(block, placing);
    case 'table': {
      const rows = block.rows.map(
        (row): Element => ({
          tag: 'TR',
          children: row.map(
            (cell): Element => ({
              tag: cell.scope === undefined ? 'TD' : 'TH',
              cell,
              children: inlineChildren(cell.content, placing),
            }),
          ),
        }),
      );
      return { tag: 'Table', children: rows };
    }
    case 'note': {
      const { id, label, content } = block;
      const together = drawnTogether(label, content);
      const children = together
        ? inlineChildren(together, placing)
        : [{ tag: 'Lbl', children: textChildren(label, placing) }, ...inlineChildren(content, placing)];
      return { tag: 'Note', id, children };
    }
    case 'contents':
      return contentsElement(block.entries, 1, placing);
    case 'figure': {
      const { page, box, drawings, text: inside, caption, link } = block;
      const picture: Content = { page, words: [], drawings, marks: [] };
      const alt = alternativeText(block);
      const captioned = plainText(caption).trim() !== '';
      const text: Element[] = captioned ? [{ tag: 'Caption', children: textChildren(caption, placing) }] : [];
      const element: Element = {
        tag: 'Figure',
        children: [picture, ...textChildren(inside, placing), ...text],
        figure: { page, box },
      };
      const figure = alt === '' ? element : { ...element, alt };
      // A caption is no part of what the picture leads to.
      if (!link || captioned || placing.links.has(link)) return figure;
      placing.links.add(link);
      const annotation = { page, index: link.annotation };
      return { tag: 'P', children: [{ tag: 'Link', children: [figure], annotation }] };
    }
  }
}

/**
 * A note whose mark and text one operation draws, as text that begins with the mark: a note needs no label, and to give it one would
 * cut the operation.
 */
function drawnTogether(label: readonly Inline[], content: readonly Inline[]): Inline[] | undefined {
  const [mark, [first, ...rest]] = [label[0]?.source, content];
  const text = first?.source;
  const [end, start] = [mark?.words.at(-1)?.spans.at(-1), text?.words[0]?.spans[0]];
  if (!mark || mark.link || !first || !text || text.link || !end || !start) return undefined;
  if (end.stream !== start.stream || end.operation !== start.operation) return undefined;
  const together = `${plainText(label).trim()} ${first.text}`;
  return [{ ...first, text: together, source: { ...text, words: [...mark.words, ...text.words] } }, ...rest];
}

/** Entries of one level, and between them those of the levels below. */
function contentsElement(entries: readonly ContentsEntry[], level: number, placing: Placing): Element {
  const children: Element[] = [];
  for (let at = 0; at < entries.length; ) {
    const entry = entries[at];
    if (entry && entry.level <= level) {
      const reference: Element = { tag: 'Reference', children: textChildren(entry.content, placing) };
      children.push({ tag: 'TOCI', children: [reference] });
      at++;
      continue;
    }
    let end = at;
    while (end < entries.length && (entries[end]?.level ?? 0) > level) end++;
    children.push(contentsElement(entries.slice(at, end), level + 1, placing));
    at = end;
  }
  return { tag: 'TOC', children };
}

const NUMBERING = { '1': 'Decimal', a: 'LowerAlpha', A: 'UpperAlpha' } as const;

function listElement({ ordered, style, items }: ListBlock, placing: Placing): Element {
  const children = items.map((item): Element => {
    const label = textChildren(item.label, placing);
    const content = inlineChildren(item.content, placing);
    const inner = item.lists.map((list) => listElement(list, placing));
    const body: Element = { tag: 'LBody', children: [...content, ...inner] };
    return { tag: 'LI', children: label.length > 0 ? [{ tag: 'Lbl', children: label }, body] : [body] };
  });
  return { tag: 'L', children, numbering: ordered ? NUMBERING[style] : 'Disc' };
}

/** Text and links, the form fields that the text names, and listings. */
function inlineChildren(content: readonly Inline[], placing: Placing): (Element | Content)[] {
  return listingsApart(readInlines(content)).flatMap(({ listing, content: own }) => {
    const children = fieldChildren(own, placing);
    return listing ? [{ tag: 'Code', children }] : children;
  });
}

function fieldChildren(content: readonly ReadInline[], placing: Placing): (Element | Content)[] {
  return content.flatMap((inline) => {
    const { source } = inline;
    if (!source?.words.some((word) => placing.fields.has(word))) return [textChild(inline, placing)];
    // The text of a link stays in one piece.
    if (source.link) return [textChild(inline, placing), ...placing.fields.takeAll(source.words)];
    return placing.fields.split(source.page, source.words);
  });
}

function textChildren(content: readonly Inline[], placing: Placing): (Element | Content)[] {
  return readInlines(content).map((inline) => textChild(inline, placing));
}

function textChild({ source, note, actualText }: ReadInline, { links }: Placing): Element | Content {
  const { page, words, link } = source;
  const own = textContent(page, words, actualText);
  const inside = (child: Element | Content): Element | Content =>
    note === undefined ? child : { tag: 'Reference', children: [child] };
  if (!link) return inside(own);
  // An annotation has one parent: a link whose text is in two places belongs to the first.
  const first = !links.has(link);
  links.add(link);
  const element: Element = { tag: 'Link', children: [own] };
  return inside(first ? { ...element, annotation: { page, index: link.annotation } } : element);
}
