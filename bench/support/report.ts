import { cpus } from 'node:os';

export type Row = Readonly<Record<string, string | number | null>>;

/** What an act gives, and how long it took. */
export async function timed<T>(act: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const beganAt = performance.now();
  const value = await act();
  return { ms: performance.now() - beganAt, value };
}

/** Prints a table for people, then one line of JSON for machines; `--json` prints that line alone. */
export function print(title: string, rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const cell = (value: string | number | null | undefined) =>
    typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 4 }) : (value ?? '–');
  const width = (column: string) => Math.max(column.length, ...rows.map((row) => cell(row[column]).length));
  const line = (cells: readonly string[]) =>
    cells.map((text, index) => {
      const size = width(columns[index] ?? '');
      return index === 0 ? text.padEnd(size) : text.padStart(size);
    });
  if (!process.argv.includes('--json')) {
    const lines = [columns, ...rows.map((row) => columns.map((column) => cell(row[column])))].map((cells) =>
      line(cells).join('  '),
    );
    process.stdout.write(
      `${title} (${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'})\n\n${lines.join('\n')}\n\n`,
    );
  }
  process.stdout.write(`${JSON.stringify({ title, cores: cpus().length, rows })}\n`);
}
