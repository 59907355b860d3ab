import { ERROR_CATALOGUE, isErrorCode } from '@sluice/shared';
import type { Books, DemoReport, TenantBooks } from '../demo/audit/books.ts';

interface Line {
  label: string;
  count: number;
}

/** The books of a tenant as a column of numbers that add up. */
export function renderBooks(books: TenantBooks): string[] {
  return [`${books.tenant}, bucket ${books.bucket}`, ...column(books)];
}

/** The last words: the sum, and whether it balances. */
export function renderTotal({ total, tenants, balanced, problems, elapsed_ms }: DemoReport): string[] {
  const seconds = (elapsed_ms / 1000).toFixed(1);
  const verdict = balanced
    ? `The books balance: ${total.found} objects found in ${tenants.length} buckets, every one accounted for. ${seconds} s.`
    : `The books do NOT balance after ${seconds} s.`;
  const shown = problems.slice(0, 20).map((problem) => `  ! ${problem}`);
  const more = problems.length > 20 ? [`  … and ${problems.length - 20} more`] : [];
  return ['Together', ...column(total), '', verdict, ...shown, ...more];
}

function column(books: Books): string[] {
  const lines: Line[] = [
    { label: 'found', count: books.found },
    { label: 'written back', count: books.written_back },
    ...reasons('skipped', books.skipped),
    ...reasons('failed', books.failed),
    { label: 'pending', count: books.pending },
    { label: 'unexplained', count: books.unexplained },
    { label: 'duplicates', count: books.duplicates },
  ];
  return lines.map(({ label, count }) => `  ${String(count).padStart(6)}  ${label}`);
}

function reasons(what: string, counts: Record<string, number>): Line[] {
  return Object.entries(counts).map(([reason, count]) => {
    const title = isErrorCode(reason) ? ERROR_CATALOGUE[reason].title : reason;
    return { label: `${what}: ${title} (${reason})`, count };
  });
}
