import type { Box } from '../text/drawings.ts';
import type { TextFragment } from '../text/text-pen.ts';
import type { FigureBlock, LinkArea, TableBlock, Word } from './types.ts';

/** What stands among the lines and is not one. */
export type PageObject = FigureBlock | TableBlock;

/** Words on one baseline without a wide gap between them. */
export interface Segment {
  readonly words: readonly Word[];
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly size: number;
  readonly bold: boolean;
  readonly characters: number;
  /** A segment without words that stands for this. */
  readonly object?: PageObject;
}

/** Segments on one baseline, from left to right. */
export type Row = readonly Segment[];

/** A gap wider than this many em separates columns or cells. */
const SEGMENT_GAP_EM = 1.6;
/** A gap wider than this is a space; a drawn space shows in any gap at all. */
const WORD_GAP_EM = 0.17;
const DRAWN_SPACE_GAP_EM = 0.02;
/** Fragments whose baselines differ by less than this share a line: super- and subscripts do. */
const BASELINE_EM = 0.42;

/**
 * The rows of a page from top to bottom; text set sideways comes after the rest, in its own direction.
 *
 * @param objects stand among the rows, each as a row of its own
 */
export function pageRows(
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  objects: readonly PlacedObject[] = [],
): Row[][] {
  const [upright = [], ...others] = ([0, 1, 3, 2] as const).map((quarter) =>
    rowsOf(
      fragments.filter((fragment) => fragment.quarter === quarter),
      links,
    ),
  );
  const rows = [...upright, ...objects.map(({ object, box }): Row => [standIn(object, box)])];
  rows.sort((a, b) => (b[0]?.y ?? 0) - (a[0]?.y ?? 0));
  return [rows, ...others].filter((group) => group.length > 0);
}

export interface PlacedObject {
  readonly object: PageObject;
  readonly box: Box;
}

function standIn(object: PageObject, { x0, y1, x1 }: Box): Segment {
  return { words: [], x0, x1, y: y1, size: 10, bold: false, characters: 0, object };
}

function rowsOf(fragments: readonly TextFragment[], links: readonly LinkArea[]): Row[] {
  const sorted = [...fragments].sort((a, b) => b.y - a.y || a.x0 - b.x0);
  const rows: TextFragment[][] = [];
  let open: TextFragment[] = [];
  let anchor: TextFragment | undefined;
  for (const fragment of sorted) {
    if (anchor && anchor.y - fragment.y > BASELINE_EM * Math.min(anchor.size, fragment.size * 1.6)) {
      rows.push(open);
      open = [];
      anchor = undefined;
    }
    open.push(fragment);
    // The largest text of a row decides where its baseline is, so that a superscript does not.
    if (!anchor || fragment.size > anchor.size * 1.1) anchor = fragment;
  }
  if (open.length > 0) rows.push(open);
  return rows.map((row) => segmentsOf(row, links));
}

function segmentsOf(row: readonly TextFragment[], links: readonly LinkArea[]): Segment[] {
  const sorted = [...row].sort((a, b) => a.x0 - b.x0);
  const groups: TextFragment[][] = [];
  let reach = Number.NEGATIVE_INFINITY;
  let previousSize = 0;
  for (const fragment of sorted) {
    const group = groups.at(-1);
    if (group && fragment.x0 - reach <= SEGMENT_GAP_EM * Math.max(previousSize, fragment.size))
      group.push(fragment);
    else groups.push([fragment]);
    reach = Math.max(reach, fragment.x1);
    previousSize = fragment.size;
  }
  return groups.map((group) => segmentOf(group, links));
}

function segmentOf(fragments: readonly TextFragment[], links: readonly LinkArea[]): Segment {
  const words: Word[] = [];
  const weight = new Map<number, number>();
  let boldCharacters = 0;
  let characters = 0;
  let previous: TextFragment | undefined;
  for (const fragment of fragments) {
    const em = Math.max(fragment.size, previous?.size ?? 0);
    const gap = previous ? fragment.x0 - previous.x1 : 0;
    const spaceBefore =
      previous !== undefined &&
      (gap > WORD_GAP_EM * em || (fragment.afterSpace && gap > DRAWN_SPACE_GAP_EM * em));
    words.push({
      text: fragment.text,
      spaceBefore,
      drawnSpace: fragment.afterSpace,
      lineStart: false,
      link: linkAt(fragment, links),
      spans: fragment.spans,
    });
    weight.set(fragment.size, (weight.get(fragment.size) ?? 0) + fragment.text.length);
    if (fragment.bold) boldCharacters += fragment.text.length;
    characters += fragment.text.length;
    previous = fragment;
  }
  const size = [...weight].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1;
  const main = fragments.find((fragment) => fragment.size === size);
  return {
    words,
    x0: Math.min(...fragments.map((fragment) => fragment.x0)),
    x1: Math.max(...fragments.map((fragment) => fragment.x1)),
    y: main?.y ?? 0,
    size,
    bold: boldCharacters > characters * 0.8,
    characters,
  };
}

function linkAt(fragment: TextFragment, links: readonly LinkArea[]): LinkArea | undefined {
  if (fragment.quarter !== 0) return undefined;
  const x = (fragment.x0 + fragment.x1) / 2;
  const y = fragment.y + fragment.size * 0.25;
  return links.find((link) => x >= link.x0 && x <= link.x1 && y >= link.y0 && y <= link.y1);
}
