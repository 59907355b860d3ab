// The process of one document, started by run-document.ts: it holds no secret, reads nothing but its code and its document,
// writes only where that lies, is ended from outside when it takes too much, and ends with the server.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  NODE_REMEDIATION_LIMITS,
  processReport,
  RemediationRefused,
  remediatePdf,
} from '@sluice/remediation';
import type { OutputKind } from '@sluice/shared';
import { tesseractRecogniser } from '../ocr/tesseract-recogniser.ts';
import {
  type ChildMessage,
  type DocumentEnd,
  type DocumentOrder,
  OUTPUT_FILES,
  SOURCE_FILE,
} from './messages.ts';

/** Often enough to be watched; each is a row written. */
const PROGRESS_EVERY_MS = 2_000;

new Worker(new URL('./watch-server.ts', import.meta.url), { workerData: Number(process.argv[2]) }).unref();

process.once('message', (order: DocumentOrder) => {
  void work(order).then((end) => send({ type: 'end', end }, () => process.exit(0)));
});

function send(message: ChildMessage, sent: () => void = () => undefined): void {
  process.send?.(message, sent);
}

async function work(order: DocumentOrder): Promise<DocumentEnd> {
  const { dir, job } = order;
  const bytes = new Uint8Array(await readFile(join(dir, SOURCE_FILE)));
  let told = { step: '', at: 0 };
  try {
    const { pdf, html, report } = await remediatePdf(bytes, {
      language: job.options.language,
      fallbackTitle: job.fileName,
      limits: NODE_REMEDIATION_LIMITS,
      recogniser: tesseractRecogniser(order.maxRecognisedPages, order.maxRecognisingMs),
      onProgress: (progress) => {
        const at = performance.now();
        if (progress.step === told.step && at - told.at < PROGRESS_EVERY_MS) return;
        told = { step: progress.step, at };
        send({ type: 'progress', ...progress });
      },
    });
    return {
      frame: 'done',
      pages: report.pages,
      report: processReport(report),
      outputs: [await keep('pdf', pdf), await keep('html', new TextEncoder().encode(html))],
    };
  } catch (error) {
    if (error instanceof RemediationRefused)
      return { frame: 'refused', code: error.code, detail: error.detail };
    if (isDiskFull(error)) return { frame: 'busy' };
    throw error;
  }

  async function keep(kind: OutputKind, output: Uint8Array) {
    await writeFile(join(dir, OUTPUT_FILES[kind]), output, { mode: 0o600 });
    const sha256 = createHash('sha256').update(output).digest('hex');
    return { kind, sizeBytes: output.length, sha256 };
  }
}

/** The disk is everybody's: that it is full is no document's fault. */
function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
