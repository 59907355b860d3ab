import { reach } from '../text/boxes.ts';
import { leaderLength, referencesOf } from './contents-table.ts';
import { sectionNumber } from './headings/section-numbers.ts';
import { inlinesOf } from './inlines.ts';
import { findListings, wordsOfListing } from './listings/find-listings.ts';
import { pitchOf } from './listings/listing-rows.ts';
import { type Marker, markerOf, splitMarker, withoutAbbreviations } from './lists/item-markers.ts';
import type { Region } from './order/reading-order.ts';
import type { PageObject, PlacedWord, Row, Segment } from './page-lines.ts';
import { spacedTable } from './tables/spaced-tables.ts';
import { RowDistances } from './tables/table-evidence.ts';
import { type Inline, isMark, type Word } from './types.ts';

/** Lines that belong together, before it is known which are headings. */
export interface DraftBlock {
  readonly content: readonly Inline[];
  /** The marker, where there is one. */
  readonly label: readonly Inline[];
  /** The content without its marker, where there is one. */
  readonly itemContent: readonly Inline[];
  readonly marker: Marker | undefined;
  readonly lines: number;
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly characters: number;
  readonly table: boolean;
  /** The content with the breaks and spaces of its lines, where it is a listing. */
  readonly listing: readonly Inline[] | undefined;
  /** An entry of a table of contents. */
  readonly contents: boolean;
  /** The dots between it and its page number, which are no part of its content. */
  readonly leader: readonly Word[];
  readonly page: number;
  /** Edges of the first line. */
  readonly x0: number;
  readonly x1: number;
  /** Left edge of the second line, or of the first one's text behind its marker. */
  readonly textX0: number;
  /** Upper edge of the first line, and baseline of the last, in points. */
  readonly top: number;
  readonly bottom: number;
  /** First of its column or page: what is before it may go on in it. */
  readonly opensRegion: boolean;
  readonly object: PageObject | undefined;
  /** Set in another direction than most of its page. */
  readonly sideways: boolean;
}

export interface Line {
  readonly words: readonly PlacedWord[];
  readonly marker: Marker | undefined;
  readonly x0: number;
  readonly x1: number;
  readonly textX0: number;
  readonly object: PageObject | undefined;
  readonly y: number;
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly cells: number;
  /** Behind the number of a section, with a tab between. */
  readonly numbered: boolean;
  readonly characters: number;
  /** Advance of its characters (points), where it is set in a face of fixed pitch. */
  readonly pitch: number | undefined;
}

/** A distance this common, against the most common one, may be that of lines. */
const USUAL_SHARE = 0.15;
/** Lines further apart than this (em) are paragraphs, unless the first is full. */
const LOOSE_EM = 1.45;

/** What is left to fill in at the end of a line, and what is left to tick at the beginning of one. */
const BLANK = /_{3}$/;
const CHECKBOX = /^[☐☑☒]/u;

/**
 * Joins the lines of each region into blocks.
 *
 * @param typewritten the document's text is in a face of fixed pitch, which makes no listings then
 */
export function draftBlocks(regions: readonly Region[], page: number, typewritten: boolean): DraftBlock[] {
  const distances = new RowDistances(regions.flatMap(({ rows }) => rows));
  return regions.flatMap((region) => {
    if (region.contents) return region.rows.map((row) => entryOf(row, page));
    if (region.index) return region.rows.map((row) => referenceOf(row, page));
    const lines = withoutAbbreviations(region.rows.map(lineOf));
    const table = region.table ? spacedTable(region.rows, page, typewritten, distances) : undefined;
    const [top] = lines;
    if (table && top) return [{ ...draftOf([top], true, page, true), object: table }];
    const { x0: left, x1: right } = reach(lines);
    const leading = usualLeading(lines);
    const listings = new Map(
      findListings(lines, right).flatMap((listing) => listing.map((line) => [line, listing] as const)),
    );
    const groups: Line[][] = [];
    for (const line of lines) {
      const listing = listings.get(line);
      if (listing) {
        if (listing[0] === line) groups.push(listing);
        continue;
      }
      const group = groups.at(-1);
      const previous = group?.at(-1);
      const first = group?.[0];
      const open = group && previous && first && !listings.has(previous);
      if (open && continuesBlock(first, previous, line, { left, right, leading })) group.push(line);
      else groups.push([line]);
    }
    return groups.map((group, index) => {
      const isCounted = group.every(({ marker, cells }) => marker !== undefined && cells === 1);
      const draft = draftOf(group, region.table && !isCounted, page, index === 0);
      return group[0] && listings.has(group[0]) ? asListing(draft, group) : draft;
    });
  });
}

function asListing(draft: DraftBlock, lines: readonly Line[]): DraftBlock {
  const listing = inlinesOf(wordsOfListing(lines), draft.page).map(
    (inline): Inline => ({ ...inline, listing: true }),
  );
  return { ...draft, marker: undefined, table: false, listing };
}

