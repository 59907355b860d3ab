import type { OutlineEntry } from '../pdf/outline.ts';
import { takeContents } from './contents-table.ts';
import { type DraftBlock, draftBlocks } from './draft-blocks.ts';
import { attachCaptions } from './figures/captions.ts';
import { findHeadings } from './headings/heading-levels.ts';
import { isUnfinished, joinInlines } from './inlines.ts';
import { joinSpacedColumns, withoutPitch } from './listings/listing-rows.ts';
import { ListBuilder } from './lists/list-builder.ts';
import { findNotes, tieReferences } from './notes.ts';
import { readingOrder } from './order/reading-order.ts';
import { versesIn } from './order/verse-columns.ts';
import { bottomOf, type PageObject, type Row } from './page-lines.ts';
import { takeCards } from './tables/card-tables.ts';
import { type OpenTable, takeCarriedRows } from './tables/carried-rows.ts';
import { takeHeadedTables } from './tables/headed-tables.ts';
import { joinTables } from './tables/join-tables.ts';
import { type Block, plainText, type Word } from './types.ts';

export interface DraftPage {
  readonly blocks: readonly DraftBlock[];
  /** Rows of a table that has no clear columns are lines of text. */
  readonly hasTable: boolean;
  /** What is drawn and not read: the dots before page numbers. */
  readonly leaders: readonly Word[];
  /** In points. */
  readonly height: number;
}

/**
 * The blocks of one page in reading order.
 *
 * @param groups rows by the direction of their text
 * @param typewritten the document's text is in a face of fixed pitch, which makes no listings then
 * @param carried the table that the page before ends with, if it may go on
 */
export function draftPage(
  groups: readonly (readonly Row[])[],
  page: number,
  height: number,
  typewritten: boolean,
  carried?: OpenTable,
): DraftPage {
  const weights = groups.map((rows) => charactersOf(rows.flat()));
  const most = weights.reduce((sum, weight) => Math.max(sum, weight), 0);
  const blocks = groups.flatMap((rows, at) => {
    const lines = typewritten ? rows.map(withoutPitch) : joinSpacedColumns(rows);
    const tabled = (part: readonly Row[]): readonly Row[] =>
      takeHeadedTables(typewritten ? part : takeCards(part, page), page);
    const order = versesIn(lines).flatMap((part, first) => {
      if ('columns' in part) return part.columns.flatMap((column) => readingOrder(tabled(column), 1));
      const headed = tabled(part.rows);
      return readingOrder(at === 0 && first === 0 ? takeCarriedRows(headed, carried, page) : headed);
    });
    const drafts = draftBlocks(takeContents(order), page, typewritten);
    // What stands sideways beside the text of a page heads none of it: a stamp, a watermark.
    return weights[at] === most ? drafts : drafts.map((draft) => ({ ...draft, sideways: true }));
  });
  return {
    blocks,
    hasTable: blocks.some((block) => block.table && !block.object),
    leaders: blocks.flatMap((block) => block.leader),
    height,
  };
}

function charactersOf(segments: readonly { readonly characters: number }[]): number {
  return segments.reduce((sum, { characters }) => sum + characters, 0);
}

/** A list this much further in (points) is inside of the item before it. */
const INNER_LIST_PT = 6;
/** Entries further in are of the last of these levels. */
const MAX_ENTRY_LEVELS = 8;
/** Paragraphs and listings of an item, at most, behind which the next one is looked for. */
const MAX_ITEM_BLOCKS = 40;

/**
 * Decides, over the whole document, what is a heading and what a list, and which tables are one.
 *
 * @param recognised pages whose text was read from a picture: too little is known of it for anything but paragraphs
 */
