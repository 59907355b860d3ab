import type { DraftBlock } from '../draft-blocks.ts';
import { plainText } from '../types.ts';

/** The sign of a section and its number, alone: "§ 45", "§ 45a". */
const SECTION = /^§\s?(\d{1,4})\s?([a-z]?)\.?$/u;
/** As the text, or larger. */
const MIN_SCALE = 0.97;

/** The number of a section whose sign stands alone, and its letter. */
function sectionOf({ content, lines, table, object }: DraftBlock): readonly [number, string] | undefined {
  const found = lines === 1 && !table && !object ? SECTION.exec(plainText(content).trim()) : null;
  return found ? [Number(found[1]), found[2] ?? ''] : undefined;
}

/**
 * Signs of sections that head what is below them, as in laws: each alone on its line, with text behind it, and counted on from the one before
 * or to the next.
 */
export function sectionSigns(drafts: readonly DraftBlock[], body: number): ReadonlySet<DraftBlock> {
  const things = drafts.filter(({ object, content }) => object ?? plainText(content).trim() !== '');
  const signs = things.flatMap((draft, at) => {
    const own = sectionOf(draft);
    const text = things[at + 1];
    const heads = text !== undefined && !text.object && !text.table && !sectionOf(text);
    return own && heads && draft.size >= body * MIN_SCALE ? [{ draft, own }] : [];
  });
  const counts = (from: number): boolean => {
    const [before, after] = [signs[from]?.own, signs[from + 1]?.own];
    if (!before || !after) return false;
    return after[0] === before[0] + 1 || (after[0] === before[0] && after[1] > before[1]);
  };
  return new Set(signs.flatMap(({ draft }, at) => (counts(at - 1) || counts(at) ? [draft] : [])));
}
