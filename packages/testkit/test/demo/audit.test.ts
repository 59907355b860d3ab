import { createHash } from 'node:crypto';
import { SluiceError } from '@sluice/shared';
import { beforeAll, describe, expect, test } from 'vitest';
import { type AuditInput, auditTenant } from '../../src/demo/audit/audit.ts';
import { reportOf } from '../../src/demo/audit/books.ts';
import type { Charge, LedgerRow } from '../../src/demo/audit/ledger-rows.ts';
import type { DemoDocument } from '../../src/demo/document.ts';
import { rawPdf } from '../../src/samples/index.ts';

interface Stored {
  bytes: Uint8Array;
  metadata: Record<string, string>;
}
/** A tenant whose books are right, to be spoiled by each test in its own way. */
interface World {
  stored: Map<string, Stored>;
  rows: LedgerRow[];
  charges: Charge[];
}

const INTEGRATION = 'integration';
const page = new TextEncoder().encode('<!DOCTYPE html><html lang="en"></html>\n');
let source: Uint8Array;
let result: Uint8Array;
beforeAll(() => {
  const onePage = (title: string): Uint8Array =>
    rawPdf([
      '<</Type /Catalog /Pages 2 0 R>>',
      '<</Type /Pages /Kids [3 0 R] /Count 1>>',
      '<</Type /Page /Parent 2 0 R /MediaBox [0 0 100 100]>>',
      `<</Title (${title})>>`,
    ]);
  source = onePage('before');
  result = onePage('after');
});

const etagOf = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

function row(key: string, bytes: Uint8Array, more: Partial<LedgerRow>): LedgerRow {
  const fixed = { isCurrent: true, reason: null, revision: 1, pages: null, outputs: [] };
  return {
    ...fixed,
    id: `id of ${key}`,
    jobId: `job of ${key}`,
    key,
    etag: etagOf(bytes),
    sizeBytes: bytes.byteLength,
    state: 'skipped',
    ...more,
  };
}

function world(): World {
  const stored = new Map<string, Stored>();
  const put = (key: string, bytes: Uint8Array, metadata: Record<string, string> = {}) =>
    stored.set(key, { bytes, metadata });
  put('in/a.pdf', source);
  put('in/notes.txt', page);
  put('elsewhere/b.pdf', source);
  const provenance = {
    'sluice-job-id': 'job of in/a.pdf',
    'sluice-object-id': 'id of in/a.pdf',
    'sluice-integration-id': INTEGRATION,
    'sluice-source-etag': etagOf(source),
  };
  put('out/a.pdf', result, provenance);
  put('out/a.pdf.html', page, provenance);
  const outputs = [
    { kind: 'pdf', key: 'out/a.pdf', etag: etagOf(result), sizeBytes: result.byteLength },
    { kind: 'html', key: 'out/a.pdf.html', etag: etagOf(page), sizeBytes: page.byteLength },
  ];
  return {
    stored,
    rows: [
      row('in/a.pdf', source, { state: 'written_back', pages: 1, outputs }),
      row('in/notes.txt', page, { reason: 'not_pdf' }),
    ],
    charges: [{ jobId: 'job of in/a.pdf', pages: 1 }],
  };
}

const documents = (): DemoDocument[] => [
  {
    key: 'in/a.pdf',
    content: source,
    contentType: '',
    expected: { outcome: 'written_back', pages: 1 },
  },
  {
    key: 'in/notes.txt',
    content: page,
    contentType: '',
    expected: { outcome: 'skipped', reason: 'not_pdf' },
  },
  { key: 'elsewhere/b.pdf', content: source, contentType: '', expected: { outcome: 'left_alone' } },
];

