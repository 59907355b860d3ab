import { parentPort } from 'node:worker_threads';
import { RemediationRefused, remediatePdf } from '@sluice/remediation';

/** Processes the files that it is sent, one after the other, and answers with what came of each. */
const port = parentPort;
port?.on('message', (bytes: Uint8Array) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void outcomeOf(bytes).then((outcome) => port.postMessage(outcome));
});

async function outcomeOf(bytes: Uint8Array): Promise<{ outcome: string; isDefect: boolean }> {
  try {
    const { html, pdf } = await remediatePdf(bytes, { language: null, fallbackTitle: 'a.pdf' });
    const whole = html.startsWith('<!DOCTYPE html>') && pdf.length > 0;
    return { outcome: whole ? 'processed' : 'half a result', isDefect: !whole };
  } catch (error) {
    if (error instanceof RemediationRefused && error.detail !== '')
      return { outcome: `refused: ${error.code}`, isDefect: false };
    return { outcome: `not a refusal: ${String(error)}`, isDefect: true };
  }
}
