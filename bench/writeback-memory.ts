import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient, unwrap } from '@sluice/api-client';
import { createTenant, pollUntil, type Stack, startTemporaryStack } from '@sluice/testkit';
import { openCustomerBucket } from '../packages/testkit/src/demo/customer-bucket.ts';
import { print } from './support/report.ts';

/**
 * How much memory the engine takes to write a large result back: the resident size of the Workers' workerd, sampled while
 * the object goes from the working bucket to the customer's, over what it was before. The result is staged by a workerd of
 * its own, which is gone by then. The local working bucket lives in the measured process, so its share is in the figure.
 * `node bench/writeback-memory.ts [MiB] [--json]`; 200 by default. Linux only.
 */
const MEBIBYTE = 1024 * 1024;
const SIZE_BYTES = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 200) * MEBIBYTE;
const POLL_CRON = '*/2 * * * *';
const SWEEP_CRON = '* * * * *';
const REPOSITORY_DIR = resolve(import.meta.dirname, '..');
const PATIENCE = { timeoutMs: 120_000, intervalMs: 5 };

const start = (dataDir: string): Promise<Stack> =>
  startTemporaryStack({
    dataDir,
    buckets: ['large', 'warm-up'],
    workers: {
      configPaths: [
        'wrangler.toml',
        'workers/engine/wrangler.toml',
        'bench/support/large-processor/wrangler.toml',
      ].map((path) => resolve(REPOSITORY_DIR, path)),
    },
  });

const connect = async (stack: Stack, bucket: string): Promise<string> => {
  const tenant = await createTenant(stack);
  const { endpoint, region, accessKeyId, secretAccessKey } = stack.s3;
  const api = createApiClient({ baseUrl: stack.apiUrl ?? '', accessToken: tenant.owner.accessToken });
  const { id } = await unwrap(
    api.POST('/api/integrations/s3', {
      body: {
        tenantId: tenant.id,
        name: bucket,
        provider: 'generic',
        bucket,
        endpoint,
        region,
        inputPrefix: 'in/',
        outputPrefix: 'out/',
        credentials: { accessKeyId, secretAccessKey },
      },
    }),
  );
  const params = { path: { id } };
  await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', { params }));
  await unwrap(api.POST('/api/integrations/s3/{id}/start', { params, body: {} }));
  return id;
};

const setStatus = async (stack: Stack, integrationId: string, status: 'active' | 'paused'): Promise<void> => {
  await stack.sql.query('update public.s3_integrations set status = $2 where id = $1', [
    integrationId,
    status,
  ]);
};

const untilState = async (stack: Stack, key: string, state: string): Promise<void> => {
  const isThere = async (): Promise<boolean> => {
    const { rows } = await stack.sql.query<{ state: string }>(
      'select state from public.s3_processed_objects where key = $1',
      [key],
    );
    return rows[0]?.state === state;
  };
  await pollUntil(isThere, { ...PATIENCE, what: `${key} is ${state}` });
};

/** A document that the processor turns into a result of so many bytes. */
const putAndPoll = async (stack: Stack, bucket: string, resultBytes: number): Promise<string> => {
  const key = `in/${resultBytes}.pdf`;
  const body = new TextEncoder().encode('%PDF-1.7\n');
  const put = { key, body, sizeBytes: body.byteLength, contentType: 'application/pdf' };
  await openCustomerBucket(stack.s3, bucket).put(put);
  await stack.sql.query('update public.s3_poll_states set next_poll_at = now()');
  await stack.tick(POLL_CRON);
  return key;
};

/** Leaves a result in the working bucket that nobody may write back yet. @returns its integration. */
const stage = async (dataDir: string): Promise<string> => {
  const stack = await start(dataDir);
  try {
    const integrationId = await connect(stack, 'large');
    const key = await putAndPoll(stack, 'large', SIZE_BYTES);
    await untilState(stack, key, 'processing');
    await setStatus(stack, integrationId, 'paused');
    await untilState(stack, key, 'staged');
    return integrationId;
  } finally {
    await stack.stop();
  }
};

const residentBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
};

const writeBack = async (stack: Stack, integrationId: string) => {
  // Everything is loaded and compiled once before it counts.
  await connect(stack, 'warm-up');
  for (const mebibytes of [1, 2, 3])
    await untilState(stack, await putAndPoll(stack, 'warm-up', mebibytes * MEBIBYTE), 'written_back');

  const pid = stack.pids()['workersWorkerd'];
  if (pid === undefined) throw new Error('the Workers have no workerd');
  const baselineBytes = await residentBytes(pid);
  const beganAt = performance.now();
  await setStatus(stack, integrationId, 'active');
  await stack.sql.query(`update public.s3_processed_objects set due_at = now() where state = 'staged'`);
  await stack.tick(SWEEP_CRON);
  const over = new AbortController();
  const written = untilState(stack, `in/${SIZE_BYTES}.pdf`, 'written_back').finally(() => over.abort());
  written.catch(() => undefined); // awaited below, after the last sample
  let peakBytes = baselineBytes;
  let samples = 0;
  while (!over.signal.aborted) {
    peakBytes = Math.max(peakBytes, await residentBytes(pid));
    samples += 1;
    await delay(5);
  }
  await written;
  const elapsedMs = performance.now() - beganAt;
  const { sizeBytes } = await openCustomerBucket(stack.s3, 'large').head(`out/${SIZE_BYTES}.pdf`);
  if (sizeBytes !== SIZE_BYTES) throw new Error(`${sizeBytes} bytes arrived`);
  const mib = (bytes: number): number => Math.round((bytes / MEBIBYTE) * 10) / 10;
  return {
    object_mib: mib(SIZE_BYTES),
    baseline_rss_mib: mib(baselineBytes),
    peak_rss_mib: mib(peakBytes),
    growth_mib: mib(peakBytes - baselineBytes),
    elapsed_ms: Math.round(elapsedMs),
    samples,
  };
};

const dataDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
try {
  const integrationId = await stage(dataDir);
  const stack = await start(dataDir);
  try {
    print('Memory of workerd while a result is written back', [await writeBack(stack, integrationId)]);
  } finally {
    await stack.stop();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
}
