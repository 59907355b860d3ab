import { PdfArray, PdfName, PdfNumber } from '@libpdf/core';
import type { Findings } from './rules.ts';
import { attribute, type Reading, type StructureElement, type StructureTree } from './structure-tree.ts';

/** A span beyond this is a mistake, and would cost memory. */
const MAX_SPAN = 1000;

/** Lays a table's cells out on their grid: spans that do not fit, and cells that no header belongs to. */
export function checkTable(
  reading: Reading,
  tree: StructureTree,
  table: StructureElement,
  findings: Findings,
): void {
  const rows = table.children.flatMap((child) =>
    child.type === 'TR' ? [child] : child.children.filter(({ type }) => type === 'TR'),
  );
  const span = (cell: StructureElement, key: string): number => {
    const value = attribute(reading, tree, cell, 'Table', key);
    return value instanceof PdfNumber ? Math.min(MAX_SPAN, Math.max(1, value.value)) : 1;
  };
  const grid: (StructureElement | undefined)[][] = rows.map(() => []);
  let overlaps = false;
  let sticksOut = false;
  for (const [y, row] of rows.entries()) {
    let x = 0;
    for (const cell of row.children) {
      while (grid[y]?.[x]) x++;
      const height = span(cell, 'RowSpan');
      const width = span(cell, 'ColSpan');
      if (y + height > rows.length) sticksOut = true;
      reading.budget.spend('operators', Math.min(height, rows.length) * width);
      for (const line of grid.slice(y, y + height))
        for (let at = x; at < x + width; at++) {
          overlaps ||= line[at] !== undefined;
          line[at] = cell;
        }
      x += width;
    }
  }
  findings.require(!overlaps, '7.2-15');
  findings.require(!sticksOut, '7.2-41');
  const widths = new Set(grid.map((line) => line.length));
  findings.require(widths.size <= 1, '7.2-43');
  checkHeaders(reading, tree, grid, findings);
}

function checkHeaders(
  reading: Reading,
  tree: StructureTree,
  grid: readonly (readonly (StructureElement | undefined)[])[],
  findings: Findings,
): void {
  const hasHeaders = grid.some((line) => line.some((cell) => cell?.type === 'TH'));
  if (!hasHeaders) return;
  const scopes = new Map<StructureElement, string>();
  const scopeOf = (cell: StructureElement | undefined): string => {
    if (cell?.type !== 'TH') return '';
    const known = scopes.get(cell);
    if (known !== undefined) return known;
    const value = attribute(reading, tree, cell, 'Table', 'Scope');
    const scope = value instanceof PdfName ? value.value : '';
    scopes.set(cell, scope);
    return scope;
  };
  const columns = new Set<number>();
  for (const line of grid)
    for (const [x, cell] of line.entries())
      if (scopeOf(cell) === 'Column' || scopeOf(cell) === 'Both') columns.add(x);
  const seen = new Set<StructureElement>();
  for (const line of grid) {
    const byRow = line.some((cell) => scopeOf(cell) === 'Row' || scopeOf(cell) === 'Both');
    for (const [x, cell] of line.entries()) {
      if (cell?.type !== 'TD' || seen.has(cell)) continue;
      seen.add(cell);
      const named = attribute(reading, tree, cell, 'Table', 'Headers');
      const tied = named instanceof PdfArray && named.length > 0;
      findings.require(tied || byRow || columns.has(x), '7.5-1');
    }
  }
}
