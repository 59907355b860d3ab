import type { Operand, Operation } from './content-lexer.ts';
import { type Matrix, transform } from './matrix.ts';

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** A path that is painted: its extent as far as it is seen. */
export interface PaintedPath extends Box {
  /** Share (0 to 1) of its length that is curved, or runs neither across nor up the page. */
  readonly slanted: number;
  readonly segments: number;
}

/** Something drawn that is not text, with its place on the page (points, rotated like the page). */
export interface Drawing extends PaintedPath {
  readonly kind: 'image' | 'path';
  readonly stream: number;
  /** Number of the operation that paints it. */
  readonly operation: number;
}

const PAINT = new Set(['S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*']);

type Point = readonly [x: number, y: number];

/** Where a curve is looked at between its ends. */
const CURVE_STEPS = [0.25, 0.5, 0.75, 1];
/** Less than this share of a line's length aside, and it runs straight across or up the page. */
const STRAIGHT_SHARE = 0.02;

/** Collects a path until it is painted. */
export class PathTracker {
  /** What clips from here on, where an operation said so; taken by whoever keeps the graphics state. */
  clip: Box | undefined;
  #box: { x0: number; y0: number; x1: number; y1: number } | undefined;
  #at: Point | undefined;
  #start: Point | undefined;
  #length = 0;
  #slantedLength = 0;
  #segments = 0;
  #clips = false;

  /** @returns the path that this operation paints, if it paints one */
  take({ operator, operands }: Operation, matrix: Matrix): PaintedPath | undefined {
    switch (operator) {
      case 'm':
        this.#move(points(operands, matrix).at(-1));
        return undefined;
      case 'l':
        this.#line(points(operands, matrix).at(-1));
        return undefined;
      case 'c':
        this.#curve(points(operands, matrix));
        return undefined;
      case 'v':
        this.#curve([...(this.#at ? [this.#at] : []), ...points(operands, matrix)]);
        return undefined;
      case 'y': {
        const [pull, end] = points(operands, matrix);
        if (pull && end) this.#curve([pull, end, end]);
        return undefined;
      }
      case 're': {
        const [x, y, width, height] = operands;
        if (typeof x !== 'number' || typeof y !== 'number') return undefined;
        if (typeof width !== 'number' || typeof height !== 'number') return undefined;
        const corners = [x, y, x + width, y, x + width, y + height, x, y + height];
        const [first, ...others] = points(corners, matrix);
        this.#move(first);
        for (const corner of [...others, first]) this.#line(corner);
        return undefined;
      }
      case 'h':
        this.#line(this.#start);
        return undefined;
      case 'W':
      case 'W*':
        this.#clips = true;
        return undefined;
      case 'n':
        this.#finish();
        return undefined;
      default:
        return PAINT.has(operator) ? this.#finish() : undefined;
    }
  }

  #finish(): PaintedPath | undefined {
    const box = this.#box;
    if (this.#clips) this.clip = box;
    const slanted = this.#length === 0 ? 0 : this.#slantedLength / this.#length;
    const path = box && { ...box, slanted, segments: this.#segments };
    this.#box = undefined;
    this.#at = undefined;
    this.#start = undefined;
    this.#length = 0;
    this.#slantedLength = 0;
    this.#segments = 0;
    this.#clips = false;
    return path;
  }

  #move(to: Point | undefined): void {
    if (to) this.#reach(to);
    this.#at = to;
    this.#start = to;
  }

  #line(to: Point | undefined): void {
    if (this.#at && to) {
      const [x, y] = [Math.abs(to[0] - this.#at[0]), Math.abs(to[1] - this.#at[1])];
      this.#add(Math.hypot(x, y), Math.min(x, y) > Math.max(x, y) * STRAIGHT_SHARE);
    }
    if (to) this.#reach(to);
    this.#at = to ?? this.#at;
  }

  /** Three points: two that pull it, and its end. */
  #curve(points: readonly Point[]): void {
    const end = points.at(-1);
    const [first = end, second = end] = points;
    const start = this.#at ?? first;
    if (!start || !first || !second || !end) return;
    let [from, length] = [start, 0];
    for (const t of CURVE_STEPS) {
      const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
      const to: Point = [
        a * start[0] + b * first[0] + c * second[0] + d * end[0],
        a * start[1] + b * first[1] + c * second[1] + d * end[1],
      ];
      this.#reach(to);
      length += Math.hypot(to[0] - from[0], to[1] - from[1]);
      from = to;
    }
    this.#add(length, true);
    this.#at = end;
  }

  #add(length: number, isSlanted: boolean): void {
    this.#segments++;
    this.#length += length;
    if (isSlanted) this.#slantedLength += length;
  }

  #reach([x, y]: Point): void {
    this.#box ??= { x0: x, y0: y, x1: x, y1: y };
    this.#box.x0 = Math.min(this.#box.x0, x);
    this.#box.x1 = Math.max(this.#box.x1, x);
    this.#box.y0 = Math.min(this.#box.y0, y);
    this.#box.y1 = Math.max(this.#box.y1, y);
  }
}

/** Points on the page of the coordinates that are given in pairs; those that are none are left out. */
function points(values: readonly Operand[], matrix: Matrix): Point[] {
  const found: Point[] = [];
  for (let at = 0; at + 1 < values.length; at += 2) {
    const [a, b] = [values[at], values[at + 1]];
    if (typeof a !== 'number' || typeof b !== 'number') continue;
    const point = transform(matrix, a, b);
    if (point.every(Number.isFinite)) found.push(point);
  }
  return found;
}

/** Where a picture drawn with this matrix is. */
export function unitSquare(matrix: Matrix): Box {
  return boxFrom(matrix, [0, 0, 1, 1]) ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
}

/** Where a rectangle, given by two corners, is on the page; undefined when these are not four numbers. */
export function boxFrom(matrix: Matrix, corners: readonly number[]): Box | undefined {
  const [x0, y0, x1, y1] = corners;
  if (x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined) return undefined;
  const places = [
    transform(matrix, x0, y0),
    transform(matrix, x1, y0),
    transform(matrix, x0, y1),
    transform(matrix, x1, y1),
  ];
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
