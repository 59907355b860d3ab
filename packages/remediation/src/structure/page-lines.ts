import { numberText, readingSequence } from '../text/direction.ts';
import type { Box } from '../text/drawings.ts';
import { isSamePitch, type TextFragment } from '../text/text-pen.ts';
import { withDropCaps } from './drop-caps.ts';
import { type LinkedText, linkedPieces } from './linked-pieces.ts';
import { columnRuns, pageGutters } from './order/page-gutters.ts';
import type { DraftTable } from './tables/draft-table.ts';
import type { FigureBlock, LinkArea, Word } from './types.ts';

/** What stands among the lines and is not one. */
export type PageObject = FigureBlock | DraftTable;

/** Lower edge of a table or figure, in points. */
export function bottomOf(object: PageObject): number {
  return object.kind === 'table' ? object.y0 : object.box.y0;
}

export interface PlacedWord extends Word {
  readonly x0: number;
  readonly x1: number;
}

/** Words on one baseline without a wide gap between them. */
export interface Segment {
  readonly words: readonly PlacedWord[];
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly size: number;
  readonly bold: boolean;
  readonly italic?: boolean;
  readonly characters: number;
  /** Advance of each of its characters (points), where its words are set in one face of fixed pitch. */
  readonly pitch?: number | undefined;
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
/** Scripts are smaller than this against what they belong to: browsers set them at five sixths. */
const SCRIPT_SHARE = 0.85;
/** What is smaller than this against a piece is no script of it: it is text beside a large letter. */
const MIN_SCRIPT_SHARE = 0.45;
const SCRIPT_BASELINE_EM = 0.55;
const SCRIPT_GAP_EM = 0.3;
const MAX_SCRIPT_CHARACTERS = 6;
/** Pieces above or below one, in its band: a table over a large sheet has some hundreds. */
const MAX_SCRIPT_NEIGHBOURS = 1000;
const RAISED_EM = 0.15;
const LOWERED_EM = 0.05;
/** Room for a space before the next word. */
const NEXT_WORD_EM = 0.25;

/**
 * The rows of a page from top to bottom; text set sideways comes after the rest, in its own direction.
 *
 * @param objects stand among the rows, each as a row of its own
 * @param rightToLeft the page is read from right to left: its rows are given as in a mirror, so that all else stays as it is
 */
export function pageRows(
  fragments: readonly TextFragment[],
  links: readonly LinkArea[],
  objects: readonly PlacedObject[] = [],
  rightToLeft = false,
): Row[][] {
  const linked = fragments.flatMap((fragment) => linkedPieces(fragment, links, rightToLeft));
  // In a mirror the columns of a listing are not where its spaces put them.
  const pieces = linked.map((piece) =>
    rightToLeft && piece.quarter === 0 ? { ...mirrored(piece), pitch: undefined } : piece,
  );
  const [upright = [], ...others] = ([0, 1, 3, 2] as const).map((quarter) =>
    rowsOf(
      pieces.filter((piece) => piece.quarter === quarter),
      rightToLeft && quarter === 0,
    ),
  );
  const rows = [
    ...upright,
    ...objects.map(({ object, box }): Row => [standIn(object, rightToLeft ? mirrored(box) : box)]),
  ];
  rows.sort((a, b) => (b[0]?.y ?? 0) - (a[0]?.y ?? 0));
  return [rows, ...others].filter((group) => group.length > 0);
}

function mirrored<T extends Pick<Box, 'x0' | 'x1'>>(item: T): T {
  return { ...item, x0: -item.x1, x1: -item.x0 };
}

export interface PlacedObject {
  readonly object: PageObject;
  readonly box: Box;
}

function standIn(object: PageObject, { x0, y1, x1 }: Box): Segment {
  return { words: [], x0, x1, y: y1, size: 10, bold: false, characters: 0, object };
}

function rowsOf(fragments: readonly LinkedText[], rightToLeft: boolean): Row[] {
  const sorted = [...withDropCaps(fragments)].sort((a, b) => b.y - a.y || a.x0 - b.x0);
  const rows: LinkedText[][] = [];
  let open: LinkedText[] = [];
  let anchor: LinkedText | undefined;
  const scripts = scriptsOf(sorted);
  for (const fragment of sorted) {
    if (scripts.has(fragment)) continue;
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
  if (scripts.size > 0) joinScripts(rows, scripts);
  const gutters = pageGutters(rows);
  const between = new Map<number, readonly number[]>();
  if (gutters.length === 0)
    for (const run of columnRuns(rows.map((row) => row.toSorted((a, b) => a.x0 - b.x0))))
      for (let at = run.from; at < run.to; at++) between.set(at, run.gutters);
  return rows.map((row, at) => segmentsOf(row, between.get(at) ?? gutters, rightToLeft));
}

function joinScripts(rows: readonly LinkedText[][], scripts: ReadonlyMap<LinkedText, LinkedText>): void {
  const rowOf = new Map(rows.flatMap((row) => row.map((piece) => [piece, row])));
  for (const [script, host] of scripts) {
    // A script of a script belongs to what that one belongs to: each is larger than the one before.
    let base: LinkedText | undefined = host;
    while (base && !rowOf.has(base)) base = scripts.get(base);
    if (base) rowOf.get(base)?.push(script);
  }
}

/** Small pieces right beside a larger one, raised or lowered against it, and the one that each belongs to. */
function scriptsOf(sorted: readonly LinkedText[]): ReadonlyMap<LinkedText, LinkedText> {
  const largest = sorted.reduce((most, { size }) => Math.max(most, size), 0);
  const hosts = new Map<LinkedText, LinkedText>();
  for (const [index, piece] of sorted.entries()) {
    if (piece.text.length > MAX_SCRIPT_CHARACTERS || piece.size >= largest * SCRIPT_SHARE) continue;
    const host = hostOf(sorted, index, piece, Math.min(piece.size * 2, largest * SCRIPT_BASELINE_EM));
    if (host) hosts.set(piece, host);
  }
  return hosts;
}

/**
 * What a small piece is a script of, among what stands next to it; undefined where more stands there than lines of text hold.
 *
 * @param reach how far up and down it is looked for
 */
function hostOf(
  sorted: readonly LinkedText[],
  index: number,
  piece: LinkedText,
  reach: number,
): LinkedText | undefined {
  let host: LinkedText | undefined;
  for (const step of [1, -1])
    for (let at = index + step; ; at += step) {
      const other = sorted[at];
      if (!other || Math.abs(other.y - piece.y) > reach) break;
      if (Math.abs(at - index) > MAX_SCRIPT_NEIGHBOURS) return undefined;
      const gap = other.size * SCRIPT_GAP_EM;
      const beside = Math.abs(piece.x0 - other.x1) < gap || Math.abs(other.x0 - piece.x1) < gap;
      const near = Math.abs(other.y - piece.y) < other.size * SCRIPT_BASELINE_EM;
      const share = piece.size / other.size;
      if (beside && near && share < SCRIPT_SHARE && share >= MIN_SCRIPT_SHARE) host = other;
    }
  return host;
}

function segmentsOf(row: readonly LinkedText[], gutters: readonly number[], rightToLeft: boolean): Segment[] {
  const sorted = [...row].sort((a, b) => a.x0 - b.x0);
  const groups: LinkedText[][] = [];
  let reach = Number.NEGATIVE_INFINITY;
  let previousSize = 0;
  for (const fragment of sorted) {
    const group = groups.at(-1);
    const near = fragment.x0 - reach <= SEGMENT_GAP_EM * Math.max(previousSize, fragment.size);
    const across = gutters.some((gutter) => reach <= gutter && fragment.x0 >= gutter);
    if (group && near && !across) group.push(fragment);
    else groups.push([fragment]);
    reach = Math.max(reach, fragment.x1);
    previousSize = fragment.size;
  }
  return groups.map((group) => segmentOf(group, rightToLeft));
}

function segmentOf(fragments: readonly LinkedText[], rightToLeft: boolean): Segment {
  const weight = new Map<number, number>();
  let boldCharacters = 0;
  let italicCharacters = 0;
  let characters = 0;
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { size, text, bold, italic, x0, x1 } of fragments) {
    left = Math.min(left, x0);
    right = Math.max(right, x1);
    weight.set(size, (weight.get(size) ?? 0) + text.length);
    if (bold) boldCharacters += text.length;
    if (italic) italicCharacters += text.length;
    characters += text.length;
  }
  const size = [...weight].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1;
  const main = fragments.find((fragment) => fragment.size === size);
  return {
    words: wordsOf(fragments, rightToLeft, main ?? { size, y: 0 }),
    x0: left,
    x1: right,
    y: main?.y ?? 0,
    size,
    bold: boldCharacters > characters * 0.8,
    italic: italicCharacters > characters * 0.8,
    characters,
    pitch: pitchOf(fragments),
  };
}

/** Signs of other faces say nothing, but for the first: it may be a bullet. */
function pitchOf([first, ...others]: readonly LinkedText[]): number | undefined {
  const pitch = first?.pitch;
  const all = others.every((piece) => isSamePitch(pitch, piece.pitch) || !/[\p{L}\p{N}]/u.test(piece.text));
  return all ? pitch : undefined;
}

/** Words as they are read, from pieces that stand beside each other. */
function wordsOf(
  pieces: readonly LinkedText[],
  rightToLeft: boolean,
  line: { readonly size: number; readonly y: number },
): PlacedWord[] {
  const spaces = pieces.map((piece, index) => {
    const previous = pieces[index - 1];
    if (!previous) return false;
    const em = Math.max(piece.size, previous.size);
    const gap = piece.x0 - previous.x1;
    const drawn = piece.afterSpace || (rightToLeft && previous.afterSpace);
    return gap > WORD_GAP_EM * em || (drawn && gap > DRAWN_SPACE_GAP_EM * em);
  });
  const order = readingSequence(pieces, rightToLeft);
  return order.flatMap((at, position): PlacedWord[] => {
    const piece = pieces[at];
    if (!piece) return [];
    // The space between two words is the one that stands between them, whichever is read first.
    const before = order[position - 1];
    const isSmall = piece.size < line.size * SCRIPT_SHARE;
    const boundary = before === undefined ? 0 : before === at + 1 ? before : Math.min(at, position);
    return [
      {
        text: rightToLeft ? numberText(piece.text) : piece.text,
        spaceBefore: spaces[boundary] ?? false,
        drawnSpace: piece.afterSpace,
        lineStart: false,
        link: piece.link,
        raised: isSmall && piece.y > line.y + line.size * RAISED_EM,
        lowered: isSmall && piece.y < line.y - line.size * LOWERED_EM,
        spans: piece.spans,
        x0: piece.x0,
        x1: piece.x1,
      },
    ];
  });
}

/** Whether a line ends where it does though the next word had room. */
export function isMeant(
  previous: Pick<Segment, 'x1' | 'size'>,
  line: Pick<Segment, 'words'>,
  right: number,
): boolean {
  const [first] = line.words;
  return previous.x1 + previous.size * NEXT_WORD_EM + (first ? first.x1 - first.x0 : 0) <= right;
}
