import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { longPdf, tablesPdf } from '@sluice/testkit/samples';
import { print, type Row, timed } from './support/report.ts';
import { serveByWorkerd } from './support/workerd.ts';

/**
 * How fast documents are processed in Node and in workerd, how that grows with their pages, and how much memory that takes: the
 * process, in Node with the heap that the Node processor gives to a document, in workerd over what it held idle, garbage and all,
 * as nothing makes it collect here; and the smallest heap that does, which is what a Worker's limit is about. Both must answer
 * the same. `npm run bench remediation [-- --json]`. Memory of workerd on
 * Linux only.
 */
const MIB = 1024 * 1024;
const RUNS = 3;
const HEAP_MIB = 1024;
/** Of a Worker, altogether: what of it a heap may take is looked for in these steps. */
const WORKER_MIB = 128;
const HEAP_STEP_MIB = 8;
/** Pages of text or of tables, and bytes without meaning beside them: up to the limits of a Worker, and beyond. */
const DOCUMENTS: readonly { pages: number; padding: number; isForWorker: boolean; tables?: true }[] = [
  { pages: 10, padding: 0, isForWorker: true },
  { pages: 50, padding: 0, isForWorker: true },
  { pages: 120, padding: 0, isForWorker: true },
  { pages: 120, padding: 15 * MIB, isForWorker: true },
  { pages: 20, padding: 0, isForWorker: true, tables: true },
  { pages: 250, padding: 0, isForWorker: false },
  { pages: 300, padding: 0, isForWorker: false, tables: true },
  { pages: 1000, padding: 0, isForWorker: false },
  { pages: 3000, padding: 0, isForWorker: false },
];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const memoryOf = async (pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) * 1024;
};

interface NodeRun {
  readonly times: number[];
  readonly answer: string;
  readonly peakBytes: number;
}

const inNode = async (path: string, heapMib = HEAP_MIB, runs = RUNS): Promise<NodeRun> => {
  const script = join(import.meta.dirname, 'support/remediation/node.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--max-old-space-size=${heapMib}`,
    // Outside of that: as little as there can be.
    ...(runs === 1 ? ['--max-semi-space-size=1'] : []),
    script,
    path,
    String(runs),
  ]);
  return JSON.parse(stdout) as NodeRun;
};

/** With which a document is still processed, the code and the runtime included; its buffers are outside of it. Null: with none. */
const smallestHeap = async (path: string): Promise<number | null> => {
  for (let heapMib = HEAP_STEP_MIB; heapMib < WORKER_MIB; heapMib += HEAP_STEP_MIB) {
    const run = await inNode(path, heapMib, 1).catch(() => null);
    if (run) return heapMib;
  }
  return null;
};

/** A workerd of its own for each document, so that its peak is this document's. */
const inWorkerd = async (bytes: Uint8Array) => {
  const served = await serveByWorkerd(join(import.meta.dirname, 'support/remediation/index.ts'), {});
  const send = async (body: Uint8Array): Promise<string> => {
    const response = await fetch(served.origin, { method: 'POST', body: Buffer.from(body) });
    if (!response.ok) throw new Error(`workerd answered ${response.status}`);
    return await response.text();
  };
  try {
    await send(new Uint8Array(0));
    const idleBytes = await memoryOf(served.pid, 'VmRSS');
    const times: number[] = [];
    let answer = '';
    for (let run = 0; run < RUNS; run += 1) {
      const { ms, value } = await timed(() => send(bytes));
      times.push(ms);
      answer = value;
    }
    return { times, answer, addedBytes: (await memoryOf(served.pid, 'VmHWM')) - idleBytes };
  } finally {
    await served.stop();
  }
};

const dir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
const rows: Row[] = [];
const first = { node: 0, workerd: 0 };
try {
  for (const { pages, padding, isForWorker, tables = false } of DOCUMENTS) {
    const bytes = tables ? tablesPdf(pages) : longPdf(pages, padding);
    const path = join(dir, 'document.pdf');
    await writeFile(path, bytes);
    const node = await inNode(path);
    const workerd = isForWorker ? await inWorkerd(bytes) : undefined;
    if (workerd && workerd.answer !== node.answer) throw new Error(`${pages} pages: the answers differ`);
    const nodeMs = median(node.times) / pages;
    const workerdMs = workerd && median(workerd.times) / pages;
    first.node ||= nodeMs;
    first.workerd ||= workerdMs ?? 0;
    const addedMib = workerd ? Math.round(workerd.addedBytes / MIB) : null;
    rows.push({
      pages,
      of: tables ? 'tables' : 'text',
      MiB: Math.round((bytes.length / MIB) * 10) / 10,
      'Node pages/s': Math.round(1000 / nodeMs),
      'ms a page, of 10 pages': Math.round((nodeMs / first.node) * 100) / 100,
      'Node MiB, all': Math.round(node.peakBytes / MIB),
      'smallest heap, MiB': isForWorker ? await smallestHeap(path) : null,
      'workerd pages/s': workerdMs === undefined ? null : Math.round(1000 / workerdMs),
      'workerd ms a page, of 10 pages':
        workerdMs === undefined ? null : Math.round((workerdMs / first.workerd) * 100) / 100,
      'workerd MiB, added': addedMib,
    });
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}
print(`Remediation, the middle of ${RUNS} runs`, rows);
