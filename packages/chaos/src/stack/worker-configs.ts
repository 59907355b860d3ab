import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');
const WORKERS = resolve(import.meta.dirname, '../workers');

/** Whose entry is replaced by one with faults around it. */
const WRAPPED = { engine: 'engine.ts', remediation: 'processor.ts' } as const;

/**
 * Writes the configs of the wrapped Workers: their own, with another entry.
 * @returns the paths of all configs of a stack.
 */
export const writeWorkerConfigs = async (dir: string): Promise<string[]> => {
  const paths = [join(REPOSITORY, 'wrangler.toml')];
  for (const [worker, entry] of Object.entries(WRAPPED)) {
    const own = await readFile(join(REPOSITORY, 'workers', worker, 'wrangler.toml'), 'utf8');
    const changed = own.replace('main = "src/index.ts"', `main = ${JSON.stringify(join(WORKERS, entry))}`);
    if (changed === own) throw new Error(`The config of the Worker ${worker} names another entry.`);
    const path = join(dir, `${worker}.toml`);
    await writeFile(path, changed);
    paths.push(path);
  }
  return paths;
};
