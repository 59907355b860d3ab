import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessProgress } from '@sluice/shared';
import type { Ceiling } from '../settings.ts';
import type { ChildMessage, DocumentEnd, DocumentOrder } from './messages.ts';

const CHILD = new URL('./child.ts', import.meta.url);
const MEMORY_CHECK_MS = 100;
const MIB = 1024 * 1024;
/** Of the time for recognising; then its process is ended, since it did not stop by itself. */
const PATIENCE = 1.2;
/** Of a memory page; the same on every 64-bit Linux that Node has images for but one, where this is cautious. */
const MEMORY_PAGE_BYTES = 4096;

export interface RunOptions {
  readonly ceiling: Ceiling;
  /** Ends the process at once. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ProcessProgress) => void;
}

/** Where its code is, which is all that it may read beside its document: not what else lies around, nor our environment. */
const CODE = ['..', '../../package.json', '../../../../packages', '../../../../node_modules'].map((path) =>
  join(import.meta.dirname, path),
);

/** How Node is started for a document. */
export function documentFlags(dir: string, maxHeapMib: number): string[] {
  return [
    `--max-old-space-size=${maxHeapMib}`,
    '--permission',
    ...[...CODE, dir].map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${dir}`,
    '--allow-worker',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ];
}

/**
 * Processes the document in a directory, in a process of its own with a ceiling of time and memory: what goes beyond is
 * refused with the reason, and everybody else's documents go on. Where recognising text may have been too much, the
 * document is processed once more without, in the time that is left.
 *
 * @throws the signal's reason, and what kept the process from starting. A process that ends otherwise without an answer is
 *   `failed`: ours to look into.
 */
export async function runDocument(order: DocumentOrder, options: RunOptions): Promise<DocumentEnd> {
  const { maxMs } = options.ceiling;
  const beganAt = performance.now();
  const first = await runProcess(order, options, maxMs);
  if (!first.recognised || first.end.frame === 'done' || first.end.frame === 'busy') return first.end;
  const leftMs = maxMs - (performance.now() - beganAt);
  if (leftMs <= 0) return first.end;
  return (await runProcess({ ...order, maxRecognisedPages: 0 }, options, leftMs)).end;
}

interface ProcessEnd {
  readonly end: DocumentEnd;
  /** Whether it had begun to recognise text. */
  readonly recognised: boolean;
}

async function runProcess(order: DocumentOrder, options: RunOptions, maxMs: number): Promise<ProcessEnd> {
  const { ceiling, signal } = options;
  signal.throwIfAborted();
  const child = fork(CHILD, [String(process.pid)], {
    // Of the environment it needs nothing, and our secret is in there.
    env: { NODE_ENV: 'production', TZ: 'UTC' },
    execArgv: documentFlags(order.dir, ceiling.maxHeapMib),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let end: DocumentEnd | undefined;
  const stop = (reason: DocumentEnd): void => {
    end ??= reason;
    child.kill('SIGKILL');
  };
  const outOfTime = (): void => stop(tookTooLong(ceiling.maxMs));
  let recognising: NodeJS.Timeout | undefined;
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'end') {
      end ??= message.end;
      return;
    }
    const { type: _type, ...progress } = message;
    // While a page is rendered its process looks at no clock.
    if (progress.step === 'recognising')
      recognising ??= setTimeout(outOfTime, order.maxRecognisingMs * PATIENCE);
    else clearTimeout(recognising);
    options.onProgress(progress);
  });
  const endIfTooLarge = async (): Promise<void> => {
    if ((await memoryOf(child)) > ceiling.maxMemoryBytes) stop(tooMuchMemory(ceiling.maxMemoryBytes));
  };
  const time = setTimeout(outOfTime, maxMs);
  const memory = setInterval(() => {
    void endIfTooLarge();
  }, MEMORY_CHECK_MS);
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals | null>();
  child.on('error', reject);
  // Not `exit`: what it said last may come after that.
  child.once('close', (code, endedBy) => resolve(endedBy ?? code));
  child.send(order, (error) => {
    if (error !== null) child.kill('SIGKILL');
  });
  try {
    const how = await ended;
    signal.throwIfAborted();
    // V8 ends the process when its heap is full.
    if (how === 'SIGABRT' || how === 134) end ??= tooMuchMemory(ceiling.maxHeapMib * MIB);
    return { end: end ?? { frame: 'failed' }, recognised: recognising !== undefined };
  } finally {
    clearTimeout(recognising);
    clearTimeout(time);
    clearInterval(memory);
    signal.removeEventListener('abort', abort);
  }
}

function tookTooLong(maxMs: number): DocumentEnd {
  const detail = `The document took longer to process than the ${Math.round(maxMs / 1000)} seconds that are allowed.`;
  return { frame: 'refused', code: 'pdf_too_complex', detail };
}

function tooMuchMemory(maxBytes: number): DocumentEnd {
  const detail = `The document needed more memory than the ${Math.round(maxBytes / MIB)} MB that are allowed.`;
  return { frame: 'refused', code: 'pdf_too_complex', detail };
}

/** Bytes resident; 0 where the system does not say. */
async function memoryOf({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) * MEMORY_PAGE_BYTES;
}
