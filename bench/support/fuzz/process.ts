import { parentPort } from 'node:worker_threads';
import { RemediationRefused, remediatePdf, type TextRecogniser } from '@sluice/remediation';

/** Processes the files that it is sent, one after the other, and answers with what came of each. */
const port = parentPort;
port?.on('message', (bytes: Uint8Array) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void outcomeOf(bytes).then((outcome) => port.postMessage(outcome));
});

/** Sees the same words on every picture: what is written of them goes into damaged files, too. */
const recogniser: TextRecogniser = {
  maxPages: 50,
  recognise: async (_, pages) =>
    pages.map(() => ({
      lines: [700, 680].map((y0) =>
        ['Recognised', 'in', 'a', 'picture'].map((text, at) => ({
          text,
          confidence: 95,
          x0: 60 + at * 80,
          x1: 130 + at * 80,
          y0,
          y1: y0 + 12,
        })),
      ),
    })),
};

async function outcomeOf(bytes: Uint8Array): Promise<{ outcome: string; isDefect: boolean }> {
  try {
    const { html, pdf, report } = await remediatePdf(bytes, {
      language: null,
      fallbackTitle: 'a.pdf',
      recogniser,
    });
    const whole = html.startsWith('<!DOCTYPE html>') && pdf.length > 0;
    const processed = report.recognisedPages > 0 ? 'processed, text recognised' : 'processed';
    return { outcome: whole ? processed : 'half a result', isDefect: !whole };
  } catch (error) {
    if (error instanceof RemediationRefused && error.detail !== '')
      return { outcome: `refused: ${error.code}`, isDefect: false };
    return { outcome: `not a refusal: ${String(error)}`, isDefect: true };
  }
}