function lineOf(row: Row): Line {
  const words = row.flatMap((segment, index) =>
    segment.words.map((word, at) => (index > 0 && at === 0 ? { ...word, spaceBefore: true } : word)),
  );
  const [first, text] = words;
  const main = row.reduce<Segment | undefined>(
    (best, segment) => (!best || segment.characters > best.characters ? segment : best),
    undefined,
  );
  const size = main?.size ?? 1;
  const marker = markerOf(words, size);
  const edges = reach(row);
  return {
    words,
    marker,
    object: row[0]?.object,
    textX0: marker && first && splitMarker([first]).label.length > 0 && text ? text.x0 : edges.x0,
    ...edges,
    y: main?.y ?? 0,
    size,
    bold: row.every((segment) => segment.bold),
    italic: row.every((segment) => segment.italic === true),
    // A bullet or number and its text are one cell, however far the writer indented.
    cells: row.length - (row.length > 1 && marker && row[0] && isOnlyMarker(row[0]) ? 1 : 0),
    numbered: sectionNumber(row) !== undefined,
    characters: row.reduce((sum, segment) => sum + segment.characters, 0),
    pitch: pitchOf(row),
  };
}

function isOnlyMarker(segment: Segment): boolean {
  return segment.words.length === 1;
}

/** The smallest of the common distances between lines, in em: where most paragraphs are short, the most common is theirs. */
function usualLeading(lines: readonly Line[]): number {
  const counts = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    if (!next || Math.abs(next.size - line.size) > 0.5) continue;
    const ratio = Math.round(((line.y - next.y) / line.size) * 10) / 10;
    if (ratio > 0.8 && ratio < 2.6) counts.set(ratio, (counts.get(ratio) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  const usual = [...counts].filter(([, count]) => count >= most * USUAL_SHARE).map(([ratio]) => ratio);
  return usual.length === 0 ? 1.25 : Math.min(...usual);
}

function continuesBlock(
  first: Line,
  previous: Line,
  line: Line,
  page: { left: number; right: number; leading: number },
): boolean {
  const opensNote = line.words[0] !== undefined && isMark(line.words[0]);
  if (opensNote || line.object || previous.object || line.marker || line.cells > 1 || previous.cells > 1)
    return false;
  const em = Math.max(previous.size, line.size);
  if (Math.abs(previous.size - line.size) > em * 0.08) return false;
  const gap = previous.y - line.y;
  if (gap <= 0 || gap > em * (page.leading + 0.35)) return false;
  if (previous.bold !== line.bold) return false;
  const width = page.right - page.left;
  const endedShort = previous.x1 < page.right - width * 0.25;
  if (endedShort && gap > em * LOOSE_EM) return false;
  if (first.marker) return line.x0 > first.x0 + em * 0.3 || !endedShort;
  // A line in italics that ends before its column does heads the text below it.
  if (endedShort && previous.italic && !line.italic) return false;
  const indented = line.x0 - previous.x0 > em * 0.8 && previous.x0 - page.left < em * 0.3;
  if (indented && previous !== first) return false;
  const previousText = previous.words.at(-1)?.text ?? '';
  const text = line.words[0]?.text ?? '';
  if (CHECKBOX.test(text) || (BLANK.test(previousText) && /^\p{Lu}/u.test(text))) return false;
  return !(endedShort && /[.!?:]["”’)]?$/.test(previousText));
}

function draftOf(lines: readonly Line[], table: boolean, page: number, opensRegion: boolean): DraftBlock {
  const [first, second] = lines;
  const words = lines.flatMap((line, index) =>
    line.words.map((word, at) => (index > 0 && at === 0 ? { ...word, lineStart: true } : word)),
  );
  const { label, body } = first?.marker ? splitMarker(words) : { label: [], body: [] };
  return {
    content: inlinesOf(words, page),
    label: inlinesOf(label, page),
    itemContent: inlinesOf(body, page),
    marker: first?.marker,
    lines: lines.length,
    size: first?.size ?? 1,
    bold: lines.every((line) => line.bold),
    italic: lines.every((line) => line.italic),
    characters: lines.reduce((sum, line) => sum + line.characters, 0),
    table: table || (first !== undefined && first.cells > 1 && !first.numbered),
    listing: undefined,
    contents: false,
    leader: [],
    page,
    x0: first?.x0 ?? 0,
    x1: first?.x1 ?? 0,
    textX0: second?.x0 ?? first?.textX0 ?? 0,
    top: (first?.y ?? 0) + (first?.size ?? 0),
    bottom: lines.at(-1)?.y ?? 0,
    opensRegion,
    object: first?.object,
    sideways: false,
  };
}

/** An entry of a table of contents: its last word is its page number. */
function entryOf(row: Row, page: number): DraftBlock {
  const line = lineOf(row);
  const number = line.words.at(-1);
  const before = line.words.slice(0, -1);
  const dots = leaderLength(row);
  const title = before.slice(0, before.length - dots);
  const words = number ? [...title, behindDots(number, dots)] : [];
  const draft = draftOf([{ ...line, words }], false, page, false);
  return { ...draft, contents: true, table: false, leader: before.slice(title.length) };
}

/** An entry of an index: the dots before its pages are no part of it. */
function referenceOf(row: Row, page: number): DraftBlock {
  const line = lineOf(row);
  const { dots, numbers } = referencesOf(row);
  const end = line.words.length - numbers;
  const pages = line.words.slice(end).map((word, at) => (at === 0 ? behindDots(word, dots.length) : word));
  const words = [...line.words.slice(0, end - dots.length), ...pages];
  const draft = draftOf([{ ...line, words }], false, page, false);
  return { ...draft, table: false, leader: dots };
}

/** A word that dots lead to: what is drawn between them and the word is no part of the text, as they are none. */
function behindDots(word: PlacedWord, dots: number): PlacedWord {
  return { ...word, spaceBefore: true, drawnSpace: word.drawnSpace && dots === 0 };
}
