import { pitchOf } from '../listings/listing-rows.ts';
import type { Row } from '../page-lines.ts';
import { plainText } from '../types.ts';
import { allBold, type DraftCell, type DraftRow, isFilled } from './draft-table.ts';

/** A number and its unit, as figures are written; those of lists have a point behind them. */
const NUMBER = /^[-–−+(~<>]*\p{Sc}?\s?\d(?:[\d.,'’\s/:–-]*\d)?\)?\s?(?:%|‰|\p{Sc})?$/u;
const MIN_NUMBER_SHARE = 0.8;
const MIN_NUMBERED_SHARE = 0.7;
/** A name and a number are read as well in a line. */
const MIN_FIGURE_COLUMNS = 3;
/** Lines of text are nearer to each other than this (em). */
export const LOOSE_EM = 1.3;
/** So many heads above each other are names, of what stands below each. */
const MIN_NAMES = 3;
/** Distances this near (points) to each other are one. */
const SAME_DISTANCE_PT = 0.25;
const MIN_EVEN_ROWS = 4;
/** Tables say something in more than this share of their cells; what does not is drawn with characters, or left to fill in. */
const MIN_SPEAKING_SHARE = 0.5;
/** Of the rows of a page that stand so far apart, a table has this share: a row of it may look like a line. */
const MIN_OWN_SHARE = 0.7;

/** How far apart the rows of a page are, and how often. */
export class RowDistances {
  readonly #counts = new Map<number, number>();
  #smallest = Number.POSITIVE_INFINITY;

  constructor(rows: readonly Row[]) {
    for (const distance of distancesOf(rows)) {
      const step = stepOf(distance);
      this.#counts.set(step, (this.#counts.get(step) ?? 0) + 1);
      this.#smallest = Math.min(this.#smallest, step);
    }
  }

  /** Whether some of the rows stand evenly apart, further than lines of text do, and little else of the page as far. */
  setsApart(rows: readonly Row[]): boolean {
    const size = rows[0]?.[0]?.size ?? 0;
    const loose = distancesOf(rows).filter((distance) => distance > size * LOOSE_EM);
    const [first = 0] = loose.map(stepOf);
    if (loose.length + 1 < MIN_EVEN_ROWS || this.#smallest >= first - 1) return false;
    const own = loose.filter((distance) => Math.abs(stepOf(distance) - first) <= 1).length;
    const all = [first - 1, first, first + 1].reduce((sum, step) => sum + (this.#counts.get(step) ?? 0), 0);
    return own === loose.length && own >= all * MIN_OWN_SHARE;
  }
}

function distancesOf(rows: readonly Row[]): number[] {
  return rows.slice(1).flatMap(([below], at) => {
    const distance = (rows[at]?.[0]?.y ?? 0) - (below?.y ?? 0);
    return distance > 0 ? [distance] : [];
  });
}

function stepOf(distance: number): number {
  return Math.round(distance / SAME_DISTANCE_PT);
}

/**
 * Whether rows have a head (in bold, in another face than all that is of fixed pitch below it, or a word above figures), or figures
 * among three columns or more.
 */
export function saysItIsTable(rows: readonly Row[], [head = [], ...body]: readonly DraftRow[]): boolean {
  const headed = head.filter(isFilled).length > 1;
  if (headed && allBold(head) && !allBold(body.flat())) return true;
  const [first, ...others] = rows.map(pitchOf);
  if (headed && first === undefined && others.every((pitch) => pitch !== undefined)) return true;
  return head.some((name, column) => {
    const cells = body.flatMap((row) => row[column] ?? []).filter(isFilled);
    const numbers = cells.filter(isFigure);
    const named = headed && isFilled(name) && !isFigure(name);
    return (
      (named || head.length >= MIN_FIGURE_COLUMNS) &&
      cells.length > body.length * MIN_NUMBERED_SHARE &&
      numbers.length >= cells.length * MIN_NUMBER_SHARE
    );
  });
}

/**
 * Whether names in bold stand in all columns, each above something else, as the words of a glossary do: no head is there as often.
 *
 * @param sides the parts of the rows that are in each column
 */
export function haveNames(rows: readonly Row[], sides: readonly (readonly Row[])[]): boolean {
  const isName = (row: Row = []): boolean => row.length > 1 && row.every(({ bold }) => bold);
  const names = rows.filter((row, at) => isName(row) && at + 1 < rows.length && !isName(rows[at + 1]));
  return (
    isName(rows.find((row) => row.length > 1)) &&
    names.length >= MIN_NAMES &&
    sides.every((side) => {
      const bold = side.filter((row) => row.every((segment) => segment.bold));
      const figures = side.filter((row) => isFigureText(textOf(row)));
      return new Set(bold.map(textOf)).size === bold.length && figures.length * 2 < side.length;
    })
  );
}

/** Whether all that is said are labels of what is to be written beside them, each with a colon: a form, and no cells. */
export function areLabels(texts: readonly string[]): boolean {
  return texts.length > 0 && texts.every((text) => text.trimEnd().endsWith(':'));
}

/** Whether there are words or numbers in most cells that have something in them. */
export function saysSomething(rows: readonly DraftRow[]): boolean {
  const filled = rows.flat().filter(isFilled);
  const speaking = filled.filter(({ content }) => /[\p{L}\p{N}]/u.test(plainText(content)));
  return speaking.length > filled.length * MIN_SPEAKING_SHARE;
}

function isFigure({ content }: DraftCell): boolean {
  return isFigureText(plainText(content).trim());
}

/** Whether a text is a number, with its unit or without. */
export function isFigureText(text: string): boolean {
  return NUMBER.test(text);
}

function textOf(row: Row): string {
  return row.flatMap(({ words }) => words.map(({ text }) => text)).join(' ');
}
