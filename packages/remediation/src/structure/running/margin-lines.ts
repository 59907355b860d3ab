import { firstIndex, reach } from '../../text/boxes.ts';
import { textDigest } from '../../text/characters.ts';
import type { Box } from '../../text/drawings.ts';
import type { PageText } from '../../text/page-text.ts';
import type { TextFragment } from '../../text/text-pen.ts';

/** A line near the upper or lower edge of a page. */
export interface MarginLine {
  readonly kind: 'Header' | 'Footer';
  /** Its baseline, in whole points: a page has one line at each. */
  readonly y: number;
  /** The number that it ends or begins with. */
  readonly number: number | undefined;
  /** The number that it begins with. */
  readonly leading: number | undefined;
  /** As near to the edge as headers and footers are. */
  readonly inMargin: boolean;
  /** Text with its numbers made equal. */
  readonly key: string;
  /** Those numbers, as they are written. */
  readonly numbers: readonly string[];
  /** No line stands further out. */
  readonly outermost: boolean;
  /** The next line further in is no further away than lines of a text are; undefined where it is in a ruled table. */
  readonly runsOn: boolean | undefined;
  /** Words behind a year or a number with a point, or before a number, with no more than spaces between them: it may be the name of what stands below. */
  readonly numbered: boolean;
  /** Words behind a number without a point, as near to it. */
  readonly opensWithNumber: boolean;
  readonly size: number;
  readonly text: string;
  /** How far away (points) the next line further in is; undefined where there is none, or it is in a ruled table. */
  readonly gap: number | undefined;
  /** It begins where most lines of its page do, and is neither in bold nor in italics. */
  readonly setAsText: boolean;
  readonly fragments: readonly TextFragment[];
}

/** What of a page tells its headers and footers from its text. */
export interface PageMargins {
  readonly lines: readonly MarginLine[];
  /** In points. */
  readonly height: number;
  /** Digests of the lines between the margins, by their baselines in whole points. */
  readonly body: ReadonlyMap<number, number>;
  /** How far apart lines between the margins are where they are further apart than those of a paragraph, in points. */
  readonly paragraphGaps: readonly number[];
}

const TOP_SHARE = 0.87;
const BOTTOM_SHARE = 0.12;
/** Page numbers may stand further in, on small pages. */
const NUMBER_TOP_SHARE = 0.8;
const NUMBER_BOTTOM_SHARE = 0.2;
/** Words of a name are not further apart than this. */
const WORD_GAP_EM = 1;
/** Words and a number that can be the name of something. */
const NUMBERED = /\p{L}[.:]? #[.:)]?$|^#[.):] \p{L}/u;
/** A number and words behind it: a year, and what was in it. */
const DATED = /^# \p{L}/u;
/** Beside words a number from here on is a year, rather than that of a page. */
export const FIRST_YEAR = 1900;
const PAGES = /(?:^|\s)(?:page|seite|pagina|página|pág|pag|sida|side|sivu|strona|strana|p)[.:]? #[.:)]?$/iu;
const MAX_LINE_CHARACTERS = 160;
/** Baselines this near (points) are of one line. */
const SAME_LINE_PT = 2;
const SAME_EDGE_PT = 2;
const OUTERMOST_PT = 3;
/** Headers and footers are further from the text than its lines are from each other, by more than this. */
const APART = 1.25;
/** A page with fewer lines does not say how far apart they are: single-spaced ones are this far (em), double-spaced ones that far. */
const MIN_LINES = 5;
const LEADING_EM = 1.3;
const LOOSE_EM = 2.5;

/**
 * @param tables boxes of the page's ruled tables: the head of a table comes back on each page and is no header of it
 */
export function marginLines(
  { fragments, height }: Pick<PageText, 'fragments' | 'height'>,
  tables: readonly Box[],
): PageMargins {
  const lines = new Map<number, TextFragment[]>();
  const upright = fragments.filter((fragment) => fragment.quarter === 0);
  for (const fragment of upright) {
    if (fragment.y < height * NUMBER_TOP_SHARE && fragment.y > height * NUMBER_BOTTOM_SHARE) continue;
    if (tables.some((table) => isInside(fragment, table))) continue;
    const y = Math.round(fragment.y);
    const near = [y, y - 1, y + 1].map((at) => lines.get(at)).find(Boolean);
    if (near) near.push(fragment);
    else lines.set(y, [fragment]);
  }
  const page = new Baselines(upright);
  const isBetween = ({ y }: TextFragment): boolean => y < height * TOP_SHARE && y > height * BOTTOM_SHARE;
  const margins = [...lines].map(([y, own]): MarginLine => {
    own.sort((a, b) => a.x0 - b.x0);
    const text = own.map((fragment) => fragment.text).join(' ');
    const shown = text.slice(0, MAX_LINE_CHARACTERS).toLowerCase();
    const key = shown.replace(/\d+/g, '#');
    const kind = y > height / 2 ? ('Header' as const) : ('Footer' as const);
    const size = own.reduce((most, fragment) => Math.max(most, fragment.size), 0);
    const next = page.next(y, kind === 'Header' ? -1 : 1);
    const together = own.every(({ x0 }, at) => x0 - (own[at - 1]?.x1 ?? x0) <= size * WORD_GAP_EM);
    const [leading, trailing] = [leadingNumber(text), trailingNumber(text)];
    const nextInTable = next !== undefined && tables.some((table) => isInside(next, table));
    const isDated = trailing === undefined && (leading ?? 0) >= FIRST_YEAR && DATED.test(key);
    return {
      inMargin: y >= height * TOP_SHARE || y <= height * BOTTOM_SHARE,
      kind,
      y,
      key,
      numbers: shown.match(/\d+/g) ?? [],
      number: trailing ?? leading,
      leading,
      size,
      outermost: page.isOutermost(y),
      runsOn: next && (nextInTable ? undefined : page.runsOn(y, next.y, size)),
      text,
      gap: next && !nextInTable ? Math.abs(next.y - y) : undefined,
      setAsText: page.beginsLikeMost(own) && own.every(({ bold, italic }) => !bold && italic !== true),
      numbered: together && ((NUMBERED.test(key) && !PAGES.test(key)) || isDated),
      opensWithNumber: together && DATED.test(key),
      fragments: own,
    };
  });
  return { lines: margins, height, body: page.digests(isBetween), paragraphGaps: page.gaps(isBetween) };
}

