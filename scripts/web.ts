import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';

const REPOSITORY_DIR = resolve(import.meta.dirname, '..');
const WEB_DIR = join(REPOSITORY_DIR, 'apps/web');
const HOME_DIR = join(REPOSITORY_DIR, 'apps/home');
const DIST = join(WEB_DIR, 'dist');

/** What the built files are made of, below the repository. */
const SOURCES = [
  'apps/web/{src,public}/**/*.*',
  'apps/web/*.{html,json,ts}',
  'apps/home/src/**/*.*',
  'apps/home/*.{json,ts}',
  'docs/user/**/*.md',
  'packages/shared/src/errors/*.ts',
  'packages/api-client/src/**/*.ts',
  'package-lock.json',
];

const digestOfSources = (): string => {
  const hash = createHash('sha256').update(`${process.env['SITE_ORIGIN'] ?? ''}\0`);
  for (const file of globSync(SOURCES, { cwd: REPOSITORY_DIR }).toSorted()) {
    hash.update(`${file}\0`).update(readFileSync(join(REPOSITORY_DIR, file)));
  }
  return hash.digest('hex');
};

const builtDigest = (): string | null => {
  try {
    return readFileSync(join(DIST, '.vite/sources'), 'utf8');
  } catch {
    return null;
  }
};

/**
 * Builds the web app and the public pages into `apps/web/dist`, unless what is there was built of the present sources. Safe to run twice at a time.
 *
 * @throws Error with the bundler's words when it does not build.
 */
export const buildWeb = async (): Promise<void> => {
  const digest = digestOfSources();
  if (builtDigest() === digest) return;
  const cacheDir = join(REPOSITORY_DIR, 'node_modules/.cache');
  mkdirSync(cacheDir, { recursive: true });
  // A lock that ends with its process.
  const lock = new DatabaseSync(join(cacheDir, 'sluice-web.lock'), { timeout: 120_000 });
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive');
    if (builtDigest() === digest) return;
    const { build } = await import('vite');
    const outDir = join(WEB_DIR, 'dist.next');
    const environment = process.env['NODE_ENV'];
    // What is tested is what is served: a test runner's environment would build React for development.
    process.env['NODE_ENV'] = 'production';
    try {
      await build({
        root: WEB_DIR,
        configFile: join(WEB_DIR, 'vite.config.ts'),
        logLevel: 'error',
        build: { outDir, emptyOutDir: true },
      });
    } finally {
      if (environment === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = environment;
    }
    // `/` is a public page; the app's own page has an address that nobody visits.
    renameSync(join(outDir, 'index.html'), join(outDir, 'app.html'));
    buildPublicPages(outDir);
    writeFileSync(join(outDir, '.vite/sources'), digest);
    rmSync(DIST, { recursive: true, force: true });
    renameSync(outDir, DIST);
  } finally {
    lock.close();
  }
};

/** A process of its own: Eleventy goes by the directory it runs in. */
const buildPublicPages = (outDir: string): void => {
  const eleventy = resolve(
    createRequire(join(HOME_DIR, 'package.json')).resolve('@11ty/eleventy'),
    '../../cmd.cjs',
  );
  execFileSync(process.execPath, [eleventy, '--config=eleventy.config.ts', '--quiet', `--output=${outDir}`], {
    cwd: HOME_DIR,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

interface ManifestEntry {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
}

/** The page whose scripts have a budget: where people land. */
const FIRST_PAGE = 'src/pages/integrations/list-page.tsx';
/** Of all scripts of the first page, compressed. */
const MAX_FIRST_PAGE_BYTES = 120 * 1024;

/** The scripts the first settings page takes, each with its size as it is sent. Wants a built app. */
export const firstPageScripts = (): { file: string; gzipBytes: number }[] => {
  const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8')) as Record<
    string,
    ManifestEntry
  >;
  const wanted = new Set<string>();
  const add = (name: string): void => {
    const entry = manifest[name];
    if (entry === undefined) throw new Error(`the built web app has no ${name}`);
    if (wanted.has(entry.file)) return;
    wanted.add(entry.file);
    for (const imported of entry.imports ?? []) add(imported);
  };
  for (const [name, { isEntry }] of Object.entries(manifest)) if (isEntry === true) add(name);
  add(FIRST_PAGE);
  return [...wanted].map((file) => ({
    file,
    gzipBytes: gzipSync(readFileSync(join(DIST, file)), { level: 9 }).byteLength,
  }));
};

/** A limit of the first visit, and what is there of it. */
export interface Budget {
  readonly what: string;
  readonly bytes: number;
  readonly maxBytes: number;
}

const gzipBytesOf = (file: string): number =>
  gzipSync(readFileSync(join(DIST, file)), { level: 9 }).byteLength;

/** What else a first visit to the app takes, beside its scripts. Wants a built app. */
export const firstVisitBudgets = (): Budget[] => {
  const styles = globSync('assets/*.css', { cwd: DIST });
  const fonts = globSync('assets/*.woff2', { cwd: DIST });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return [
    {
      what: 'all scripts of the first page, compressed',
      bytes: sum(firstPageScripts().map(({ gzipBytes }) => gzipBytes)),
      maxBytes: MAX_FIRST_PAGE_BYTES,
    },
    { what: 'its style sheet, compressed', bytes: sum(styles.map(gzipBytesOf)), maxBytes: 14 * 1024 },
    // Compressed already.
    {
      what: 'both typefaces',
      bytes: sum(fonts.map((file) => statSync(join(DIST, file)).size)),
      maxBytes: 48 * 1024,
    },
    { what: 'the page itself, compressed', bytes: gzipBytesOf('app.html'), maxBytes: 2 * 1024 },
    { what: 'the one script that is waited for, compressed', bytes: gzipBytesOf('looks.js'), maxBytes: 512 },
  ];
};

/** What of the app's page keeps it from being shown, or leads to others than us: empty when nothing does. */
export const firstVisitFaults = (): string[] => {
  const page = readFileSync(join(DIST, 'app.html'), 'utf8');
  const waitedFor = [...page.matchAll(/<script(?![^>]*type="module")[^>]*>/g)].map(([tag]) => tag);
  const files = ['app.html', ...globSync('assets/*.css', { cwd: DIST })];
  return [
    ...waitedFor
      .filter((tag) => tag !== '<script src="/looks.js">')
      .map((tag) => `app.html: ${tag} is waited for`),
    ...files.flatMap((file) =>
      [
        ...readFileSync(join(DIST, file), 'utf8').matchAll(
          /(?:src=|href=|url\(|@import )["']?((?:https?:)?\/\/[^"')\s]+)/g,
        ),
      ].map(([, address]) => `${file}: ${address} is not ours`),
    ),
  ];
};
