import type { Box, Drawing } from '../text/drawings.ts';
import type { GlyphSpan } from '../text/text-pen.ts';

/** A rectangle of the page that leads somewhere. */
export interface LinkArea extends Box {
  /** Checked: http, https, mailto, or `#page-N`; undefined for any other action. */
  readonly href: string | undefined;
  /** What its author says of it, or where it leads. */
  readonly description: string | undefined;
  /** Its place among the page's annotations. */
  readonly annotation: number;
}

export interface Word {
  readonly text: string;
  readonly spaceBefore: boolean;
  /** The space before it is in the content, not only in the layout. */
  readonly drawnSpace: boolean;
  readonly lineStart: boolean;
  /** Spaces and line breaks before it, where they are kept: in a listing. */
  readonly before?: string;
  readonly link: LinkArea | undefined;
  /** Set small and above the line. */
  readonly raised: boolean;
  /** Set small and below it. */
  readonly lowered?: boolean;
  readonly spans: readonly GlyphSpan[];
}

const MARK = /^(?:\d{1,3}|[*†‡§])$/u;

/** Whether a word is the mark of a note. */
export function isMark({ raised, text }: Word): boolean {
  return raised && MARK.test(text);
}

/** Where an inline comes from. */
export interface InlineSource {
  /** Index of the page. */
  readonly page: number;
  readonly words: readonly Word[];
  readonly link: LinkArea | undefined;
}

/** A piece of running text, with its link if it has one. */
export interface Inline {
  readonly text: string;
  /** Checked: http, https, mailto, or `#page-N`. */
  readonly href?: string;
  /** Identifier of the note that it is the mark of. */
  readonly note?: string;
  /** Raised or lowered against its line. */
  readonly script?: 'sup' | 'sub';
  /** Lines of a listing, with their breaks and spaces. */
  readonly listing?: true;
  readonly source?: InlineSource;
}

interface ListItem {
  readonly label: readonly Inline[];
  readonly content: readonly Inline[];
  /** Lists inside the item. */
  readonly lists: readonly ListBlock[];
}

export interface ListBlock {
  readonly kind: 'list';
  readonly ordered: boolean;
  /** Numbers, or small or capital letters. */
  readonly style: '1' | 'a' | 'A';
  /** Number of the first item of an ordered list. */
  readonly start: number;
  readonly items: readonly ListItem[];
}

export interface TableCell {
  /** What the cell is the header of, if it is one. */
  readonly scope: 'column' | 'row' | undefined;
  readonly columns: number;
  readonly rows: number;
  readonly content: readonly Inline[];
}

export interface TableBlock {
  readonly kind: 'table';
  readonly rows: readonly (readonly TableCell[])[];
  /** Head rows that the pages on which it goes on repeat. */
  readonly repeated: readonly Inline[];
}

export interface FigureBlock {
  readonly kind: 'figure';
  readonly page: number;
  readonly box: Box;
  readonly drawings: readonly Drawing[];
  /** What is written inside of a drawing. */
  readonly text: readonly Inline[];
  readonly caption: readonly Inline[];
  /** What a model says it shows, where there is no caption. */
  readonly description?: string;
  /** The link that it is all of. */
  readonly link?: LinkArea;
}

export interface NoteBlock {
  readonly kind: 'note';
  /** One of a kind in the document. */
  readonly id: string;
  /** What stands in the text for it. */
  readonly mark: string;
  readonly label: readonly Inline[];
  readonly content: readonly Inline[];
}

export interface ContentsEntry {
  /** From 1. */
  readonly level: number;
  readonly content: readonly Inline[];
}

interface ContentsBlock {
  readonly kind: 'contents';
  readonly entries: ContentsEntry[];
}

export type Block =
  /** The document's own name, where it is set apart from the headings: at most one, before all of them. */
  (
    | { readonly kind: 'title'; readonly content: readonly Inline[] }
    | { readonly kind: 'heading'; readonly level: number; readonly content: readonly Inline[] }
    | { readonly kind: 'paragraph'; readonly content: readonly Inline[] }
    /** Output of a console, source text, settings: lines that stay as they are. */
    | { readonly kind: 'listing'; readonly content: readonly Inline[] }
    | ListBlock
    | TableBlock
    | FigureBlock
    | NoteBlock
    | ContentsBlock
  ) & {
    /** BCP 47, where it is not the document's. */
    readonly language?: string;
  };

export interface PageStructure {
  readonly blocks: readonly Block[];
  /** A picture of a page: no text, and an image over most of it. */
  readonly scanned: boolean;
}

/** Content in pieces: listings, and what stands between them. */
export function listingsApart<T extends Inline>(
  content: readonly T[],
): { listing: boolean; content: readonly T[] }[] {
  const pieces: { listing: boolean; content: T[] }[] = [];
  for (const inline of content) {
    const listing = inline.listing === true;
    const last = pieces.at(-1);
    if (last?.listing === listing) last.content.push(inline);
    else pieces.push({ listing, content: [inline] });
  }
  return pieces;
}

/** Text of inlines, without links. */
export function plainText(content: readonly Inline[]): string {
  return content.map((inline) => inline.text).join('');
}

/** What stands for a picture where it is not seen: its caption, what is said of it, or where it leads. Empty: nothing. */
export function alternativeText({ caption, description, link }: FigureBlock): string {
  return plainText(caption).trim() || (description ?? link?.description ?? '');
}

/** All text of a block, a line for each part of it. */
export function blockText(block: Block): string {
  switch (block.kind) {
    case 'list':
      return block.items
        .map((item) => [plainText(item.content), ...item.lists.map(blockText)].join('\n'))
        .join('\n');
    case 'table':
      return block.rows.map((row) => row.map((cell) => plainText(cell.content)).join('\t')).join('\n');
    case 'figure':
      return [block.text, block.caption].map(plainText).filter(Boolean).join('\n');
    case 'contents':
      return block.entries.map(({ content }) => plainText(content)).join('\n');
    case 'note':
    case 'title':
    case 'heading':
    case 'paragraph':
    case 'listing':
      return plainText(block.content);
  }
}
