/** Builds the web app and holds what a first visit takes against its budgets. Exits 1 when something is too large, or not ours. */
import { buildWeb, firstPageScripts, firstVisitBudgets, firstVisitFaults } from '../web.ts';

await buildWeb();
const faults = firstVisitFaults();
for (const { what, bytes, maxBytes } of firstVisitBudgets()) {
  const line = `${what}: ${bytes} of ${maxBytes} bytes`;
  process.stdout.write(`web: ${line}\n`);
  if (bytes > maxBytes) faults.push(line);
}
if (faults.length > 0) {
  const scripts = firstPageScripts().map(({ file, gzipBytes }) => `  ${gzipBytes} ${file}`);
  process.stderr.write(`${faults.join('\n')}\n${scripts.join('\n')}\n`);
  process.exitCode = 1;
}
