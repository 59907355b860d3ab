import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { receiverFiles, receiverOf } from '@sluice/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { exampleFiles, GENERATED_RECEIVER, generatedReceiver } from '../generate-r2-receiver.ts';

const REPOSITORY_DIR = resolve(import.meta.dirname, '../..');
const WRANGLER = join(REPOSITORY_DIR, 'node_modules/wrangler/bin/wrangler.js');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-receiver-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test('customers get the Worker that is tested: npm run receiver', async () => {
  expect(await readFile(GENERATED_RECEIVER, 'utf8')).toBe(await generatedReceiver());
  for (const { path, content } of await exampleFiles()) {
    expect(await readFile(join(REPOSITORY_DIR, 'workers/r2-event-receiver', path), 'utf8'), path).toBe(
      content,
    );
  }
});

test('what is generated is what wrangler deploys', async () => {
  const receiver = receiverOf({
    integrationId: '4c1d9e10-1f6b-4a55-8f0a-2b7a0d9c5c2e',
    provider: 'r2',
    bucket: 'odd"bucket\\',
    endpoint: 'https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com',
    inputPrefix: `it's "in"/`,
    eventsUrl: 'https://sluice.example.com/api/events/s3/4c1d9e10-1f6b-4a55-8f0a-2b7a0d9c5c2e',
  });
  const { files, names } = receiverFiles(receiver);
  for (const { path, content } of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const config = unstable_readConfig({ config: join(directory, 'wrangler.toml') });
  expect(config.vars).toEqual({
    SLUICE_EVENTS_URL: receiver.eventsUrl,
    BUCKET_NAME: receiver.bucket,
    QUEUE_NAME: names.queue,
  });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [WRANGLER, 'deploy', '--dry-run', '--outdir', join(directory, 'out')],
    {
      cwd: directory,
      env: {
        ...process.env,
        CI: '1',
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_HIDE_BANNER: 'true',
        WRANGLER_LOG_PATH: join(directory, 'logs'),
      },
    },
  );
  const bindings = [...stdout.matchAll(/^env\.(\w+)/gm)].map(([, binding = '']) => binding).toSorted();
  expect(bindings).toEqual([
    'BUCKET_NAME',
    'DEAD_LETTERS',
    'QUEUE',
    'QUEUE_NAME',
    'SLUICE_EVENTS_URL',
    'WIRING',
  ]);
});
