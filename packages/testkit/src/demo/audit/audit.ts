import type { S3Client } from '@sluice/s3';
import { type ListedObject, listBucket } from '../customer-bucket.ts';
import { type DemoTenant, type Expectation, sizeOf } from '../document.ts';
import { describeWrongOutput, expectedOutputKeys } from './audit-outputs.ts';
import { addTo, type TenantBooks } from './books.ts';
import type { Charge, LedgerRow } from './ledger-rows.ts';

/** What is looked at: the bucket as its owner sees it, and the tables. */
export interface AuditInput {
  readonly tenant: DemoTenant;
  readonly integrationId: string;
  readonly bucket: Pick<S3Client, 'listAll' | 'head' | 'get'>;
  readonly rows: readonly LedgerRow[];
  readonly charges: readonly Charge[];
}

export interface AuditResult {
  readonly books: TenantBooks;
  /** One line for each thing unexplained or duplicate. */
  readonly problems: string[];
}

const OUTPUTS_AT_ONCE = 4;
const SETTLED = new Set(['written_back', 'skipped', 'failed', 'dead']);

/**
 * Holds the ledger against the bucket. Trusts no sum of the product: the bucket is listed and read anew, and what
 * each object must have come to is known from who made it.
 */
export async function auditTenant(input: AuditInput): Promise<AuditResult> {
  const { tenant, rows, bucket } = input;
  const listed = await listBucket(bucket);
  const unexplained = [
    ...missingDocuments(input, listed),
    ...unrecordedObjects(input, listed),
    ...wrongRows(input, listed),
    ...strayOutputs(input, listed),
    ...wrongCharges(input),
    ...(await wrongOutputs(input, listed)),
  ];
  const duplicates = duplicatesOf(input);
  const books: TenantBooks = {
    tenant: tenant.name,
    bucket: tenant.bucket,
    found: rows.length,
    written_back: 0,
    skipped: {},
    failed: {},
    pending: 0,
    unexplained: unexplained.length,
    duplicates: duplicates.length,
  };
  for (const { state, reason } of rows) {
    if (state === 'written_back') books.written_back += 1;
    else if (state === 'skipped') addTo(books.skipped, reason ?? '');
    else if (state === 'failed' || state === 'dead') addTo(books.failed, reason ?? '');
    else books.pending += 1;
  }
  const named = (what: string) => (line: string) => `${tenant.name}: ${what}: ${line}`;
  return {
    books,
    problems: [...unexplained.map(named('unexplained')), ...duplicates.map(named('duplicate'))],
  };
}

/** What was put into the bucket and lies there no more: nobody may touch a customer's documents. */
function missingDocuments({ tenant }: AuditInput, listed: ReadonlyMap<string, ListedObject>): string[] {
  return tenant.documents.flatMap((document) => {
    const object = listed.get(document.key);
    if (object === undefined) return [`"${document.key}" is gone from the bucket`];
    if (object.sizeBytes !== sizeOf(document)) return [`"${document.key}" has another size than was put`];
    return [];
  });
}

/** Objects of the input prefix that have no row, or not exactly one that is current. */
function unrecordedObjects(
  { tenant, rows }: AuditInput,
  listed: ReadonlyMap<string, ListedObject>,
): string[] {
  const current = Map.groupBy(
    rows.filter(({ isCurrent }) => isCurrent),
    ({ key }) => key,
  );
  return [...listed.values()].flatMap(({ key, etag, sizeBytes }) => {
    if (!key.startsWith(tenant.inputPrefix)) return [];
    const [row, ...more] = current.get(key) ?? [];
    if (row === undefined) return [`"${key}" was not found`];
    if (more.length > 0) return [`"${key}" has ${more.length + 1} current rows`];
    if (row.etag !== etag || row.sizeBytes !== sizeBytes) return [`"${key}" is recorded in another version`];
    return [];
  });
}

