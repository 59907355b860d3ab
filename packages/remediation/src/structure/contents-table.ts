import type { Region } from './order/reading-order.ts';
import type { Row, Segment } from './page-lines.ts';
import type { Word } from './types.ts';

const DOTS = /^[.·․‥…]+$/;
/** Dots that are one word, and how many are a leader when each is one. */
const LEADER = /[.·․‥]{4,}|…{2,}/;
const LEADER_WORDS = 4;
const PAGE_NUMBER = /^(?:\d{1,4}|[ivxlc]{1,7})$/i;
/** What tables of contents are called. */
export const CONTENTS_TITLE =
  /^(?:(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des matières|índice|indice|sommario|inhoud(?:sopgave)?|innehåll|sisällys|spis treści|obsah|περιεχόμενα|содержание|оглавление|目次|目录|차례)$/iu;
const MIN_ENTRIES = 3;
const MIN_LEADER_SHARE = 0.3;
const MIN_LINKED_SHARE = 0.6;
/** Page numbers rise, but for the odd appendix. */
const MIN_RISING_SHARE = 0.8;
/** A page that an index refers to, with what follows it and a comma before the next. */
const REFERENCE = /^(?:\d{1,4}|[ivxlc]{1,7})(?:[-–]\d{1,4}|ff?\.?|pp?\.?)?,?$/iu;
/** A few lines with dots before a number are left to fill in; so many, and most of their column, lead to it. */
const MIN_REFERENCES = 5;
const MIN_REFERENCE_SHARE = 0.5;
const FEW_DOTS = 2;

/**
 * Rows of a table of contents, each a region of its own: they end in page numbers that rise, behind dots, linked to their
 * pages or below a heading that says so. Where dots lead to numbers that do not rise, the rows are those of an index.
 */
export function takeContents(regions: readonly Region[]): Region[] {
  const rows = regions.flatMap(({ rows: own, table }) => own.map((row) => ({ row, table })));
  const contents = new Set<Row>();
  for (let at = 0; at < rows.length; ) {
    let end = at;
    while (end < rows.length && isEntry(rows[end]?.row ?? [])) end++;
    const run = rows.slice(at, end).map(({ row }) => row);
    if (isContents(run, rows[at - 1]?.row)) for (const row of run) contents.add(row);
    at = Math.max(end, at + 1);
  }
  return regions.flatMap((region): Region[] => {
    const index = new Set(indexRows(region.rows.filter((row) => !contents.has(row))));
    const isEither = (row: Row): boolean => contents.has(row) || index.has(row);
    if (!region.rows.some(isEither)) return [region];
    const parts: { rows: Row[]; table: boolean; contents: boolean; index: boolean }[] = [];
    for (const row of region.rows) {
      const isOne = isEither(row);
      const last = parts.at(-1);
      if (last && !isOne && !last.contents && !last.index) last.rows.push(row);
      else
        parts.push({
          rows: [row],
          table: region.table && !isOne,
          contents: contents.has(row),
          index: index.has(row),
        });
    }
    return parts.map((part) => ({ ...part, table: part.table && part.rows.length >= MIN_ENTRIES }));
  });
}

function isEntry(row: Row): boolean {
  const text = textOf(row);
  const last = row.at(-1)?.words.at(-1)?.text ?? '';
  if (!PAGE_NUMBER.test(last) || !/\p{L}{2}/u.test(text)) return false;
  return row.length > 1 || leaderLength(row) > 0;
}

function isContents(run: readonly Row[], before: Row | undefined): boolean {
  if (run.length < MIN_ENTRIES) return false;
  const numbers = run.map((row) => Number(row.at(-1)?.words.at(-1)?.text)).filter(Number.isFinite);
  const rising = numbers.filter((number, at) => number >= (numbers[at - 1] ?? 0)).length;
  if (rising < numbers.length * MIN_RISING_SHARE) return false;
  const leaders = run.filter((row) => leaderLength(row) > 0).length;
  const linked = run.filter((row) =>
    row.some(({ words }) => words.some(({ link }) => link?.href?.startsWith('#page-'))),
  ).length;
  return (
    leaders >= run.length * MIN_LEADER_SHARE ||
    linked >= run.length * MIN_LINKED_SHARE ||
    CONTENTS_TITLE.test(textOf(before ?? []).trim())
  );
}

/** Rows in which dots lead to the pages that an index refers to, where most rows are such: few dots have room in a narrow column. */
function indexRows(rows: readonly Row[]): readonly Row[] {
  if (!isIndex(rows)) return [];
  const found = rows.filter((row) => isReference(row, (dots) => lettersOf(dots) >= FEW_DOTS));
  return found.length >= rows.length * MIN_REFERENCE_SHARE ? found : [];
}

function isReference(row: Row, leads: (dots: readonly Word[]) => boolean): boolean {
  const { dots, numbers, words } = referencesOf(row);
  const named = words.slice(0, words.length - dots.length - numbers).some(({ text }) => /\p{L}/u.test(text));
  return named && numbers > 0 && leads(dots);
}

function lettersOf(words: readonly Word[]): number {
  return words.reduce((sum, { text }) => sum + text.length, 0);
}

/** Whether rows are a column of an index: in many of them dots lead to pages. */
export function isIndex(rows: readonly Row[]): boolean {
  const certain = rows.filter((row) => isReference(row, isLeader)).length;
  return certain >= Math.max(MIN_REFERENCES, rows.length * MIN_LEADER_SHARE);
}

/** The words of a row, how many of the last are pages, and the dots before these. */
export function referencesOf(row: Row): { words: readonly Word[]; dots: readonly Word[]; numbers: number } {
  const words = row.flatMap((segment) => segment.words);
  const numbers = words.length - 1 - words.findLastIndex(({ text }) => !REFERENCE.test(text));
  const before = words.slice(0, words.length - numbers);
  return { words, dots: before.slice(before.findLastIndex(({ text }) => !DOTS.test(text)) + 1), numbers };
}

/**
 * How many words before the last, the page number, are the dots that lead to it: one run, in the number's own segment or
 * in the one before it. A few dots are text: cells say so that something is not known.
 */
export function leaderLength(row: Row): number {
  const last = row.at(-1)?.words ?? [];
  const before = last.length > 1 ? last.slice(0, -1) : (row.at(-2)?.words ?? []);
  const dots = before.slice(before.findLastIndex(({ text }) => !DOTS.test(text)) + 1);
  return isLeader(dots) ? dots.length : 0;
}

/** Whether dots in a row lead to something, or are left to be written on. */
export function hasLeader(row: Row): boolean {
  let run: Word[] = [];
  for (const word of row.flatMap(({ words }) => words)) {
    if (DOTS.test(word.text)) run.push(word);
    else if (isLeader(run)) return true;
    else run = [];
  }
  return isLeader(run);
}

/** Whether so many dots are no punctuation. */
function isLeader(dots: readonly Word[]): boolean {
  const single = dots.filter(({ text }) => text.length === 1).length;
  return single >= LEADER_WORDS || dots.some(({ text }) => LEADER.test(text));
}

function textOf(row: readonly Segment[]): string {
  return row.map(({ words }) => words.map(({ text }) => text).join(' ')).join(' ');
}