/** The lines of a page from top to bottom. */
class Baselines {
  readonly #lines: TextFragment[][] = [];
  /** How far its lines are from each other, most often; undefined when there are too few to tell. */
  readonly #leading: number | undefined;
  /** Where most of its lines begin, in whole points. */
  readonly #edge: number | undefined;

  constructor(fragments: readonly TextFragment[]) {
    for (const fragment of fragments.toSorted((a, b) => b.y - a.y)) {
      const last = this.#lines.at(-1);
      if (!last?.[0] || last[0].y - fragment.y > SAME_LINE_PT) this.#lines.push([fragment]);
      else last.push(fragment);
    }
    const gaps = this.#lines.slice(1).map((_, at) => this.#y(at) - this.#y(at + 1));
    gaps.sort((a, b) => a - b);
    this.#leading = this.#lines.length < MIN_LINES ? undefined : gaps[gaps.length >> 1];
    const starts = Map.groupBy(this.#lines, (line) => Math.round(reach(line).x0));
    this.#edge = [...starts].reduce<[number, number] | undefined>(
      (most, [x, { length }]) => (most && most[1] >= length ? most : [x, length]),
      undefined,
    )?.[0];
  }

  #y(at: number): number {
    return this.#lines[at]?.[0]?.y ?? 0;
  }

  /** Whether a line begins where most lines of the page do. */
  beginsLikeMost(line: readonly TextFragment[]): boolean {
    return this.#edge !== undefined && Math.abs(reach(line).x0 - this.#edge) <= SAME_EDGE_PT;
  }

  /** What some of the lines say, by their baselines in whole points. */
  digests(isMeant: (first: TextFragment) => boolean): Map<number, number> {
    return new Map(
      this.#lines.flatMap((line): [number, number][] => {
        const sorted = line.toSorted((a, b) => a.x0 - b.x0);
        return line[0] && isMeant(line[0]) ? [[Math.round(line[0].y), textDigest(sorted)]] : [];
      }),
    );
  }

  /** The gaps between some of the lines, where they are wider than between lines of a paragraph. */
  gaps(isMeant: (first: TextFragment) => boolean): number[] {
    return this.#lines.slice(1).flatMap(([line], at) => {
      const [above] = this.#lines[at] ?? [];
      if (!line || !above || !isMeant(line) || !isMeant(above)) return [];
      return this.runsOn(above.y, line.y, line.size) ? [] : [above.y - line.y];
    });
  }

  /** Whether no line stands above this height, or none below it. */
  isOutermost(y: number): boolean {
    return (
      y > (this.#lines[0]?.[0]?.y ?? y) - OUTERMOST_PT || y < (this.#lines.at(-1)?.[0]?.y ?? y) + OUTERMOST_PT
    );
  }

  /** The line below or above a height. */
  next(y: number, step: 1 | -1): TextFragment | undefined {
    const edge = y + step * SAME_LINE_PT;
    const { length } = this.#lines;
    if (step > 0) return this.#lines[firstIndex(length, (at) => this.#y(at) <= edge) - 1]?.[0];
    return this.#lines[firstIndex(length, (at) => this.#y(at) < edge)]?.[0];
  }

  /** Whether lines at these heights are as near to each other as those of a text. */
  runsOn(y: number, other: number, size: number): boolean {
    const usual = Math.min(this.#leading ?? size * LEADING_EM, size * LOOSE_EM);
    return Math.abs(y - other) <= usual * APART;
  }
}

function isInside({ x0, x1, y }: TextFragment, table: Box): boolean {
  const x = (x0 + x1) / 2;
  return x > table.x0 && x < table.x1 && y > table.y0 && y < table.y1;
}

function trailingNumber(text: string): number | undefined {
  return asNumber(/(?:^|\s)(\d{1,4})$/.exec(text)?.[1]);
}

function leadingNumber(text: string): number | undefined {
  return asNumber(/^(\d{1,4})(?:\s|$)/.exec(text)?.[1]);
}

function asNumber(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