function bucketOf(stored: World['stored']): AuditInput['bucket'] {
  const head = (key: string) => {
    const object = stored.get(key);
    if (object === undefined) throw new SluiceError('object_not_found');
    return {
      etag: etagOf(object.bytes),
      sizeBytes: object.bytes.byteLength,
      metadata: object.metadata,
      contentType: null,
      lastModified: null,
      versionId: null,
      contentEncoding: null,
      cacheControl: null,
      storageClass: null,
    };
  };
  return {
    head: async (key) => head(key),
    get: async (key) => ({
      head: head(key),
      body: new Blob([new Uint8Array(stored.get(key)?.bytes ?? [])]).stream(),
    }),
    listAll: async function* () {
      yield [...stored.keys()].map((key) => ({ key, ...head(key), lastModified: '' }));
    },
  };
}

async function audit({ stored, rows, charges }: World) {
  const tenant = {
    name: 'Acme',
    email: '',
    bucket: 'b',
    inputPrefix: 'in/',
    outputPrefix: 'out/',
    documents: documents(),
  };
  return auditTenant({ tenant, integrationId: INTEGRATION, bucket: bucketOf(stored), rows, charges });
}

test('books that are right have nothing unexplained', async () => {
  const { books, problems } = await audit(world());
  expect(problems).toEqual([]);
  expect(books).toMatchObject({ found: 2, written_back: 1, skipped: { not_pdf: 1 }, failed: {}, pending: 0 });
  expect(reportOf([books], problems, 1).balanced).toBe(true);
});

const change = (list: LedgerRow[], index: number, more: Partial<LedgerRow>): void => {
  const before = list[index];
  if (before !== undefined) list[index] = { ...before, ...more };
};
const store = (stored: World['stored'], key: string, more: Partial<Stored>): void => {
  stored.set(key, { bytes: page, metadata: {}, ...stored.get(key), ...more });
};

