/** Builds the web app and compares the scripts of its first page with their budget. Exits 1 when they are too large. */
import { buildWeb, firstPageScripts, MAX_FIRST_PAGE_BYTES } from './web.ts';

await buildWeb();
const scripts = firstPageScripts();
const bytes = scripts.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
const line = `web: the first page takes ${bytes} of ${MAX_FIRST_PAGE_BYTES} bytes of scripts, compressed`;
if (bytes > MAX_FIRST_PAGE_BYTES) {
  const parts = scripts.map(({ file, gzipBytes }) => `  ${gzipBytes} ${file}`);
  process.stderr.write(`${line}\n${parts.join('\n')}\n`);
  process.exitCode = 1;
} else process.stdout.write(`${line}\n`);
