import { Pool } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { at, call, newIntegration, newTenant } from '../../src/api-client/index.ts';
import { FAKE_IDENTITY, type FakeS3, startFakeS3 } from '../../src/fake-s3/index.ts';
import { park } from '../../src/park.ts';
import { rawSamples } from '../../src/samples/raw-samples.ts';
import { connectControls } from '../../src/stack/control.ts';
import { pollUntil } from '../../src/stack/process/poll.ts';

const stack = inject('stack');
const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
let fake: FakeS3;
beforeAll(async () => {
  fake = await startFakeS3({ buckets: ['metered'] });
});
afterAll(async () => {
  await sql.end();
  await fake.stop();
});

const KINDS: Readonly<Record<string, string>> = {
  LIST: 'list',
  GET: 'get',
  PUT: 'put',
  HEAD: 'head',
  DELETE: 'delete',
};

/** What the customer's own server saw. */
const seen = (): Record<string, number> => {
  const counts: Record<string, number> = { list: 0, get: 0, put: 0, head: 0, delete: 0 };
  for (const { method, operation } of fake.requests) {
    const kind = KINDS[operation === 'ListObjectsV2' ? 'LIST' : method] ?? method;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

test('the calls in the usage summary are those the customer’s server saw, from finding to writing back', async () => {
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const bucket = fake.bucket('metered');
  for (const [n, { bytes }] of rawSamples().slice(0, 3).entries())
    bucket.put(`in/${n}.pdf`, Buffer.from(bytes), { 'content-type': 'application/pdf' }, Date.now());
  const id = await newIntegration(tenant, {
    bucket: 'metered',
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: 'in/',
    outputPrefix: 'out/',
  });
  await call('POST', `/api/integrations/s3/${id}/test-connection`, { token });
  const controls = connectControls(stack.controlUrl, stack.secretKey);
  await pollUntil(
    async () => {
      await controls.tick('*/2 * * * *');
      await controls.tick('* * * * *');
      const { rows } = await sql.query<{ done: number }>(
        `select count(*)::int as done from public.s3_processed_objects where integration_id = $1 and due_at is null`,
        [id],
      );
      return rows[0]?.done === 3;
    },
    { what: 'three documents written back', timeoutMs: 50_000, intervalMs: 300 },
  );
  await park(sql, id);
  let shown: unknown;
  await pollUntil(
    async () => {
      shown = at((await call('GET', `/api/integrations/s3/${id}/usage-summary`, { token })).body, 'totals');
      const calls = at(shown, 'calls') as Record<string, number>;
      return Object.entries(seen()).every(([kind, count]) => calls[kind] === count);
    },
    { what: `calls to be ${JSON.stringify(seen())}`, timeoutMs: 20_000, intervalMs: 300 },
  );
  const { rows } = await sql.query<{ micros: string; pages: string }>(
    'select sum(amount_micros) as micros, sum(pages) as pages from public.cost_ledger where integration_id = $1',
    [id],
  );
  expect(shown).toMatchObject({
    found: 3,
    costMicros: Number(rows[0]?.micros),
    pages: Number(rows[0]?.pages),
    completionLatency: { count: at(shown, 'writtenBack') },
  });
  expect(Number(rows[0]?.micros)).toBeGreaterThan(0);
});
