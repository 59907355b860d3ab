import { reach } from '../../text/boxes.ts';
import { isNextLine } from '../headings/section-numbers.ts';
import { isMeant, type Row } from '../page-lines.ts';
import { textOf } from './column-text.ts';
import { areEvenBlocks, areLoose, keepToRows } from './loose-blocks.ts';

/** Of the lines that stand right below each other so many end though the next word had room: where cells wrap, it had none. */
const MIN_MEANT_SHARE = 0.5;
/** Words of a line, on average: names of rows and entries of lists have fewer. */
const MIN_WORDS = 1.5;
/** Addresses have numbers in so many of their lines, and so have tables. */
const MAX_NUMBERED_SHARE = 0.2;
/** Of lines of verse so many end in a mark, and so many in one that ends no sentence. */
const MIN_STOPPED_SHARE = 0.3;
const MIN_PAUSED_SHARE = 0.15;
const STOP = /[.,;:!?…–—-]["”’)\]]?$/u;
const PAUSE = /\p{L}["”’)]?(?:[,;]| ?[–—])["”’)]?$/u;

/** Whether columns of lines say that they are read one after the other: by how their lines end, or by where their stanzas begin and end. */
export function areVerses(columns: readonly (readonly Row[])[]): boolean {
  const isBeside = (test: typeof areLoose): boolean =>
    columns.slice(1).some((column, at) => test(columns[at] ?? [], column));
  if (columns.some(hasNumbers) || isBeside(keepToRows)) return false;
  const heads = haveHeads(columns);
  // Below heads, entries with marks are cells, unless something parts them as stanzas are.
  const entries = columns.map((column) => column.slice(heads ? 1 : 0));
  if (heads && entries.slice(1).every((column, at) => areEvenBlocks(entries[at] ?? [], column))) return false;
  const ends = columns.map(endsOf);
  const sum = (key: keyof Ends): number => ends.reduce((total, each) => total + each[key], 0);
  if (ends.some(({ lines, followed }) => followed * 2 < lines - 1)) return false;
  const havePauses =
    sum('paused') >= sum('meant') * MIN_PAUSED_SHARE && ends.filter(({ paused }) => paused > 0).length > 1;
  const stop = ends.every(({ stopped, lines }) => stopped >= lines * MIN_STOPPED_SHARE);
  const areMeant = (share: number): boolean => sum('meant') > sum('followed') * share;
  if (havePauses && stop && areMeant(MIN_MEANT_SHARE / 2)) return true;
  return (
    areMeant(MIN_MEANT_SHARE) &&
    ends.every(({ lines, words }) => words >= lines * MIN_WORDS) &&
    !heads &&
    isBeside(areLoose)
  );
}

/** Whether a line in bold stands above each column, and no other in one of them, as titles of further poems do. */
function haveHeads(columns: readonly (readonly Row[])[]): boolean {
  const tops = columns.map(([top]) => top?.[0]?.y ?? 0);
  const isBold = (line: Row): boolean => line.every(({ bold }) => bold);
  return (
    new Set(tops).size === 1 && columns.every(([top = [], ...lines]) => isBold(top) && !lines.some(isBold))
  );
}

function hasNumbers(column: readonly Row[]): boolean {
  return column.filter((line) => /\d/.test(textOf(line))).length > column.length * MAX_NUMBERED_SHARE;
}

/** How many lines a column has, and how these end. */
interface Ends {
  readonly lines: number;
  readonly words: number;
  /** With another right below. */
  readonly followed: number;
  /** Followed, and ending though the next word had room. */
  readonly meant: number;
  readonly stopped: number;
  /** Meant, in the middle of a sentence. */
  readonly paused: number;
}

function endsOf(column: readonly Row[]): Ends {
  const { x1: right } = reach(column.flat());
  const texts = column.map(textOf);
  const ends = { lines: column.length, words: 0, followed: 0, meant: 0, stopped: 0, paused: 0 };
  for (const [at, line] of column.entries()) {
    const text = texts[at] ?? '';
    ends.words += text.split(' ').length;
    if (STOP.test(text)) ends.stopped++;
    const [last, next] = [line.at(-1), column[at + 1]];
    if (!last || !next?.[0] || !isNextLine(line, next)) continue;
    ends.followed++;
    if (!isMeant(last, next[0], right)) continue;
    ends.meant++;
    if (PAUSE.test(text)) ends.paused++;
  }
  return ends;
}
