import { union } from '../../text/boxes.ts';
import type { Box, Drawing } from '../../text/drawings.ts';

/** Paths that stand together, and the box around them. */
export interface PathCluster {
  readonly paths: readonly Drawing[];
  readonly box: Box;
}

/** At most this many cells of the raster across or up the page; none is smaller than this. */
const MAX_CELLS = 300;
const MIN_CELL_PT = 2;
/** Shapes further apart than twice this are not of one drawing; rules have to touch. */
const SHAPE_MARGIN_PT = 4;
const RULE_MARGIN_PT = 0.5;
const THIN_PT = 3;

/** A straight line of the page. */
export function isRule({ x0, y0, x1, y1, slanted }: Drawing): boolean {
  return slanted === 0 && Math.min(x1 - x0, y1 - y0) <= THIN_PT;
}

/**
 * Paths that stand together, whatever order they are painted in. The work grows with their number and the raster's, not
 * with how they lie.
 *
 * @param margin shapes further apart than twice this (points) are not of one cluster
 */
export function clusterPaths(
  paths: readonly Drawing[],
  page: { readonly width: number; readonly height: number },
  margin = SHAPE_MARGIN_PT,
): PathCluster[] {
  const raster = new Raster(page.width, page.height);
  const places = paths.map((path) => raster.placeOf(path, isRule(path) ? RULE_MARGIN_PT : margin));
  for (const place of places) raster.cover(place);
  const labels = raster.components();
  const clusters = new Map<number, Drawing[]>();
  for (const [index, path] of paths.entries()) {
    const place = places[index];
    const label = place ? (labels[place.x0 + place.y0 * raster.columns] ?? 0) : 0;
    const cluster = clusters.get(label);
    if (cluster) cluster.push(path);
    else clusters.set(label, [path]);
  }
  return [...clusters.values()].map((cluster) => ({ paths: cluster, box: union(cluster) }));
}

class Raster {
  readonly columns: number;
  readonly #rows: number;
  readonly #cell: number;
  /** How many more boxes cover a cell than its neighbours: sums of it are how many cover it. */
  readonly #edges: Int32Array;

  constructor(width: number, height: number) {
    this.#cell = Math.max(MIN_CELL_PT, Math.max(width, height) / MAX_CELLS);
    this.columns = Math.ceil(width / this.#cell) + 1;
    this.#rows = Math.ceil(height / this.#cell) + 1;
    this.#edges = new Int32Array((this.columns + 1) * (this.#rows + 1));
  }

  /** In cells, both ends inside. */
  placeOf({ x0, y0, x1, y1 }: Box, margin: number): Box {
    const cell = (value: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor(value / this.#cell)));
    return {
      x0: cell(x0 - margin, this.columns),
      y0: cell(y0 - margin, this.#rows),
      x1: cell(x1 + margin, this.columns),
      y1: cell(y1 + margin, this.#rows),
    };
  }

  cover({ x0, y0, x1, y1 }: Box): void {
    const width = this.columns + 1;
    const add = (x: number, y: number, value: number): void => {
      this.#edges[x + y * width] = (this.#edges[x + y * width] ?? 0) + value;
    };
    add(x0, y0, 1);
    add(x1 + 1, y0, -1);
    add(x0, y1 + 1, -1);
    add(x1 + 1, y1 + 1, 1);
  }

  /** For each cell that is covered the number (from 1) of what it is connected with; 0 for the others. */
  components(): Int32Array {
    const labels = this.#covered();
    const { columns } = this;
    const open = new Int32Array(labels.length);
    let found = 0;
    for (let start = 0; start < labels.length; start++) {
      if (labels[start] !== -1) continue;
      found++;
      let count = 0;
      const visit = (at: number): void => {
        if (labels[at] !== -1) return;
        labels[at] = found;
        open[count++] = at;
      };
      visit(start);
      while (count > 0) {
        const at = open[--count] ?? 0;
        if (at % columns > 0) visit(at - 1);
        if (at % columns < columns - 1) visit(at + 1);
        visit(at - columns);
        visit(at + columns);
      }
    }
    return labels;
  }

  /** -1 for each cell that is covered, 0 for the others. */
  #covered(): Int32Array {
    const covered = new Int32Array(this.columns * this.#rows);
    const above = new Int32Array(this.columns + 1);
    for (let y = 0; y < this.#rows; y++) {
      let sum = 0;
      for (let x = 0; x < this.columns; x++) {
        sum += this.#edges[x + y * (this.columns + 1)] ?? 0;
        above[x] = (above[x] ?? 0) + sum;
        covered[x + y * this.columns] = (above[x] ?? 0) > 0 ? -1 : 0;
      }
    }
    return covered;
  }
}
