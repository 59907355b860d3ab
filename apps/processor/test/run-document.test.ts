import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { longPdf, rawPdf, rawStream } from '@sluice/testkit/samples';
import { expect, onTestFinished, test } from 'vitest';
import { OUTPUT_FILES, SOURCE_FILE } from '../src/document/messages.ts';
import { documentFlags, runDocument } from '../src/document/run-document.ts';
import { jobOf } from './support/documents.ts';

async function newDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-document-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('a full disk is no fault of the document', async () => {
  const dir = await newDirectory();
  const bytes = longPdf(1);
  await writeFile(join(dir, SOURCE_FILE), bytes);
  // What is written there meets a full disk.
  await symlink('/dev/full', join(dir, OUTPUT_FILES.pdf));
  const end = await runDocument(
    { dir, job: jobOf(bytes.length), maxRecognisedPages: 0, maxRecognisingMs: 0 },
    {
      ceiling: { maxMs: 60_000, maxHeapMib: 512, maxMemoryBytes: 2 ** 31 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  );
  expect(end).toEqual({ frame: 'busy' });
});

/** A page that is a picture of some stripes. */
const stripes = rawPdf([
  '<</Type /Catalog /Pages 2 0 R>>',
  '<</Type /Pages /Kids [3 0 R] /Count 1>>',
  '<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources <</XObject <</I 5 0 R>>>>>>',
  rawStream('q 595 0 0 842 0 0 cm /I Do Q'),
  {
    dict: '/Type /XObject /Subtype /Image /Width 4 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8',
    data: new Uint8Array([0, 255, 0, 255]),
  },
]);

/** Ends or halts the process that works in a directory. */
function signalProcessIn(dir: string, signal: NodeJS.Signals): void {
  const own = `/proc/${process.pid}/task`;
  const children = readdirSync(own).flatMap((id) => contentOf(`${own}/${id}/children`).match(/\d+/g) ?? []);
  for (const pid of children)
    if (contentOf(`/proc/${pid}/cmdline`).includes(dir)) process.kill(Number(pid), signal);
}

/** Threads and processes come and go. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

test.each([
  ['ends its process', 'SIGKILL', 30_000],
  ['never comes to an end', 'SIGSTOP', 100],
] as const)('recognising that %s costs a document its text only', async (_, signal, maxRecognisingMs) => {
  const dir = await newDirectory();
  await writeFile(join(dir, SOURCE_FILE), stripes);
  const steps = new Set<string>();
  const end = await runDocument(
    { dir, job: jobOf(stripes.length), maxRecognisedPages: 50, maxRecognisingMs },
    {
      ceiling: { maxMs: 60_000, maxHeapMib: 512, maxMemoryBytes: 2 ** 31 },
      signal: new AbortController().signal,
      onProgress: ({ step }) => {
        if (step === 'recognising') signalProcessIn(dir, signal);
        steps.add(step);
      },
    },
  );
  expect(end).toMatchObject({ frame: 'done', report: { noticePages: { scanned_pages: 1 } } });
  expect(steps).toContain('recognising');
});

test('the process of a document reads nothing but its code and its document, and writes nowhere else', async () => {
  const [own, others] = [await newDirectory(), await newDirectory()];
  for (const dir of [own, others]) await writeFile(join(dir, SOURCE_FILE), '%PDF');
  const script = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const tried = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
    const [, own, others, server, root] = process.argv;
    console.log(JSON.stringify({
      own: tried(() => readFileSync(own + '/${SOURCE_FILE}')),
      others: tried(() => readFileSync(others + '/${SOURCE_FILE}')),
      environment: tried(() => readFileSync('/proc/' + server + '/environ')),
      secret: tried(() => readFileSync(root + '/processor-secret')),
      output: tried(() => writeFileSync(own + '/${OUTPUT_FILES.pdf}', 'a')),
      code: tried(() => writeFileSync(root + '/packages/a', 'a')),
    }));`;
  const root = join(import.meta.dirname, '../../..');
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...documentFlags(own, 64),
    '--eval',
    script,
    own,
    others,
    String(process.pid),
    root,
  ]);
  const no = 'ERR_ACCESS_DENIED';
  expect(JSON.parse(stdout)).toEqual({
    own: 'done',
    others: no,
    environment: no,
    secret: no,
    output: 'done',
    code: no,
  });
});
