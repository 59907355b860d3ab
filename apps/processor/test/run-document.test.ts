import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { longPdf } from '@sluice/testkit/samples';
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
