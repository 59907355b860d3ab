import type { DraftBlock } from '../draft-blocks.ts';
import { plainText } from '../types.ts';

/** Headings are no longer than this, and there are two of them at least. */
const MAX_CHARACTERS = 60;
const MIN_HEADINGS = 2;
/** Below a heading stands a text as long as this. */
const MIN_TEXT_CHARACTERS = 80;
/** Above a heading is so many times the room that is below it; in bold as well it needs a little more only. */
const MORE_ROOM = 2;
const MORE_ROOM_BOLD = 1.2;
const MAX_BELOW_EM = 1.2;
const SAME_EDGE_PT = 2;
const MIN_SCALE = 0.9;
/** What so much of a document is set in stands out nowhere. */
const MAX_SHARE = 0.3;

/**
 * Lines in italics that head the text below them: alone, at its edge, nearer to it than to what is above, and set like another one of
 * the document. Captions, quotations, signatures and what is done on a stage are not.
 */
export function italicHeadings(drafts: readonly DraftBlock[], body: number): ReadonlySet<DraftBlock> {
  const all = drafts.reduce((sum, { characters }) => sum + characters, 0);
  const slanted = drafts.reduce((sum, { italic, characters }) => sum + (italic ? characters : 0), 0);
  if (slanted > all * MAX_SHARE) return new Set();
  const found = drafts.filter((draft, at) => heads(draft, drafts[at - 1], drafts[at + 1], body));
  const alike = Map.groupBy(found, ({ size, bold }) => `${Math.round(size * 2)} ${bold}`);
  return new Set([...alike.values()].filter(({ length }) => length >= MIN_HEADINGS).flat());
}

function heads(
  draft: DraftBlock,
  above: DraftBlock | undefined,
  below: DraftBlock | undefined,
  body: number,
): boolean {
  const { italic, lines, characters, size, marker, table, object, listing } = draft;
  if (!italic || lines !== 1 || characters < 2 || characters > MAX_CHARACTERS || size < body * MIN_SCALE)
    return false;
  if (marker || table || object || listing || /[.,;:!?…"”»)]$/u.test(plainText(draft.content).trim()))
    return false;
  if (!below || below.page !== draft.page || below.italic || below.bold || below.object || below.table)
    return false;
  if (below.characters < MIN_TEXT_CHARACTERS || Math.abs(below.x0 - draft.x0) > SAME_EDGE_PT) return false;
  const room = draft.bottom - below.top;
  const isFirst = above?.page !== draft.page;
  const least = room * (draft.bold ? MORE_ROOM_BOLD : MORE_ROOM);
  const isApart = isFirst || (above.bottom > draft.top && above.bottom - draft.top >= least);
  return isApart && room <= size * MAX_BELOW_EM && !(above?.italic && !above.bold);
}
