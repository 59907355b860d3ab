import { describe, expect, test } from 'vitest';
import { checkCustomer } from '../src/checker/check-customer.ts';
import type { Evidence, Row } from '../src/checker/evidence.ts';
import type { ProcessorRun } from '../src/faults/fault.ts';
import type { Listed, Read } from '../src/world/buckets.ts';
import { type Version, versionOf } from '../src/world/document.ts';
import { WISHES, type Wish } from '../src/world/wishes.ts';

const FOLDERS: Wish = { ...(WISHES[0] as Wish), name: 'Acme' };
const WHOLE: Wish = { ...FOLDERS, inputPrefix: '', outputPrefix: 'results/' };

/** What is true of a world in which a document was overwritten, another failed, and all is well. */
const world = (wish: Wish = FOLDERS) => {
  const { inputPrefix, outputPrefix } = wish;
  const path = 'folder-1/document-1.pdf';
  const old = versionOf(`${inputPrefix}${path}`, 'pdf', 'old');
  const latest = versionOf(`${inputPrefix}${path}`, 'pdf', 'latest');
  const broken = versionOf(`${inputPrefix}folder-2/document-2.pdf`, 'corrupt', 'broken');
  const row = ({ key, etag, sizeBytes }: Version, more: Partial<Row>): Row => {
    return { key, etag, sizeBytes, isCurrent: true, state: 'written_back', reason: null, jobId: '', ...more };
  };
  const runs = new Map<string, ProcessorRun>([
    ['job-old', { jobId: 'job-old', etag: old.etag, sizeBytes: old.sizeBytes }],
    ['job-latest', { jobId: 'job-latest', etag: latest.etag, sizeBytes: latest.sizeBytes }],
  ]);
  const metadata = { 'sluice-job-id': 'job-latest', 'sluice-source-etag': latest.etag };
  const outputs = new Map<string, Read>([
    [`${outputPrefix}${path}`, { text: '%PDF-1.7', metadata }],
    [`${outputPrefix}${path}.html`, { text: '<p>latest</p>', metadata }],
  ]);
  const listed = new Map<string, Listed>([
    [latest.key, latest],
    [broken.key, broken],
    ...[...outputs.keys()].map((key) => [key, { etag: `of ${key}`, sizeBytes: 1 }] as const),
  ]);
  const ours = [...outputs.keys()].map((key) =>
    row({ ...latest, key, etag: `of ${key}` }, { state: 'skipped', reason: 'own_output' }),
  );
  const isWhole = inputPrefix === '';
  const rows = [
    row(old, { isCurrent: false, jobId: 'job-old' }),
    row(latest, { jobId: 'job-latest' }),
    row(broken, { state: 'failed', reason: 'pdf_corrupt', jobId: 'job-broken' }),
    ...(isWhole ? ours : []),
  ];
  const charges = [
    { jobId: 'job-old', pages: 1 },
    { jobId: 'job-latest', pages: 1 },
  ];
  const memory = {
    versions: [old, broken, latest],
    live: new Map([
      [latest.key, latest],
      [broken.key, broken],
    ]),
    replays: 0,
  };
  const ledger = {
    found: rows.length,
    pending: 0,
    writtenBack: 2,
    skipped: { own_output: isWhole ? 2 : 0 },
    failed: { pdf_corrupt: 1 },
  };
  const evidence = { wish, memory, listed, outputs, rows, charges, ledger, runs } satisfies Evidence;
  return { evidence, old, latest, broken, row };
};
type World = ReturnType<typeof world>;

const promisesBroken = ({ evidence }: World): string[] => [
  ...new Set(checkCustomer(evidence).map(({ promise }) => promise)),
];