/** Rows of what does not lie there, and rows that came to something else than they must. */
function wrongRows({ tenant, rows }: AuditInput, listed: ReadonlyMap<string, ListedObject>): string[] {
  const expectations = new Map(tenant.documents.map(({ key, expected }) => [key, expected]));
  return rows.flatMap((row) => {
    if (!listed.has(row.key)) return [`the row of "${row.key}" has no object`];
    if (!SETTLED.has(row.state)) return []; // counted as pending
    const isResult = row.key.startsWith(tenant.outputPrefix);
    const expected = isResult
      ? ({ outcome: 'skipped', reason: 'own_output' } as const)
      : expectations.get(row.key);
    if (expected === undefined) return [`"${row.key}" was put there by nobody`];
    return isAs(row, expected)
      ? []
      : [`"${row.key}" is ${row.state} (${row.reason ?? ''}), ${words(expected)}`];
  });
}

function isAs(row: LedgerRow, expected: Expectation): boolean {
  switch (expected.outcome) {
    case 'written_back':
      return row.state === 'written_back' && row.pages === expected.pages;
    case 'skipped':
    case 'failed':
      return row.state === expected.outcome && row.reason === expected.reason;
    case 'left_alone':
      return false;
    default:
      return expected satisfies never;
  }
}

function words(expected: Expectation): string {
  if (expected.outcome === 'left_alone') return 'should have been left alone';
  if (expected.outcome === 'written_back') return `should be written back with ${expected.pages} pages`;
  return `should be ${expected.outcome} (${expected.reason})`;
}

/** Objects in the output folder that no row accounts for. */
function strayOutputs({ tenant, rows }: AuditInput, listed: ReadonlyMap<string, ListedObject>): string[] {
  const written = rows.filter(({ state }) => state === 'written_back');
  const accounted = new Set(written.flatMap((row) => Object.values(expectedOutputKeys(tenant, row.key))));
  return [...listed.keys()]
    .filter((key) => key.startsWith(tenant.outputPrefix) && !accounted.has(key))
    .map((key) => `the result "${key}" has no row that was written back`);
}

async function wrongOutputs(input: AuditInput, listed: ReadonlyMap<string, ListedObject>): Promise<string[]> {
  const problems: string[] = [];
  const rows = input.rows.filter(({ state }) => state === 'written_back').values();
  const worker = async (): Promise<void> => {
    for (const row of rows) {
      const problem = await describeWrongOutput(input, row, listed);
      if (problem !== null) problems.push(`the result of "${row.key}" ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: OUTPUTS_AT_ONCE }, worker));
  return problems;
}

/** What was written back is charged with its pages; what never reached a processor is not. */
function wrongCharges({ rows, charges }: AuditInput): string[] {
  const byJob = new Map(charges.map((charge) => [charge.jobId, charge]));
  const uncharged = rows.flatMap(({ key, state, jobId, pages }) => {
    const charge = byJob.get(jobId);
    if (state === 'written_back' && charge?.pages !== pages) return [`"${key}" is not charged as processed`];
    if (state === 'skipped' && charge !== undefined) return [`"${key}" was skipped and is charged`];
    return [];
  });
  const jobs = new Set(rows.map(({ jobId }) => jobId));
  const orphaned = charges.filter(({ jobId }) => !jobs.has(jobId));
  return [...uncharged, ...orphaned.map(({ jobId }) => `the charge of job ${jobId} belongs to no row`)];
}

/** Rows more than one per version, versions taken up more than once, and charges more than one per job. */
function duplicatesOf({ rows, charges }: AuditInput): string[] {
  const versions = Map.groupBy(rows, ({ key, etag, sizeBytes }) => JSON.stringify([key, etag, sizeBytes]));
  const jobs = Map.groupBy(charges, ({ jobId }) => jobId);
  return [
    ...[...versions.values()].flatMap((same) =>
      same.slice(1).map(({ key }) => `a second row of "${key}" in the same version`),
    ),
    ...rows.filter(({ revision }) => revision > 1).map(({ key }) => `"${key}" was taken up more than once`),
    ...[...jobs].flatMap(([jobId, same]) => same.slice(1).map(() => `a second charge of job ${jobId}`)),
  ];
}
