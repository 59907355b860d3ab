import { DryRun } from '@sluice/shared';
import { Pool } from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { at, call, newIntegration, newTenant } from '../../src/api-client/index.ts';
import { addMember } from '../../src/factory.ts';
import { FAKE_IDENTITY, type FakeS3, faults, startFakeS3 } from '../../src/fake-s3/index.ts';
import { rawSamples } from '../../src/samples/raw-samples.ts';
import { connectControls } from '../../src/stack/control.ts';
import { pollUntil } from '../../src/stack/process/poll.ts';

const stack = inject('stack');
const sql = new Pool({ connectionString: stack.databaseUrls.superuser, max: 2 });
afterAll(() => sql.end());

const BUCKET = 'customer-bucket';
const SWEEP = '* * * * *';
const [PDF = new Uint8Array(0)] = rawSamples().map(({ bytes }) => bytes);

/** An integration on a server of its own. */
const connected = async (
  { onTestFinished }: { onTestFinished: (work: () => Promise<void>) => void },
  fill: (put: (key: string, body?: Uint8Array, modifiedMs?: number) => void, fake: FakeS3) => void,
) => {
  const fake = await startFakeS3({ buckets: [BUCKET] });
  onTestFinished(() => fake.stop());
  fill((key, body = PDF, modifiedMs = Date.now()) => {
    fake.bucket(BUCKET).put(key, Buffer.from(body), {}, modifiedMs);
  }, fake);
  const tenant = await newTenant();
  const token = tenant.owner.accessToken;
  const id = await newIntegration(tenant, {
    bucket: BUCKET,
    endpoint: fake.endpoint,
    region: 'us-east-1',
    credentials: FAKE_IDENTITY,
    inputPrefix: 'in/',
    outputPrefix: 'out/',
  });
  return { fake, tenant, token, id, path: `/api/integrations/s3/${id}` };
};
type Connected = Awaited<ReturnType<typeof connected>>;

const start = async ({ path, token }: Connected, body: object = {}): Promise<DryRun> => {
  const answer = await call('POST', `${path}/dry-run`, { token, body });
  expect(answer.status, answer.text).toBe(202);
  return DryRun.parse(answer.body);
};

const read = async ({ path, token }: Connected): Promise<DryRun> => {
  const answer = await call('GET', `${path}/dry-run`, { token });
  expect(answer.status, answer.text).toBe(200);
  return DryRun.parse(answer.body);
};

const ended = async (connection: Connected): Promise<DryRun> =>
  pollUntil(
    async () => {
      const dryRun = await read(connection);
      return dryRun.state === 'running' ? undefined : dryRun;
    },
    { what: 'the end of the dry run', timeoutMs: 60_000, intervalMs: 100 },
  );

const rowsOf = async ({ id }: Connected) =>
  (
    await sql.query<{ reason: string | null; objects: number; bytes: number }>(
      `select case when state = 'skipped' then reason end as reason, count(*)::int as objects, sum(size_bytes)::int as bytes
       from public.s3_processed_objects where integration_id = $1 group by 1`,
      [id],
    )
  ).rows;

