import type { PageText } from '../../text/page-text.ts';
import { isSamePitch } from '../../text/text-pen.ts';
import { pageGutters } from '../order/page-gutters.ts';
import type { Row, Segment } from '../page-lines.ts';

/** Where this share of a document is in a face of fixed pitch, it is the face of its text. */
const TYPEWRITTEN_SHARE = 0.8;
/** From this share on it is, unless the listings of a manual are that many. */
const MOSTLY_FIXED_SHARE = 0.5;
/** The text of such a manual is this much of it, in one size, and larger than its listings by up to so much. */
const MANUAL_TEXT_SHARE = 0.3;
const MANUAL_TEXT_SIZE = 1.25;
/** How far (in characters) from where spaces would put it a word may stand. */
const OFF_GRID = 0.08;
/** Cells begin below the words that head them, or end there, within this many points. */
const SAME_EDGE_PT = 3;
/** Lines between two rows of a table that are names of what follows, at most. */
const MAX_NAMES = 2;

/** Whether a document is written on a typewriter, or looks like it: its face says nothing about what is a listing. */
export function isTypewritten(pages: readonly PageText[]): boolean {
  let [fixed, all] = [0, 0];
  const [fixedSizes, otherSizes] = [new Map<number, number>(), new Map<number, number>()];
  for (const { fragments } of pages)
    for (const { text, pitch, size } of fragments) {
      all += text.length;
      if (pitch !== undefined) fixed += text.length;
      const sizes = pitch === undefined ? otherSizes : fixedSizes;
      const rounded = Math.round(size * 2) / 2;
      sizes.set(rounded, (sizes.get(rounded) ?? 0) + text.length);
    }
  if (fixed < all * MOSTLY_FIXED_SHARE) return false;
  const [[listings], [text, characters]] = [mostOf(fixedSizes), mostOf(otherSizes)];
  const isManual =
    characters >= all * MANUAL_TEXT_SHARE && text > listings && text <= listings * MANUAL_TEXT_SIZE;
  return fixed > all * TYPEWRITTEN_SHARE || !isManual;
}

function mostOf(sizes: ReadonlyMap<number, number>): readonly [size: number, characters: number] {
  return [...sizes].reduce((best, each) => (each[1] > best[1] ? each : best), [0, 0]);
}

/** Advance of a row's characters, where it is set in one face of fixed pitch. */
export function pitchOf([first, ...others]: Row): number | undefined {
  const pitch = first?.pitch;
  return others.every((segment) => isSamePitch(pitch, segment.pitch)) ? pitch : undefined;
}

/**
 * Rows in a face of fixed pitch, made one piece each where their columns are aligned by spaces: so many characters fit
 * between one word and the next. What stands below words of another face has a head, and is a table: its face says nothing.
 */
export function joinSpacedColumns(rows: readonly Row[]): Row[] {
  if (!rows.some((row) => row.length > 1 && pitchOf(row) !== undefined)) return [...rows];
  const gutters = pageGutters(rows);
  const headed = headedRows(rows);
  return rows.map((row) => {
    const pitch = pitchOf(row);
    if (pitch === undefined) return row;
    if (headed.has(row)) return withoutPitch(row);
    if (row.length < 2) return row;
    const groups: Segment[][] = [];
    for (const segment of row) {
      const last = groups.at(-1)?.at(-1);
      const across = last && gutters.some((gutter) => last.x1 <= gutter && segment.x0 >= gutter);
      if (last && !across && isOnGrid(segment.x0 - last.x1, pitch)) groups.at(-1)?.push(segment);
      else groups.push([segment]);
    }
    return groups.flatMap((group) => together(group));
  });
}

/** A row whose face says nothing. */
export function withoutPitch(row: Row): Row {
  return row.map((segment) => ({ ...segment, pitch: undefined }));
}

/** Rows of fixed pitch below words of another face that head their columns, and names of groups between them. */
function headedRows(rows: readonly Row[]): ReadonlySet<Row> {
  const headed = new Set<Row>();
  let head: Row | undefined;
  let names: Row[] = [];
  for (const row of rows) {
    if (row.length > 1 && pitchOf(row) === undefined) [head, names] = [row, []];
    else if (row.length === 1) {
      names.push(row);
      if (names.length > MAX_NAMES) head = undefined;
    } else if (head && isHeadOf(head, row)) {
      for (const own of [...names, row]) headed.add(own);
      names = [];
    } else head = undefined;
  }
  return headed;
}

/** Whether words of another face stand above the beginnings or ends of two pieces of a row. */
function isHeadOf(head: Row, row: Row): boolean {
  const [begins, ends] = [edgesOf(row, 'x0'), edgesOf(row, 'x1')];
  return head.filter(({ x0, x1 }) => begins(x0) || ends(x1)).length > 1;
}

/** Tells whether a piece of a row begins or ends at a place. */
function edgesOf(row: Row, side: 'x0' | 'x1'): (x: number) => boolean {
  const edges = new Set(row.map((segment) => Math.round(segment[side] / SAME_EDGE_PT)));
  return (x) => {
    const edge = Math.round(x / SAME_EDGE_PT);
    return [edge - 1, edge, edge + 1].some((near) => edges.has(near));
  };
}

/** Whether a gap (points) is that of so many characters. */
export function isOnGrid(gap: number, pitch: number): boolean {
  const characters = gap / pitch;
  return Math.abs(characters - Math.round(characters)) <= OFF_GRID;
}

function together(segments: readonly Segment[]): Segment[] {
  const [first, last] = [segments[0], segments.at(-1)];
  if (!first || !last) return [];
  return [
    {
      ...first,
      words: segments.flatMap(({ words }, index) =>
        words.map((word, at) => (index > 0 && at === 0 ? { ...word, spaceBefore: true } : word)),
      ),
      x1: last.x1,
      bold: segments.every(({ bold }) => bold),
      characters: segments.reduce((sum, { characters }) => sum + characters, 0),
    },
  ];
}
