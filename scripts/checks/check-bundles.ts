/**
 * Bundles the Workers as `wrangler deploy` would, without an account or a network, and prints what would be uploaded.
 * Exits 1 when one does not bundle or does not fit.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorker, MAX_GZIP_BYTES, WORKERS, type WorkerName } from '../bundles.ts';

const outDir = await mkdtemp(join(tmpdir(), 'sluice-bundles-'));
try {
  for (const name of Object.keys(WORKERS) as WorkerName[]) {
    const { bytes, gzipBytes, bindings } = await bundleWorker(name, outDir);
    const fits = gzipBytes <= MAX_GZIP_BYTES;
    if (!fits) process.exitCode = 1;
    const size = `${(bytes / 1024).toFixed(0)} KiB, ${(gzipBytes / 1024).toFixed(0)} KiB gzip`;
    process.stdout.write(`${name}: ${size}${fits ? '' : ', too large'}; ${bindings.join(', ')}\n`);
  }
} finally {
  await rm(outDir, { recursive: true, force: true });
}
