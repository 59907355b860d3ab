import { parseArgs } from 'node:util';
import { createApiClient, unwrap } from '@sluice/api-client';
import { createTenant, pollUntil, type Stack, startTemporaryStack } from '@sluice/testkit';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '@sluice/testkit/fake-s3';
import { rawPdf, rawStream } from '@sluice/testkit/samples';
import { print, type Row } from './support/report.ts';

/**
 * What one tenant's documents take from arrival to written back, alone and beside a tenant with a backlog of a million documents
 * in a bucket that never answers. `npm run bench noisy [-- --json] [--backlog N] [--documents N]`
 *
 * Each queue has as many consumers at once as it may have on Cloudflare.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    backlog: { type: 'string', default: '1000000' },
    documents: { type: 'string', default: '60' },
  },
});
const BACKLOG = Number(values.backlog);
const DOCUMENTS = Number(values.documents);
const POLL = '*/2 * * * *';
const SWEEP = '* * * * *';
const BUCKET = 'bucket';

interface Tenant {
  readonly tenantId: string;
  readonly integrationId: string;
}

const connect = async (stack: Stack, fake: FakeS3): Promise<Tenant> => {
  const tenant = await createTenant(stack);
  const api = createApiClient({ baseUrl: stack.apiUrl ?? '', accessToken: tenant.owner.accessToken });
  const { id } = await unwrap(
    api.POST('/api/integrations/s3', {
      body: {
        tenantId: tenant.id,
        name: 'bench',
        provider: 'generic',
        bucket: BUCKET,
        endpoint: fake.endpoint,
        region: 'us-east-1',
        inputPrefix: 'in/',
        outputPrefix: 'out/',
        credentials: FAKE_IDENTITY,
      },
    }),
  );
  const params = { path: { id } };
  await unwrap(api.POST('/api/integrations/s3/{id}/test-connection', { params }));
  await unwrap(api.POST('/api/integrations/s3/{id}/start', { params, body: {} }));
  return { tenantId: tenant.id, integrationId: id };
};

const DOCUMENT = Buffer.from(
  rawPdf([
    '<</Type /Catalog /Pages 2 0 R>>',
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F 5 0 R>>>>>>',
    rawStream('BT /F 18 Tf 20 150 Td (Hello) Tj ET'),
    '<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>',
  ]),
);

/** As a first poll would have left it. */
const addBacklog = async (stack: Stack, { tenantId, integrationId }: Tenant): Promise<void> => {
  for (let from = 0; from < BACKLOG; from += 50_000) {
    await stack.sql.query(
      `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
       select $1, $2, 'in/' || n || '.pdf', 'e', 1000, 'poll', 'found', now() - interval '1 hour' from generate_series($3::int, $4::int) n`,
      [tenantId, integrationId, from + 1, Math.min(from + 50_000, BACKLOG)],
    );
  }
  await stack.sql.query('analyze public.s3_processed_objects');
};

/** Puts one document after another and waits for each to be written back. Milliseconds, from the shortest. */
const arrivals = async (
  stack: Stack,
  fake: FakeS3,
  { integrationId }: Tenant,
  round: string,
  documents = DOCUMENTS,
): Promise<number[]> => {
  const took: number[] = [];
  for (let n = 0; n < documents; n += 1) {
    const key = `in/${round}-${n}.pdf`;
    fake.bucket(BUCKET).put(key, DOCUMENT, {}, Date.now());
    const arrivedAt = performance.now();
    await stack.sql.query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
      integrationId,
    ]);
    await stack.tick(POLL);
    await pollUntil(
      async () => {
        const { rows } = await stack.sql.query(
          `select 1 from public.s3_processed_objects where integration_id = $1 and key = $2 and state = 'written_back'`,
          [integrationId, key],
        );
        return rows.length > 0;
      },
      { what: `${key} is written back`, timeoutMs: 300_000, intervalMs: 50 },
    );
    took.push(performance.now() - arrivedAt);
  }
  return took.sort((a, b) => a - b);
};

const rowOf = (name: string, sorted: readonly number[]): Row => {
  const at = (share: number) => Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN);
  return {
    name,
    documents: sorted.length,
    p50_ms: at(0.5),
    p95_ms: at(0.95),
    p99_ms: at(0.99),
    max_ms: at(1),
  };
};

const [quietBucket, hangingBucket] = [
  await startFakeS3({ buckets: [BUCKET] }),
  await startFakeS3({ buckets: [BUCKET] }),
];
const stack = await startTemporaryStack({ buckets: [], workers: { consumersAtOnce: 250 } });
const crons: NodeJS.Timeout[] = [];
try {
  const quiet = await connect(stack, quietBucket);
  const hanging = await connect(stack, hangingBucket);
  await stack.sql.query(`update public.s3_integrations set status = 'paused' where id = $1`, [
    hanging.integrationId,
  ]);
  // Everything is loaded once before it counts.
  await arrivals(stack, quietBucket, quiet, 'warm-up', 3);
  const alone = await arrivals(stack, quietBucket, quiet, 'alone');

  await addBacklog(stack, hanging);
  hangingBucket.addFault(faults.waits(new Promise<void>(() => undefined)));
  await stack.sql.query(`update public.s3_integrations set status = 'active' where id = $1`, [
    hanging.integrationId,
  ]);
  // As deployed. A sweep that is late is not sent twice.
  for (const [cron, everyMs] of [
    [SWEEP, 60_000],
    [POLL, 120_000],
  ] as const) {
    crons.push(setInterval(() => void stack.tick(cron).catch(() => undefined), everyMs));
  }
  await stack.tick(SWEEP);
  await stack.tick(POLL);
  const beside = await arrivals(stack, quietBucket, quiet, 'beside');
  print(
    `From arrival to written back, beside a backlog of ${BACKLOG.toLocaleString('en')} in a bucket that hangs`,
    [rowOf('alone', alone), rowOf('beside', beside)],
  );
} finally {
  for (const cron of crons) clearInterval(cron);
  await stack.stop();
  await Promise.all([quietBucket.stop(), hangingBucket.stop()]);
}
