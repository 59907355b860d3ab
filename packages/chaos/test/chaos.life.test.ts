import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAKE_IDENTITY } from '@sluice/testkit/fake-s3';
import { expect, test } from 'vitest';
import type { Breach } from '../src/checker/evidence.ts';
import { runChaos } from '../src/index.ts';
import type { Ground } from '../src/world/ground.ts';

const SEED = 20_261_121;
const TROUBLE_MINUTES = 0.8;

/** Loses a result, charges a version again, overwrites a document and writes a secret down. */
const meddle = async ({ customers, sql, runs, logFile }: Ground): Promise<void> => {
  const [polled] = customers;
  const version = [...(polled?.memory.live.values() ?? [])].find(
    ({ content, key }) => content === 'pdf' && !key.startsWith('in/folder-0/'),
  );
  if (polled === undefined || version === undefined) throw new Error('nobody has put anything');
  await polled.bucket.delete(version.key.replace('in/', 'out/'));
  const jobId = crypto.randomUUID();
  (runs as Map<string, unknown>).set(jobId, { jobId, etag: version.etag, sizeBytes: version.sizeBytes });
  const { tenantId, integrationId } = polled.connection;
  await sql.query(
    `insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros)
     values ($1, $2, $3, 'processing', 1, 1)`,
    [tenantId, integrationId, jobId],
  );
  await polled.bucket.put({ ...version, bytes: Buffer.from('somebody else’s') });
  const secret = Buffer.from(`key=${FAKE_IDENTITY.secretAccessKey}`).toString('base64');
  await appendFile(logFile, `info engine: ${secret}\n`);
};

const promisesOf = (breaches: readonly Breach[]): string[] => [
  ...new Set(breaches.map(({ promise }) => promise)),
];

test('under faults and kills nothing is lost or doubled, and the checker would have seen it', {
  timeout: 420_000,
}, async () => {
  const report = await runChaos({
    seed: SEED,
    minutes: TROUBLE_MINUTES,
    dataDir: await mkdtemp(join(tmpdir(), 'sluice-chaos-')),
    meddle,
  });
  expect(report.breaches).toEqual([]);
  // A run in which nothing happened would keep every promise.
  expect(report.charges).toBeGreaterThan(10);
  expect(Object.keys(report.faults).length).toBeGreaterThan(5);
  expect(report.restarts).toBeGreaterThan(0);

  expect(promisesOf(report.afterMeddling)).toEqual(
    expect.arrayContaining([
      'nothing is lost',
      'nothing is charged twice',
      'nothing of the customer is touched',
      'secrets stay secret',
    ]),
  );
});
