import type { RunningText } from '../tagging/page-plan.ts';
import type { Box } from '../text/drawings.ts';
import type { PageText } from '../text/page-text.ts';
import type { TextFragment } from '../text/text-pen.ts';

/** A line near the upper or lower edge of a page. */
export interface MarginLine {
  readonly kind: 'Header' | 'Footer';
  readonly y: number;
  /** The number that it begins or ends with. */
  readonly number: number | undefined;
  /** As near to the edge as headers and footers are. */
  readonly inMargin: boolean;
  /** Text with its numbers made equal. */
  readonly key: string;
  /** No line stands further out. */
  readonly outermost: boolean;
  /** Words and a number, set as what stands directly below, which is a table. */
  readonly overTable: boolean;
  readonly size: number;
  readonly fragments: readonly TextFragment[];
}

const TOP_SHARE = 0.87;
const BOTTOM_SHARE = 0.12;
/** Page numbers may stand further in, on small pages. */
const NUMBER_TOP_SHARE = 0.8;
const NUMBER_BOTTOM_SHARE = 0.2;
/** How far away the page with the same line may be: facing pages have headers of their own. */
const NEIGHBOURS = [1, -1, 2, -2];
const SAME_PLACE_PT = 4;
const LARGEST = 1.1;
/** A title stands this near (em) to its table, and its words to each other. */
const TITLE_EM = 4;
const TITLE_GAP_EM = 1;
/** Words and a number that can be the name of something. */
const NUMBERED = /\p{L}[.:]? #$/u;
const PAGES = /(?:^|\s)(?:page|seite|pagina|página|pág|pag|sida|side|sivu|strona|strana|p)[.:]? #$/iu;
const MAX_LINE_CHARACTERS = 160;
const PAGE_NUMBER = /^(?:page|seite|p\.|[-–—|\s])*(?:#|[ivxlc]+)(?:(?:\s|of|von|sur|de|\/)*#)?[-–—|.\s]*$/i;
/** Nothing but a number: of the page, or a cell of a table that happens to stand there. */
const ONLY_NUMBER = '#';
/** An item of a list that comes back is one by chance. */
const ITEM = /^[•◦‣▪■□●○]/;

/**
 * @param tables boxes of the page's ruled tables: the head of a table comes back on each page and is no header of it
 */
export function marginLines({ fragments, height }: PageText, tables: readonly Box[]): MarginLine[] {
  const lines = new Map<number, TextFragment[]>();
  const upright = fragments.filter((fragment) => fragment.quarter === 0);
  for (const fragment of upright) {
    if (fragment.y < height * NUMBER_TOP_SHARE && fragment.y > height * NUMBER_BOTTOM_SHARE) continue;
    if (tables.some((table) => isInside(fragment, table))) continue;
    const y = Math.round(fragment.y);
    const near = [y, y - 1, y + 1].find((at) => lines.has(at)) ?? y;
    lines.set(near, [...(lines.get(near) ?? []), fragment]);
  }
  const top = upright.reduce((most, fragment) => Math.max(most, fragment.y), 0);
  const bottom = upright.reduce((least, fragment) => Math.min(least, fragment.y), height);
  return [...lines].map(([y, own]) => {
    const text = own
      .sort((a, b) => a.x0 - b.x0)
      .map((fragment) => fragment.text)
      .join(' ');
    const key = text.slice(0, MAX_LINE_CHARACTERS).toLowerCase().replace(/\d+/g, '#');
    return {
      inMargin: y >= height * TOP_SHARE || y <= height * BOTTOM_SHARE,
      kind: y > height / 2 ? ('Header' as const) : ('Footer' as const),
      y,
      key,
      number: numberOf(text),
      size: Math.max(...own.map((fragment) => fragment.size)),
      outermost: y > top - 3 || y < bottom + 3,
      overTable:
        NUMBERED.test(key) && !PAGES.test(key) && tables.some((table) => isOver(own, table, upright)),
      fragments: own,
    };
  });
}

/**
 * Whether a line stands over a table as its title does: near, with nothing between, and on its left or in its middle. What
 * stands on the right may be a page number behind the name of the document.
 *
 * @param line from left to right
 */
function isOver(line: readonly TextFragment[], table: Box, page: readonly TextFragment[]): boolean {
  const [first, last] = [line[0], line.at(-1)];
  if (!first || !last) return false;
  const { y, size } = first;
  if (y < table.y1 || y - table.y1 > size * TITLE_EM) return false;
  const together = line.every(({ x0 }, at) => x0 - (line[at - 1]?.x1 ?? x0) <= size * TITLE_GAP_EM);
  const onLeft = Math.abs(first.x0 - table.x0) <= size;
  const inMiddle = Math.abs(first.x0 + last.x1 - table.x0 - table.x1) / 2 <= size;
  const own = new Set(line);
  return (
    together &&
    (onLeft || inMiddle) &&
    !page.some((other) => !own.has(other) && other.y > table.y1 && other.y < y + size)
  );
}

/** Whether the titles of tables count up, as the pages do. */
function countsTitles({ number, overTable }: MarginLine, other: MarginLine, step: number): boolean {
  if (!overTable || !other.overTable || number === undefined || other.number === undefined) return false;
  return Math.sign(other.number - number) === Math.sign(step);
}

/** Whether two lines hold the numbers of their pages, whatever else they hold. */
function counts({ number }: MarginLine, other: MarginLine, step: number): boolean {
  return number !== undefined && other.number !== undefined && other.number - number === step;
}

function isInside({ x0, x1, y }: TextFragment, table: Box): boolean {
  const x = (x0 + x1) / 2;
  return x > table.x0 && x < table.x1 && y > table.y0 && y < table.y1;
}

/**
 * Lines that come back at the same place on pages nearby, and page numbers that stand outermost.
 *
 * @param bodySize size of the document's running text: what is larger is a heading, even if each page has one
 */
export function findRunningText(
  pages: readonly (readonly MarginLine[])[],
  bodySize: number,
): RunningText[][] {
  return pages.map((lines, index) =>
    lines
      .filter((line) => {
        if (line.size > bodySize * LARGEST) return false;
        if (!line.inMargin && !(line.outermost && line.number !== undefined)) return false;
        if (ITEM.test(line.key)) return false;
        const mustCount = line.key === ONLY_NUMBER;
        const repeated = NEIGHBOURS.some((step) =>
          pages[index + step]?.some(
            (other) =>
              other.kind === line.kind &&
              !countsTitles(line, other, step) &&
              Math.abs(other.y - line.y) < SAME_PLACE_PT &&
              ((!mustCount &&
                (other.key === line.key || (PAGE_NUMBER.test(line.key) && PAGE_NUMBER.test(other.key)))) ||
                (line.outermost && other.outermost && counts(line, other, step))),
          ),
        );
        if (repeated || pages.length === 1 || !line.outermost || !PAGE_NUMBER.test(line.key)) return repeated;
        return !mustCount || line.number === index + 1;
      })
      .flatMap(({ kind, fragments }) => fragments.map((fragment) => ({ kind, fragment }))),
  );
}

/** The number that a line begins or ends with. */
function numberOf(text: string): number | undefined {
  const found = /(?:^|\s)(\d{1,4})$/.exec(text)?.[1] ?? /^(\d{1,4})(?:\s|$)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** The size that most of the text is set in. */
export function bodySizeOf(pages: readonly PageText[]): number {
  const weight = new Map<number, number>();
  for (const { fragments } of pages)
    for (const { size, text } of fragments) {
      const rounded = Math.round(size * 2) / 2;
      weight.set(rounded, (weight.get(rounded) ?? 0) + text.length);
    }
  return [...weight].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 10;
}
