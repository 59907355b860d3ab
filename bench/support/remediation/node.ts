import { readFileSync } from 'node:fs';
import { NODE_REMEDIATION_LIMITS, remediatePdf } from '@sluice/remediation';

/** Processes a file several times in a process of its own, as the Node processor does, and says what it took. */
const [path = '', runs = '1'] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(path));
const options = { language: null, fallbackTitle: 'bench.pdf', limits: NODE_REMEDIATION_LIMITS };
const times: number[] = [];
let answer = '';
for (let run = 0; run < Number(runs); run += 1) {
  const beganAt = performance.now();
  const { pdf, html } = await remediatePdf(bytes, options);
  times.push(performance.now() - beganAt);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', pdf.slice()));
  answer = `${html.length} ${Array.from(digest).join('.')}`;
}
process.stdout.write(JSON.stringify({ times, answer, peakBytes: process.resourceUsage().maxRSS * 1024 }));
