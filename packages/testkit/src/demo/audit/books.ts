/** The books of a tenant, or of all. Names as in the JSON line. */
export interface Books {
  /** Rows of the ledger: written_back + skipped + failed + pending. */
  found: number;
  written_back: number;
  /** Objects by reason. */
  skipped: Record<string, number>;
  failed: Record<string, number>;
  pending: number;
  /** Everything that is not as it must be, counted by looking at the bucket itself. */
  unexplained: number;
  duplicates: number;
}

export interface TenantBooks extends Books {
  tenant: string;
  bucket: string;
}

export interface DemoReport {
  balanced: boolean;
  tenants: TenantBooks[];
  total: Books;
  /** What is unexplained or duplicate, in words. */
  problems: string[];
  elapsed_ms: number;
}

/** The sum over the tenants. Balanced is what has nothing pending, unexplained or duplicate, and adds up. */
export function reportOf(tenants: TenantBooks[], problems: string[], elapsedMs: number): DemoReport {
  const total: Books = {
    found: 0,
    written_back: 0,
    skipped: {},
    failed: {},
    pending: 0,
    unexplained: 0,
    duplicates: 0,
  };
  for (const books of tenants) {
    for (const field of ['found', 'written_back', 'pending', 'unexplained', 'duplicates'] as const) {
      total[field] += books[field];
    }
    for (const field of ['skipped', 'failed'] as const) {
      for (const [reason, count] of Object.entries(books[field])) addTo(total[field], reason, count);
    }
  }
  const balanced = [...tenants, total].every(
    (books) =>
      books.pending + books.unexplained + books.duplicates === 0 &&
      books.found === books.written_back + sum(books.skipped) + sum(books.failed),
  );
  return {
    balanced,
    tenants: tenants.map((books) => ({ ...books, ...sorted(books) })),
    total: { ...total, ...sorted(total) },
    problems,
    elapsed_ms: Math.round(elapsedMs),
  };
}

/** Reasons by name: the same books give the same line. */
function sorted({ skipped, failed }: Books): Pick<Books, 'skipped' | 'failed'> {
  const byName = (counts: Record<string, number>) =>
    Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { skipped: byName(skipped), failed: byName(failed) };
}

/** Adds to one of the counts. */
export function addTo(counts: Record<string, number>, reason: string, count = 1): void {
  counts[reason] = (counts[reason] ?? 0) + count;
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