describe('the checker', () => {
  test.for([FOLDERS, WHOLE])('finds nothing where all is well, with input $inputPrefix', (wish) => {
    expect(checkCustomer(world(wish).evidence)).toEqual([]);
  });

  const put = ({ evidence, latest, row }: World, more: Partial<Row>): void => {
    evidence.rows[1] = row(latest, { jobId: 'job-latest', ...more });
  };
  const pdf = 'out/folder-1/document-1.pdf';
  const html = `${pdf}.html`;
  test.for<[string, string, (world: World) => void]>([
    ['a document that was never found', 'nothing is lost', ({ evidence }) => evidence.rows.splice(1, 1)],
    ['a document that waits for ever', 'nothing is lost', (it) => put(it, { state: 'staged' })],
    ['a document that was given up', 'the books balance', (it) => put(it, { state: 'dead', reason: 'x' })],
    ['a result that is gone', 'nothing is lost', ({ evidence }) => evidence.outputs.delete(html)],
    [
      'a result of an older version',
      'the latest version wins',
      ({ evidence, old }) => {
        const metadata = { 'sluice-job-id': 'job-old', 'sluice-source-etag': old.etag };
        evidence.outputs.set(html, { text: 'old', metadata });
      },
    ],
    [
      'the PDF of an older version beside the page of the latest',
      'the latest version wins',
      ({ evidence, old }) => {
        const metadata = { 'sluice-job-id': 'job-old', 'sluice-source-etag': old.etag };
        evidence.outputs.set(pdf, { text: '%PDF-1.7', metadata });
      },
    ],
    [
      'a PDF with no bytes',
      'results are what they say',
      ({ evidence }) => {
        const { metadata = {} } = evidence.outputs.get(pdf) ?? {};
        evidence.outputs.set(pdf, { text: '', metadata });
      },
    ],
    [
      'a document that failed for another reason than its own',
      'nothing is lost',
      ({ evidence, broken, row }) => {
        evidence.rows[2] = row(broken, { state: 'failed', reason: 'output_taken', jobId: 'job-broken' });
      },
    ],
    ['an older version that is current', 'the latest version wins', (it) => put(it, { isCurrent: false })],
    [
      'a result that says another version than it is',
      'results are what they say',
      ({ evidence }) => {
        const { metadata = {} } = evidence.outputs.get(html) ?? {};
        evidence.outputs.set(html, { text: 'latest', metadata: { ...metadata, 'sluice-source-etag': 'x' } });
      },
    ],
    [
      'a version that was charged by two jobs',
      'nothing is charged twice',
      ({ evidence, latest: { etag, sizeBytes } }) => {
        evidence.runs.set('job-again', { jobId: 'job-again', etag, sizeBytes });
        evidence.charges.push({ jobId: 'job-again', pages: 1 });
      },
    ],
    [
      'a job that was charged twice',
      'nothing is charged twice',
      ({ evidence }) => evidence.charges.push({ jobId: 'job-latest', pages: 1 }),
    ],
    ['a result for nothing', 'every result is charged', ({ evidence }) => evidence.charges.splice(1, 1)],
    [
      'a charge for nothing',
      'nothing of ours is taken in',
      ({ evidence }) => evidence.charges.push({ jobId: 'job-unknown', pages: 1 }),
    ],
    [
      'a result of ours that was processed',
      'nothing of ours is taken in',
      ({ evidence }) => {
        evidence.runs.set('job-ours', { jobId: 'job-ours', etag: 'of a result', sizeBytes: 9 });
        evidence.charges.push({ jobId: 'job-ours', pages: 1 });
      },
    ],
    [
      'a document of the customer that is another',
      'nothing of the customer is touched',
      ({ evidence, latest }) => evidence.listed.set(latest.key, { etag: 'other', sizeBytes: 1 }),
    ],
    [
      'a document of the customer that is gone',
      'nothing of the customer is touched',
      ({ evidence, broken }) => evidence.listed.delete(broken.key),
    ],
    [
      'something that nobody put there',
      'nothing of the customer is touched',
      ({ evidence }) => evidence.listed.set('out/stray.pdf', { etag: 'x', sizeBytes: 1 }),
    ],
    [
      'a row of a version that never was',
      'the books balance',
      ({ evidence, latest, row }) =>
        evidence.rows.push(row({ ...latest, etag: 'never' }, { jobId: 'job-old', isCurrent: false })),
    ],
    [
      'a version in two rows',
      'the books balance',
      ({ evidence, latest, row }) => evidence.rows.push(row(latest, { jobId: 'job-latest' })),
    ],
    [
      'sums that are not those of the rows',
      'the books balance',
      (it) => Object.assign(it.evidence.ledger, { writtenBack: 1, pending: 1 }),
    ],
  ])('finds %s', ([, promise, breakIt]) => {
    const it = world();
    breakIt(it);
    expect(promisesBroken(it)).toContain(promise);
  });

  test('finds a result of ours in the whole bucket that no row accounts for', () => {
    const it = world(WHOLE);
    it.evidence.rows.pop();
    it.evidence.ledger.found -= 1;
    it.evidence.ledger.skipped.own_output -= 1;
    expect(promisesBroken(it)).toEqual(['the books balance']);
  });

  test('finds an older version whose results are nowhere, where versions are kept', () => {
    const withResults = (of: 'every' | 'the latest') => {
      const { evidence, old, latest } = world();
      const outputs = new Map<string, Read>();
      const listed = new Map<string, Listed>(evidence.memory.live);
      for (const [version, name] of [[latest, 'latest'] as const, [old, 'old'] as const]) {
        if (version === old && of === 'the latest') continue;
        const metadata = { 'sluice-job-id': `job-${name}`, 'sluice-source-etag': version.etag };
        const key = `out/folder-1/document-1.${version.etag}.pdf`;
        outputs.set(key, { text: '%PDF-1.7', metadata });
        outputs.set(`${key}.html`, { text: `<p>${name}</p>`, metadata });
      }
      for (const key of outputs.keys()) listed.set(key, { etag: `of ${key}`, sizeBytes: 1 });
      const wish = { ...FOLDERS, overwritePolicy: 'keep_versions' } as const;
      return checkCustomer({ ...evidence, wish, outputs, listed });
    };
    expect(withResults('every')).toEqual([]);
    expect(withResults('the latest')).toEqual([
      {
        promise: 'nothing is lost',
        detail: 'Acme: the results of "in/folder-1/document-1.pdf" are not in the bucket',
      },
    ]);
  });

  test('allows a second charge where a replay was asked for, and nowhere else', () => {
    const again = (folder: string) => {
      const it = world();
      const { evidence } = it;
      const version = versionOf(`in/${folder}/document-5.pdf`, 'pdf', 'again');
      evidence.memory.versions.push(version);
      evidence.memory.replays = 1;
      for (const jobId of ['first', 'second']) {
        evidence.runs.set(jobId, { jobId, etag: version.etag, sizeBytes: version.sizeBytes });
        evidence.charges.push({ jobId, pages: 1 });
      }
      return promisesBroken(it);
    };
    expect(again('folder-0')).toEqual([]);
    expect(again('folder-1')).toEqual(['nothing is charged twice']);
  });
});
