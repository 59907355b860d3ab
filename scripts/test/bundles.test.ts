import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import {
  type Bundle,
  bundleWorker,
  MAX_GZIP_BYTES,
  startBundles,
  WORKERS,
  type WorkerName,
} from '../bundles.ts';

const REPOSITORY_DIR = resolve(import.meta.dirname, '../..');
const names = Object.keys(WORKERS) as WorkerName[];

/** Libraries bring their documentation along. */
const withoutComments = (code: string): string =>
  code
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .join('\n');

let outDir: string;
let bundles: Record<WorkerName, Bundle>;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'sluice-bundles-'));
  const made: Partial<Record<WorkerName, Bundle>> = {};
  for (const name of names) made[name] = await bundleWorker(name, outDir);
  bundles = made as Record<WorkerName, Bundle>;
}, 120_000);
afterAll(() => rm(outDir, { recursive: true, force: true }));

describe('what would be deployed', () => {
  test.each(names)('fits: %s', (name) => {
    expect(bundles[name].gzipBytes).toBeLessThan(MAX_GZIP_BYTES);
  });

  test('starts in workerd', async () => {
    const running = await startBundles(names.map((name) => bundles[name]));
    try {
      const health = await running.fetch('api', 'https://sluice.test/api/health');
      expect(health).toEqual({ status: 200, text: '{"status":"ok"}' });
      expect((await running.fetch('engine', 'https://sluice.test/')).status).toBe(404);
      expect((await running.fetch('remediation', 'https://sluice.test/')).status).toBeLessThan(500);
    } finally {
      await running.stop();
    }
  });
});

describe('the api Worker is powerless', () => {
  test('it is bound to the engine and to public settings, and to nothing else', () => {
    expect(bundles.api.bindings).toEqual([
      'ASSETS',
      'AWS_PRINCIPAL_ARN',
      'AWS_TEMPLATE_URL',
      'ENGINE',
      'EVENT_LIMIT',
      'OPEN_LIMIT',
      'READ_LIMIT',
      'SENSITIVE_LIMIT',
      'SUPABASE_PUBLISHABLE_KEY',
      'SUPABASE_URL',
      'WRITE_LIMIT',
    ]);
    const config = unstable_readConfig({ config: join(REPOSITORY_DIR, WORKERS.api) });
    expect(config.secrets?.required ?? []).toEqual([]);
    expect(config.services).toEqual([
      { binding: 'ENGINE', service: 'sluice-engine', entrypoint: 'EngineRpc' },
    ]);
    expect([config.r2_buckets, config.kv_namespaces, config.d1_databases, config.hyperdrive]).toEqual([
      [],
      [],
      [],
      [],
    ]);
    expect([config.queues.producers, config.queues.consumers]).toEqual([[], []]);
  });

  test('no code in it opens a secret, signs a request or names the keys of either', () => {
    const forbidden = /VAULT_KEYRING|SUPABASE_SECRET_KEY|VAULT_KMS|AwsV4Signer|AWS4-HMAC-SHA256|TrentService/;
    expect(forbidden.exec(withoutComments(bundles.api.code))?.[0]).toBeUndefined();
    // The engine's does: the search would find it.
    expect(forbidden.exec(withoutComments(bundles.engine.code))?.[0]).toBeDefined();
  });

  test('the engine has no route: its secrets are behind a service binding', async () => {
    for (const name of ['engine', 'remediation'] as const) {
      const config = unstable_readConfig({ config: join(REPOSITORY_DIR, WORKERS[name]) });
      expect(config.workers_dev, name).toBe(false);
      expect([config.route, config.routes], name).toEqual([undefined, undefined]);
    }
    // No key of either is written down anywhere.
    const toml = await readFile(join(REPOSITORY_DIR, WORKERS.engine), 'utf8');
    expect(toml).not.toMatch(/sb_secret_|^\s*(SUPABASE_SECRET_KEY|VAULT_KEYRING)\s*=/m);
  });
});
