import type { Row, Segment, Word } from './page-lines.ts';
import type { Region } from './reading-order.ts';
import type { Inline } from './types.ts';

/** How an item of a list starts. */
type Marker = { readonly kind: 'bullet' } | { readonly kind: 'number'; readonly value: number };

/** Lines that belong together, before it is known which are headings. */
export interface DraftBlock {
  readonly content: readonly Inline[];
  /** The content without its marker, where there is one. */
  readonly itemContent: readonly Inline[];
  readonly marker: Marker | undefined;
  readonly lines: number;
  readonly size: number;
  readonly bold: boolean;
  readonly characters: number;
  readonly table: boolean;
}

interface Line {
  readonly words: readonly Word[];
  readonly marker: Marker | undefined;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly size: number;
  readonly bold: boolean;
  readonly cells: number;
  readonly characters: number;
}

const BULLET = /^[•◦‣▪■□●○➢✓❖►∙·–—*-]$/;
const GLUED_BULLET = /^[•◦‣▪■●➢✓❖►∙](?=.)/;
const NUMBER = /^\(?(\d{1,3})[.)]$/;

/** Joins the lines of each region into blocks. */
export function draftBlocks(regions: readonly Region[]): DraftBlock[] {
  return regions.flatMap((region) => {
    const lines = region.rows.map(lineOf);
    const right = Math.max(...lines.map((line) => line.x1));
    const left = Math.min(...lines.map((line) => line.x0));
    const leading = usualLeading(lines);
    const groups: Line[][] = [];
    for (const line of lines) {
      const group = groups.at(-1);
      const previous = group?.at(-1);
      const first = group?.[0];
      if (group && previous && first && continuesBlock(first, previous, line, { left, right, leading }))
        group.push(line);
      else groups.push([line]);
    }
    return groups.map((group) => draftOf(group, region.table));
  });
}

function lineOf(row: Row): Line {
  const words = row.flatMap((segment, index) =>
    segment.words.map((word, at) => (index > 0 && at === 0 ? { ...word, spaceBefore: true } : word)),
  );
  const main = row.reduce<Segment | undefined>(
    (best, segment) => (!best || segment.characters > best.characters ? segment : best),
    undefined,
  );
  return {
    words,
    marker: markerOf(words),
    x0: Math.min(...row.map((segment) => segment.x0)),
    x1: Math.max(...row.map((segment) => segment.x1)),
    y: main?.y ?? 0,
    size: main?.size ?? 1,
    bold: row.every((segment) => segment.bold),
    // A bullet and its text are one cell, however far the writer indented.
    cells: row.length - (row.length > 1 && row[0] && markerOf(row[0].words) && isOnlyMarker(row[0]) ? 1 : 0),
    characters: row.reduce((sum, segment) => sum + segment.characters, 0),
  };
}

function isOnlyMarker(segment: Segment): boolean {
  return segment.words.length === 1;
}

function markerOf(words: readonly Word[]): Marker | undefined {
  const first = words[0]?.text ?? '';
  if (words.length > 1 && BULLET.test(first)) return { kind: 'bullet' };
  if (GLUED_BULLET.test(first)) return { kind: 'bullet' };
  const number = words.length > 1 ? NUMBER.exec(first)?.[1] : undefined;
  return number === undefined ? undefined : { kind: 'number', value: Number(number) };
}

/** The most common distance between lines, in em. */
function usualLeading(lines: readonly Line[]): number {
  const counts = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    if (!next || Math.abs(next.size - line.size) > 0.5) continue;
    const ratio = Math.round(((line.y - next.y) / line.size) * 10) / 10;
    if (ratio > 0.8 && ratio < 2.6) counts.set(ratio, (counts.get(ratio) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 1.25;
}

function continuesBlock(
  first: Line,
  previous: Line,
  line: Line,
  page: { left: number; right: number; leading: number },
): boolean {
  if (line.marker || line.cells > 1 || previous.cells > 1) return false;
  const em = Math.max(previous.size, line.size);
  if (Math.abs(previous.size - line.size) > em * 0.08) return false;
  const gap = previous.y - line.y;
  if (gap <= 0 || gap > em * (page.leading + 0.35)) return false;
  if (previous.bold !== line.bold) return false;
  const width = page.right - page.left;
  const endedShort = previous.x1 < page.right - width * 0.25;
  if (first.marker) return line.x0 > first.x0 + em * 0.3 || !endedShort;
  const indented = line.x0 - previous.x0 > em * 0.8 && previous.x0 - page.left < em * 0.3;
  if (indented && previous !== first) return false;
  const previousText = previous.words.at(-1)?.text ?? '';
  return !(endedShort && /[.!?:]["”’)]?$/.test(previousText));
}

function draftOf(lines: readonly Line[], table: boolean): DraftBlock {
  const [first] = lines;
  const words = lines.flatMap((line, index) =>
    line.words.map((word, at) => ({ ...word, lineStart: index > 0 && at === 0 })),
  );
  const characters = lines.reduce((sum, line) => sum + line.characters, 0);
  return {
    content: inlines(words),
    itemContent: first?.marker ? inlines(withoutMarker(words)) : [],
    marker: first?.marker,
    lines: lines.length,
    size: first?.size ?? 1,
    bold: lines.every((line) => line.bold),
    characters,
    table: table || (first?.cells ?? 1) > 1,
  };
}

type PlacedWord = Word & { readonly lineStart: boolean };

function withoutMarker(words: readonly PlacedWord[]): PlacedWord[] {
  const [first, ...rest] = words;
  if (!first) return [];
  const glued = first.text.replace(GLUED_BULLET, '');
  return glued === first.text ? rest : [{ ...first, text: glued }, ...rest];
}

/** Joins words, undoing hyphenation at line ends and keeping runs of the same link together. */
function inlines(words: readonly PlacedWord[]): Inline[] {
  const result: { text: string; href?: string }[] = [];
  for (const [index, word] of words.entries()) {
    const last = result.at(-1);
    let space = index > 0 && (word.spaceBefore || word.lineStart) ? ' ' : '';
    if (last && word.lineStart && /\p{Ll}[-\u2010\u00ad]$/u.test(last.text) && /^\p{Ll}/u.test(word.text)) {
      last.text = last.text.slice(0, -1);
      space = '';
    }
    if (last && last.href === word.href) last.text += space + word.text;
    else {
      // White space between a link and its surroundings belongs to the surroundings.
      if (last && space !== '' && last.href === undefined) last.text += space;
      const lead = last && last.href !== undefined && word.href === undefined ? space : '';
      if (last && last.href !== undefined && word.href !== undefined && space !== '')
        result.push({ text: space });
      result.push(
        word.href === undefined ? { text: lead + word.text } : { text: word.text, href: word.href },
      );
    }
  }
  return result.map((inline) => ({ ...inline, text: inline.text.replaceAll('\u00ad', '') }));
}