describe('a dry run, end to end', () => {
  test('counts what polling the same bucket then records, and records nothing itself', async (context) => {
    const connection = await connected(context, (put) => {
      for (let n = 0; n < 2_300; n += 1) put(`in/${n % 7}/scan ${n}.pdf`);
      for (let n = 0; n < 40; n += 1) put(`in/notes/${n}.txt`, Buffer.from('text'));
      put('in/empty.pdf', Buffer.alloc(0));
      put('in/folder/', Buffer.alloc(0));
      put('elsewhere/x.pdf');
    });
    await call('PATCH', connection.path, { token: connection.token, body: { status: 'paused' } });
    await sql.query('delete from public.s3_processed_objects where integration_id = $1', [connection.id]);
    const begun = await start(connection);
    expect(begun).toMatchObject({ startFrom: null, integrationId: connection.id });
    const done = await ended(connection);
    expect(done).toMatchObject({ state: 'completed', complete: true, error: null, listedObjects: 2342 });
    expect(await rowsOf(connection)).toEqual([]);
    const { result } = done;
    expect(result).toMatchObject({
      wouldProcess: { objects: 2300, bytes: 2300 * PDF.length },
      folders: { count: 7, isAtMost: false },
      sameOutput: { outputKeys: 0 },
      estimate: { basis: 'sample_documents', pages: { low: 2300 } },
      requests: { prices: null, firstListing: { list: 3 }, processing: { head: 6900, get: 2300, put: 4600 } },
    });

    await call('PATCH', connection.path, { token: connection.token, body: { status: 'active' } });
    const controls = connectControls(stack.controlUrl, stack.secretKey);
    await pollUntil(
      async () => {
        await controls.tick('*/2 * * * *');
        const { rows } = await sql.query(
          'select 1 from public.s3_poll_states where integration_id = $1 and last_completed_at > $2',
          [connection.id, done.endedAt],
        );
        return rows.length > 0;
      },
      { what: 'a complete poll', timeoutMs: 60_000, intervalMs: 200 },
    );
    const recorded = await rowsOf(connection);
    const counted = [
      { reason: null, ...result?.wouldProcess },
      ...(result?.skipped ?? []).map(({ code, objects, bytes }) => ({ reason: code, objects, bytes })),
    ];
    const byReason = (a: { reason: string | null }, b: { reason: string | null }) =>
      (a.reason ?? '') < (b.reason ?? '') ? -1 : 1;
    expect(recorded.toSorted(byReason)).toEqual(counted.toSorted(byReason));
    await call('DELETE', connection.path, { token: connection.token });
  });

  test('counts what would begin before a start, by the dates of the bucket', async (context) => {
    const connection = await connected(context, (put) => {
      put('in/old.pdf', PDF, Date.parse('2025-12-31T23:59:00Z'));
      put('in/new.pdf', PDF, Date.parse('2026-01-01T00:01:00Z'));
    });
    await start(connection, { startFrom: '2026-01-01T00:00:00Z' });
    expect((await ended(connection)).result).toMatchObject({
      wouldProcess: { objects: 1 },
      skipped: [{ code: 'before_start', objects: 1, sampleKeys: ['in/old.pdf'] }],
      oldestModifiedAt: '2026-01-01T00:01:00.000Z',
    });
  });

  test('of a bucket that refuses to be listed says whose move it is', async (context) => {
    const connection = await connected(context, (_put, fake) => {
      fake.addFault(faults.only({ operation: 'ListObjectsV2' }, faults.denies('s3:ListBucket')));
    });
    await start(connection);
    const failed = await ended(connection);
    expect(failed).toMatchObject({
      state: 'failed',
      complete: false,
      result: null,
      error: { code: 'access_denied', owner: 'customer_config' },
    });
    expect(failed.error?.detail).toContain('s3:ListBucket');
    // And may be tried again.
    connection.fake.clearFaults();
    await start(connection);
    expect(await ended(connection)).toMatchObject({ state: 'completed', complete: true });
  });

  test('runs once at a time, is cancelled, and goes on after a worker that was killed', async (context) => {
    const connection = await connected(context, (put) => put('in/a.pdf'));
    const { path, token, id, tenant } = connection;
    // Taken by a worker that was killed: its lease runs for as long as we like.
    await sql.query(
      `insert into public.s3_dry_runs (tenant_id, integration_id, lease_id, due_at) values ($1, $2, gen_random_uuid(), now() + interval '1 hour')`,
      [tenant.id, id],
    );
    const second = await call('POST', `${path}/dry-run`, { token, body: {} });
    expect([second.status, at(second.body, 'code')]).toEqual([409, 'dry_run_running']);
    await sql.query('update public.s3_dry_runs set due_at = now() where integration_id = $1', [id]);
    await connectControls(stack.controlUrl, stack.secretKey).tick(SWEEP);
    expect(await ended(connection)).toMatchObject({ state: 'completed', listedObjects: 1 });

    await sql.query(
      `insert into public.s3_dry_runs (tenant_id, integration_id, lease_id, due_at) values ($1, $2, gen_random_uuid(), now() + interval '1 hour')`,
      [tenant.id, id],
    );
    const cancelled = await call('POST', `${path}/dry-run/cancel`, { token });
    expect([cancelled.status, at(cancelled.body, 'state')]).toEqual([200, 'cancelled']);
    await start(connection);
    expect(await ended(connection)).toMatchObject({ state: 'completed' });
    // What has ended stays as it ended.
    expect(at((await call('POST', `${path}/dry-run/cancel`, { token })).body, 'state')).toBe('completed');
  });

  test('is read by every member of the tenant, past the API too, without what is the engine’s', async (context) => {
    const connection = await connected(context, (put) => put('in/a.pdf'));
    await start(connection);
    await ended(connection);
    const member = await addMember(stack, connection.tenant, 'member');
    const direct = await member.client
      .from('s3_dry_runs')
      .select('state')
      .eq('integration_id', connection.id);
    expect(direct.data).toEqual([{ state: 'completed' }]);
    expect((await member.client.from('s3_dry_runs').select('tally')).error?.code).toBe('42501');
    expect((await member.client.rpc('cancel_s3_dry_run', { p_integration_id: connection.id })).status).toBe(
      403,
    );
    const { owner } = await newTenant();
    const theirs = await owner.client.from('s3_dry_runs').select('state').eq('integration_id', connection.id);
    expect(theirs.data).toEqual([]);
  });

  test('is counted in the usage, and audited with who asked', async (context) => {
    const connection = await connected(context, (put) => put('in/a.pdf'));
    await call('PATCH', connection.path, { token: connection.token, body: { status: 'paused' } });
    const dryRun = await start(connection);
    await ended(connection);
    const { rows } = await sql.query(
      `select actor_id, action from public.audit_events where record_id = $1 order by id limit 1`,
      [dryRun.id],
    );
    expect(rows).toEqual([{ actor_id: connection.tenant.owner.id, action: 'insert' }]);
    const seen = () =>
      connection.fake.requests.filter(({ operation }) => operation === 'ListObjectsV2').length;
    await pollUntil(
      async () => {
        const summary = await call('GET', `${connection.path}/usage-summary`, { token: connection.token });
        return at(summary.body, 'totals.calls.list') === seen();
      },
      { what: 'the LIST call in the usage', timeoutMs: 20_000, intervalMs: 200 },
    );
  });
});
