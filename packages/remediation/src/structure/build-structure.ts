import type { OutlineEntry } from '../pdf/outline.ts';
import { attachCaptions } from './captions.ts';
import { type DraftBlock, draftBlocks } from './draft-blocks.ts';
import { headingLevels } from './heading-levels.ts';
import { endsHyphenated, isWrittenWithoutSpaces } from './inlines.ts';
import { ListBuilder } from './lists.ts';
import type { Row } from './page-lines.ts';
import { readingOrder } from './reading-order.ts';
import { type Block, type Inline, plainText } from './types.ts';

export interface DraftPage {
  readonly blocks: readonly DraftBlock[];
  /** Rows of a table that has no clear columns are lines of text. */
  readonly hasTable: boolean;
}

/**
 * The blocks of one page in reading order.
 *
 * @param groups rows by the direction of their text
 */
export function draftPage(groups: readonly (readonly Row[])[], page: number): DraftPage {
  const regions = groups.flatMap((rows) => readingOrder(rows));
  const blocks = draftBlocks(regions, page);
  return { blocks, hasTable: blocks.some((block) => block.table && !block.object) };
}

/** A list this much further in (points) is inside of the item before it. */
const INNER_LIST_PT = 6;

/** Decides, over the whole document, what is a heading and what a list. */
export function buildStructure(
  pages: readonly DraftPage[],
  outline: readonly OutlineEntry[],
  bodySize: number,
): Block[][] {
  const drafts = pages.flatMap((page) => page.blocks);
  const levels = headingLevels(drafts, outline, bodySize);
  let open: { blocks: Block[]; draft: DraftBlock } | undefined;
  const built = pages.map((page) => {
    const blocks: Block[] = [];
    const lists = new ListBuilder(blocks);
    for (const [index, draft] of page.blocks.entries()) {
      if (draft.object) {
        lists.close();
        blocks.push(draft.object);
        continue;
      }
      if (plainText(draft.content).trim() === '') continue;
      const level = levels.get(draft);
      if (level !== undefined) {
        lists.close();
        open = undefined;
        blocks.push({ kind: 'heading', level, content: draft.content });
      } else if (isListItem(draft, page.blocks[index - 1], page.blocks[index + 1]) || lists.expects(draft)) {
        open = undefined;
        lists.add(draft);
      } else if (lists.continues(draft)) continue;
      else if (open && goesOn(open.draft, draft)) {
        lists.close();
        const last = open.blocks.at(-1);
        if (last?.kind === 'paragraph')
          open.blocks[open.blocks.length - 1] = { ...last, content: joined(last.content, draft.content) };
        open = { blocks: open.blocks, draft };
      } else {
        lists.close();
        blocks.push({ kind: 'paragraph', content: draft.content });
        open = draft.table ? undefined : { blocks, draft };
      }
    }
    lists.close();
    return blocks;
  });
  return built.map(attachCaptions);
}

/** Whether a paragraph that a column or page broke off goes on here. */
function goesOn(before: DraftBlock, draft: DraftBlock): boolean {
  if (!draft.opensRegion || draft.table || draft.marker || draft.page - before.page > 1) return false;
  if (Math.abs(before.size - draft.size) > 0.6 || before.bold !== draft.bold) return false;
  return (
    !/[.:;?!]["”’)\]]*$/.test(plainText(before.content).trimEnd()) &&
    /^[\p{Ll}(]/u.test(plainText(draft.content))
  );
}

function joined(before: readonly Inline[], after: readonly Inline[]): Inline[] {
  const last = before.at(-1);
  const first = after[0]?.source?.words[0];
  if (!last || !first) return [...before, ...after];
  const broken = endsHyphenated(last.text, { ...first, lineStart: true });
  const together = isWrittenWithoutSpaces(last.text, first.text);
  const text = broken ? last.text.slice(0, -1) : together ? last.text : `${last.text} `;
  return [...before.slice(0, -1), { ...last, text }, ...after];
}

/** Whether a list begins inside the first item, so that its second is further away. */
function opensInner(next: DraftBlock | undefined, draft: DraftBlock): boolean {
  return next?.marker !== undefined && next.x0 > draft.x0 + INNER_LIST_PT;
}

function isListItem(
  draft: DraftBlock,
  previous: DraftBlock | undefined,
  next: DraftBlock | undefined,
): boolean {
  const { marker } = draft;
  if (!marker || draft.table) return false;
  if (marker.kind === 'bullet') return true;
  // One number alone is a numbered paragraph or a year, not a list.
  const { style, value } = marker;
  const counts = (other: DraftBlock | undefined, number: number): boolean =>
    other?.marker?.kind === 'number' && other.marker.style === style && other.marker.value === number;
  return counts(previous, value - 1) || counts(next, value + 1) || (value === 1 && opensInner(next, draft));
}
