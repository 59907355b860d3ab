import type { Operand, Operation } from './content-lexer.ts';
import { type Matrix, transform } from './matrix.ts';

export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Something drawn that is not text, with its place on the page (points, rotated like the page). */
export interface Drawing extends Box {
  readonly kind: 'image' | 'path';
  readonly stream: number;
  /** Number of the operation that paints it. */
  readonly operation: number;
}

const PAINT = new Set(['S', 's', 'f', 'F', 'f*', 'B', 'B*', 'b', 'b*']);

/** Collects the extent of a path until it is painted. */
export class PathTracker {
  #box: { x0: number; y0: number; x1: number; y1: number } | undefined;

  /** @returns the extent of the path that this operation paints, if it paints one */
  take({ operator, operands }: Operation, matrix: Matrix): Box | undefined {
    switch (operator) {
      case 'm':
      case 'l':
      case 'c':
      case 'v':
      case 'y':
        this.#points(operands, matrix);
        return undefined;
      case 're': {
        const [x, y, width, height] = operands;
        if (typeof x !== 'number' || typeof y !== 'number') return undefined;
        if (typeof width !== 'number' || typeof height !== 'number') return undefined;
        this.#points([x, y, x + width, y, x, y + height, x + width, y + height], matrix);
        return undefined;
      }
      case 'n':
        this.#box = undefined;
        return undefined;
      default: {
        if (!PAINT.has(operator)) return undefined;
        const box = this.#box;
        this.#box = undefined;
        return box;
      }
    }
  }

  #points(values: readonly Operand[], matrix: Matrix): void {
    for (let at = 0; at + 1 < values.length; at += 2) {
      const [a, b] = [values[at], values[at + 1]];
      if (typeof a !== 'number' || typeof b !== 'number') continue;
      const [x, y] = transform(matrix, a, b);
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      this.#box ??= { x0: x, y0: y, x1: x, y1: y };
      this.#box.x0 = Math.min(this.#box.x0, x);
      this.#box.x1 = Math.max(this.#box.x1, x);
      this.#box.y0 = Math.min(this.#box.y0, y);
      this.#box.y1 = Math.max(this.#box.y1, y);
    }
  }
}

/** Where a picture drawn with this matrix is. */
export function unitSquare(matrix: Matrix): Box {
  const corners = [
    transform(matrix, 0, 0),
    transform(matrix, 1, 0),
    transform(matrix, 0, 1),
    transform(matrix, 1, 1),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
