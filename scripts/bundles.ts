import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare';
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from 'wrangler';

const REPOSITORY_DIR = resolve(import.meta.dirname, '..');

/** The Workers that are deployed. */
export const WORKERS = {
  api: 'wrangler.toml',
  engine: 'workers/engine/wrangler.toml',
  remediation: 'workers/remediation/wrangler.toml',
} as const;
export type WorkerName = keyof typeof WORKERS;

/** What Cloudflare takes of a Worker, compressed: 3 MB on the free plan, 10 MB on a paid one. Ours shall fit the first. */
export const MAX_GZIP_BYTES = 3_000_000;

export interface Bundle {
  readonly name: WorkerName;
  /** The module as it would be uploaded. */
  readonly file: string;
  readonly code: string;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** Names of the bindings wrangler would upload with it. */
  readonly bindings: readonly string[];
}

/**
 * What `wrangler deploy` would upload, by its dry run: no account and no network.
 * @throws with wrangler's words when it does not bundle.
 */
export const bundleWorker = async (name: WorkerName, outDir: string): Promise<Bundle> => {
  const directory = join(outDir, name);
  const wrangler = join(REPOSITORY_DIR, 'node_modules/wrangler/bin/wrangler.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', '--dry-run', '--outdir', directory, '--config', join(REPOSITORY_DIR, WORKERS[name])],
    {
      cwd: REPOSITORY_DIR,
      env: {
        ...process.env,
        CI: '1',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_LOG_PATH: join(outDir, 'logs'),
      },
    },
  );
  const file = join(directory, 'index.js');
  const code = await readFile(file, 'utf8');
  return {
    name,
    file,
    code,
    bytes: Buffer.byteLength(code),
    gzipBytes: gzipSync(code, { level: 9 }).byteLength,
    bindings: [...stdout.matchAll(/^env\.(\w+)/gm)].map(([, binding = '']) => binding).toSorted(),
  };
};

/** Starts uploaded modules as they are, in workerd. `fetch` asks one of them. */
export const startBundles = async (bundles: readonly Bundle[]) => {
  const workers = bundles.map(({ name, file, code }): V4WorkerOptions => {
    const { workerOptions } = unstable_getMiniflareWorkerOptions(
      unstable_readConfig({ config: join(REPOSITORY_DIR, WORKERS[name]) }),
    );
    const { modulesRules: _rules, cronTriggers: _crons, queueConsumers: _consumers, ...rest } = workerOptions;
    const modulesRoot = join(file, '..');
    return {
      ...rest,
      name: `sluice-${name}`,
      modulesRoot,
      modules: [{ type: 'ESModule', path: file, contents: code }],
    };
  });
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers, cf: false }));
  await miniflare.ready;
  return {
    fetch: async (name: WorkerName, url: string): Promise<{ status: number; text: string }> => {
      const worker = await miniflare.getWorker(`sluice-${name}`);
      const response = await worker.fetch(url);
      return { status: response.status, text: await response.text() };
    },
    stop: () => miniflare.dispose(),
  };
};