describe('unexplained is', () => {
  test.for<[string, (world: World) => void, string]>([
    [
      'a customer document that is gone',
      ({ stored }) => stored.delete('elsewhere/b.pdf'),
      'is gone from the bucket',
    ],
    [
      'one that was changed',
      ({ stored }) => store(stored, 'elsewhere/b.pdf', { bytes: page }),
      'another size',
    ],
    ['an object without a row', ({ rows }) => rows.pop(), '"in/notes.txt" was not found'],
    ['a row that is not current', ({ rows }) => change(rows, 1, { isCurrent: false }), 'was not found'],
    ['a row of another version', ({ rows }) => change(rows, 1, { etag: 'other' }), 'in another version'],
    [
      'two current rows',
      ({ rows }) => rows.push(row('in/notes.txt', source, { reason: 'not_pdf' })),
      '2 current rows',
    ],
    [
      'a row without an object',
      ({ rows }) => rows.push(row('in/x', page, { reason: 'not_pdf' })),
      'has no object',
    ],
    [
      'an object nobody put there',
      ({ stored, rows }) => {
        store(stored, 'in/x', {});
        rows.push(row('in/x', page, { reason: 'not_pdf' }));
      },
      'put there by nobody',
    ],
    [
      'a row outside the input prefix',
      ({ rows }) => rows.push(row('elsewhere/b.pdf', source, { reason: 'not_pdf' })),
      'left alone',
    ],
    [
      'another reason than expected',
      ({ rows }) => change(rows, 1, { reason: 'oversize' }),
      'should be skipped (not_pdf)',
    ],
    [
      'another outcome than expected',
      ({ rows }) => change(rows, 0, { state: 'failed', reason: 'pdf_corrupt' }),
      'should be written back',
    ],
    [
      'another number of pages',
      ({ rows }) => change(rows, 0, { pages: 2 }),
      'should be written back with 1 pages',
    ],
    ['a result without a row', ({ stored }) => store(stored, 'out/x.pdf', {}), 'has no row'],
    ['a missing page', ({ stored }) => stored.delete('out/a.pdf.html'), '(html) is not in the bucket'],
    ['a missing PDF', ({ stored }) => stored.delete('out/a.pdf'), '(pdf) is not in the bucket'],
    [
      'a result under another key',
      ({ rows }) =>
        change(rows, 0, {
          outputs: (rows[0]?.outputs ?? []).map((output) => ({ ...output, key: `${output.key}x` })),
        }),
      'is not recorded at',
    ],
    [
      'one result too few on record',
      ({ rows }) => change(rows, 0, { outputs: (rows[0]?.outputs ?? []).slice(1) }),
      'are 1',
    ],
    [
      'a result of another size',
      ({ stored }) => store(stored, 'out/a.pdf', { bytes: page }),
      '(pdf) is not what was recorded',
    ],
    [
      'a result without provenance',
      ({ stored }) => store(stored, 'out/a.pdf', { metadata: {} }),
      'wrong sluice-job-id',
    ],
    [
      'provenance of another source',
      ({ stored }) =>
        store(stored, 'out/a.pdf', {
          metadata: { ...stored.get('out/a.pdf')?.metadata, 'sluice-source-etag': 'x' },
        }),
      'wrong sluice-source-etag',
    ],
    ['a charge that is missing', ({ charges }) => charges.pop(), 'not charged'],
    [
      'a charge of another size',
      ({ charges }) => charges.splice(0, 1, { jobId: 'job of in/a.pdf', pages: 7 }),
      'not charged as processed',
    ],
    [
      'a charge for what was skipped',
      ({ charges }) => charges.push({ jobId: 'job of in/notes.txt', pages: 1 }),
      'was skipped and is charged',
    ],
    [
      'a charge for nothing',
      ({ charges }) => charges.push({ jobId: 'no job', pages: 1 }),
      'belongs to no row',
    ],
  ])('%s', async ([, spoil, words]) => {
    const spoiled = world();
    spoil(spoiled);
    const { books, problems } = await audit(spoiled);
    expect(problems.join('\n')).toContain(words);
    expect(books.unexplained).toBeGreaterThan(0);
    expect(books.duplicates).toBe(0);
    expect(reportOf([books], problems, 1).balanced).toBe(false);
  });

  test.for<[string, () => Uint8Array, string]>([
    ['the source itself', () => source, 'is the document that was taken in'],
    ['no PDF', () => page, 'does not open'],
  ])('a result that is %s', async ([, bytes, words]) => {
    const spoiled = world();
    store(spoiled.stored, 'out/a.pdf', { bytes: bytes() });
    const output = { kind: 'pdf', key: 'out/a.pdf', etag: etagOf(bytes()), sizeBytes: bytes().byteLength };
    change(spoiled.rows, 0, { outputs: [output, ...(spoiled.rows[0]?.outputs ?? []).slice(1)] });
    expect((await audit(spoiled)).problems.join('\n')).toContain(words);
  });
});

describe('duplicate is', () => {
  test.for<[string, (world: World) => void, string]>([
    [
      'a second row of one version',
      ({ rows }) => rows.push(row('in/notes.txt', page, { reason: 'not_pdf', isCurrent: false })),
      'a second row',
    ],
    ['a version taken up again', ({ rows }) => change(rows, 0, { revision: 2 }), 'more than once'],
    [
      'a second charge of a job',
      ({ charges }) => charges.push({ jobId: 'job of in/a.pdf', pages: 1 }),
      'a second charge',
    ],
  ])('%s', async ([, spoil, words]) => {
    const spoiled = world();
    spoil(spoiled);
    const { books, problems } = await audit(spoiled);
    expect(problems.join('\n')).toContain(words);
    expect(books.duplicates).toBe(1);
    expect(reportOf([books], problems, 1).balanced).toBe(false);
  });
});

test('pending is not balanced', async () => {
  const waiting = world();
  change(waiting.rows, 1, { state: 'queued', reason: null });
  const { books, problems } = await audit(waiting);
  expect([books.pending, books.unexplained]).toEqual([1, 0]);
  expect(reportOf([books], problems, 1).balanced).toBe(false);
});
