import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pathOf } from '../../src/site/site.ts';

const HOME_DIR = resolve(import.meta.dirname, '../..');
const ELEVENTY = resolve(createRequire(import.meta.url).resolve('@11ty/eleventy'), '../../cmd.cjs');

interface BuiltPage {
  /** Address, without `.html`. */
  readonly path: string;
  readonly html: string;
}

export interface BuiltSite {
  readonly dir: string;
  readonly pages: readonly BuiltPage[];
  /** Addresses of all files, pages without `.html`. */
  readonly paths: ReadonlySet<string>;
  readonly remove: () => Promise<void>;
}

/** Builds the pages into a directory of their own. @throws with Eleventy's words when they do not build. */
export const buildSite = async (environment: Readonly<Record<string, string>>): Promise<BuiltSite> => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-home-'));
  const { SITE_ORIGIN: _origin, ...inherited } = process.env;
  await promisify(execFile)(
    process.execPath,
    [ELEVENTY, '--config=eleventy.config.ts', '--quiet', `--output=${dir}`],
    { cwd: HOME_DIR, env: { ...inherited, ...environment } },
  );
  const files = globSync('**/*.*', { cwd: dir }).toSorted();
  return {
    dir,
    pages: files
      .filter((file) => file.endsWith('.html'))
      .map((file) => ({ path: pathOf(file), html: readFileSync(join(dir, file), 'utf8') })),
    paths: new Set(files.map(pathOf)),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
};