export function buildStructure(
  pages: readonly DraftPage[],
  outline: readonly OutlineEntry[],
  bodySize: number,
  recognised: ReadonlySet<number>,
): Block[][] {
  const drafts = pages.flatMap((page) => page.blocks).filter((draft) => !recognised.has(draft.page));
  const { levels, title } = findHeadings(
    drafts.filter((draft) => !draft.sideways),
    outline,
    bodySize,
  );
  const notes = findNotes(
    pages.map((page) => page.blocks),
    bodySize,
  );
  const tables = joinTables(pages, (draft) => notes.has(draft));
  let open: { blocks: Block[]; draft: DraftBlock; passed?: PageObject } | undefined;
  const lists = new ListBuilder();
  const all = pages.flatMap((page) => page.blocks);
  const places = new Map(all.map((draft, at) => [draft, at]));
  const later = (draft: DraftBlock): DraftBlock | undefined => {
    if (!draft.marker) return undefined;
    const at = (places.get(draft) ?? 0) + 1;
    const found = all.slice(at, at + MAX_ITEM_BLOCKS).find((other) => !isInside(other, draft));
    return found && levels.has(found) ? undefined : found;
  };
  const built = pages.map((page) => {
    const blocks: Block[] = [];
    let edges: readonly number[] | undefined;
    lists.turnTo(blocks);
    for (const [index, draft] of page.blocks.entries()) {
      if (draft.object) {
        lists.close();
        if (open) open = { ...open, passed: draft.object };
        const object = draft.object.kind === 'table' ? tables.get(draft.object) : draft.object;
        if (object) blocks.push(object);
        continue;
      }
      if (plainText(draft.content).trim() === '') continue;
      if (recognised.has(draft.page)) {
        lists.close();
        open = undefined;
        blocks.push({ kind: 'paragraph', content: draft.content });
        continue;
      }
      const note = notes.get(draft);
      if (note) {
        // What the page breaks off goes on behind its notes.
        blocks.push(note);
        continue;
      }
      if (draft.contents) {
        lists.close();
        open = undefined;
        edges ??= entryEdges(page.blocks);
        addEntry(blocks, edges, draft);
        continue;
      }
      if (title.includes(draft)) {
        lists.close();
        open = undefined;
        if (draft === title[0])
          blocks.push({ kind: 'title', content: title.map(({ content }) => content).reduce(joinInlines) });
        continue;
      }
      const level = levels.get(draft);
      if (level !== undefined) {
        lists.close();
        open = undefined;
        blocks.push({ kind: 'heading', level, content: draft.content });
      } else if (draft.listing) {
        open = undefined;
        if (lists.continues(draft)) continue;
        lists.close();
        blocks.push({ kind: 'listing', content: draft.listing });
      } else if (
        isListItem(draft, page.blocks[index - 1], page.blocks[index + 1], later(draft)) ||
        lists.expects(draft)
      ) {
        open = undefined;
        lists.add(draft);
      } else if (lists.continues(draft)) continue;
      else if (open && goesOn(open.draft, draft, open.passed)) {
        lists.close();
        const at = open.blocks.findLastIndex(({ kind }) => kind === 'paragraph');
        const last = open.blocks[at];
        if (last?.kind === 'paragraph')
          open.blocks[at] = { ...last, content: joinInlines(last.content, draft.content) };
        open = { blocks: open.blocks, draft };
      } else {
        lists.close();
        blocks.push({ kind: 'paragraph', content: draft.content });
        open = draft.table ? undefined : { blocks, draft };
      }
    }
    return blocks;
  });
  lists.close();
  return built.map(attachCaptions).map(tieReferences);
}

/** Where entries of a page's table of contents begin, each one a level further in. */
function entryEdges(drafts: readonly DraftBlock[]): readonly number[] {
  const edges = [...new Set(drafts.filter(({ contents }) => contents).map(({ x0 }) => Math.round(x0)))].sort(
    (a, b) => a - b,
  );
  // Edges within a step of each other are one.
  return edges
    .filter((edge, at) => edge - (edges[at - 1] ?? Number.NEGATIVE_INFINITY) > INNER_LIST_PT)
    .slice(0, MAX_ENTRY_LEVELS);
}

/** Adds an entry to the table of contents that the page's blocks end with, if any. */
function addEntry(blocks: Block[], edges: readonly number[], draft: DraftBlock): void {
  const level = Math.max(1, edges.filter((edge) => edge <= draft.x0 + INNER_LIST_PT / 2).length);
  const last = blocks.at(-1);
  if (last?.kind === 'contents') {
    const deepest = (last.entries.at(-1)?.level ?? 0) + 1;
    last.entries.push({ level: Math.min(level, deepest), content: draft.content });
  } else blocks.push({ kind: 'contents', entries: [{ level: 1, content: draft.content }] });
}

/**
 * Whether a paragraph that a column or page broke off goes on here.
 *
 * @param passed a table or figure that is read between them: what stands below it in the same column is read after it
 */
function goesOn(before: DraftBlock, draft: DraftBlock, passed: PageObject | undefined): boolean {
  const isSamePage = draft.page === before.page;
  if (passed && isSamePage && draft.top < before.bottom && draft.top - draft.size < bottomOf(passed))
    return false;
  if (before.leader.length > 0) return false;
  if (!draft.opensRegion || draft.table || draft.marker || draft.page - before.page > 1) return false;
  if (Math.abs(before.size - draft.size) > 0.6 || before.bold !== draft.bold) return false;
  return isUnfinished(plainText(before.content), plainText(draft.content));
}

/** Whether a list begins inside the first item, so that its second is further away. */
function opensInner(next: DraftBlock | undefined, draft: DraftBlock): boolean {
  return next?.marker !== undefined && next.x0 > draft.x0 + INNER_LIST_PT;
}

function isInside({ x0, object }: DraftBlock, item: DraftBlock): boolean {
  return object === undefined && x0 > item.x0 + INNER_LIST_PT;
}

/**
 * @param next the block below
 * @param later the first block that is not further in, and so not of the item if this is one
 */
function isListItem(
  draft: DraftBlock,
  previous: DraftBlock | undefined,
  next: DraftBlock | undefined,
  later: DraftBlock | undefined,
): boolean {
  const { marker } = draft;
  if (!marker || draft.table) return false;
  if (marker.kind === 'bullet') return true;
  // One number alone is a numbered paragraph or a year, not a list.
  const { style, value } = marker;
  const counts = (other: DraftBlock | undefined, number: number): boolean =>
    other?.marker?.kind === 'number' && other.marker.style === style && other.marker.value === number;
  const goesOn = counts(previous, value - 1) || counts(next, value + 1) || counts(later, value + 1);
  return goesOn || (value === 1 && opensInner(next, draft));
}
