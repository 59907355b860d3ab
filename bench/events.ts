/**
 * What events cost, through the real api and engine Workers and database of one local stack, with fsync:
 *
 *   1. from the sending of an event until its object is in the queue, at 200 events a second, one a delivery, of eight tenants;
 *   2. how many events a second are accepted in deliveries of 100, of one integration and of four;
 *   3. whether any is refused while the event secret is rotated at 1,000 events a second;
 *   4. whether one sweep finds every file when no event arrives.
 *
 * Every answer is checked: each object is in the ledger, once. The time of a figure depends on what else the machine is at, which `load`
 * says (processes that want to run, of the last minute); the CPU it costs does not.
 *
 *     npm run bench events [-- --json]
 */

import { loadavg } from 'node:os';
import { createTenant, pollUntil, type Stack, startTemporaryStack } from '@sluice/testkit';
import { FAKE_IDENTITY, startFakeS3 } from '@sluice/testkit/fake-s3';
import { cpuDuring } from './support/cpu.ts';
import { apiOf, atRate, expectEach, inTurns, newSource } from './support/events/sender.ts';
import { print, type Row, timed } from './support/report.ts';

const keysOf = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${String(from + n).padStart(7, '0')}.pdf`);
const round = (ms: number): number => Math.round(ms * 100) / 100;
const share = (times: readonly number[], of: number): number =>
  round(times.toSorted((a, b) => a - b)[Math.ceil(times.length * of) - 1] ?? 0);

const arrivalToQueued = async (stack: Stack): Promise<Row> => {
  // The state says only that it was queued once; when, is noted here. What happens to it afterwards is not measured, and does not run
  // on the machines that take events in: here nothing does.
  await stack.sql.query(
    `create or replace function public.begin_processing(p_object_ids uuid[], p_lease_seconds int) returns jsonb language sql as $$
       select '[]'::jsonb $$;
     create table if not exists public.bench_queued (key text primary key, at timestamptz not null);
     create or replace function public.bench_note() returns trigger language plpgsql security definer set search_path = '' as $$
     begin insert into public.bench_queued values (new.key, clock_timestamp()) on conflict do nothing; return null; end $$;
     create or replace trigger bench_note after update on public.s3_processed_objects for each row
       when (new.state = 'queued' and old.state = 'found') execute function public.bench_note()`,
  );
  const sources = await Promise.all(Array.from({ length: 8 }, () => newSource(stack)));
  const sourceAt = (n: number) => sources[n % sources.length] ?? raise();
  await inTurns(8, 80, (n) => sourceAt(n).send([`warm-${n}.pdf`]));
  const count = 2_000;
  const sentAt = new Map<string, number>();
  const answered: number[] = [];
  await atRate(200, count, async (n) => {
    const [key = ''] = keysOf(n, 1);
    const beganAt = Date.now();
    sentAt.set(key, beganAt);
    await sourceAt(n).send([key]);
    answered.push(Date.now() - beganAt);
  });
  const queued = await pollUntil(
    async () => {
      const { rows } = await stack.sql.query<{ key: string; at: Date }>('select * from public.bench_queued');
      const measured = rows.filter(({ key }) => sentAt.has(key));
      return measured.length === count ? measured : undefined;
    },
    { what: 'all of them queued', timeoutMs: 120_000, intervalMs: 200 },
  );
  await stack.sql.query('drop trigger bench_note on public.s3_processed_objects');
  const took = queued.map(({ key, at }) => at.getTime() - (sentAt.get(key) ?? 0));
  return {
    what: 'arrival to queued, 200 events/s',
    events: count,
    'events/s': 200,
    'p50 ms': share(took, 0.5),
    'p99 ms': share(took, 0.99),
    'answer p99 ms': share(answered, 0.99),
    retries: sources.reduce((sum, source) => sum + source.retries(), 0),
  };
};

const inBatches = async (stack: Stack, integrations: number): Promise<Row> => {
  const sources = await Promise.all(Array.from({ length: integrations }, () => newSource(stack)));
  const deliveries = 400;
  const answered: number[] = [];
  const { ms } = await timed(() =>
    inTurns(12, deliveries, async (n) => {
      const source = sources[n % integrations] ?? raise();
      const { ms: tookMs } = await timed(() => source.send(keysOf(n * 100, 100)));
      answered.push(tookMs);
    }),
  );
  for (const [at, source] of sources.entries()) {
    const mine = Array.from({ length: deliveries }, (_, n) => n).filter((n) => n % integrations === at);
    await expectEach(
      stack,
      source.id,
      mine.flatMap((n) => keysOf(n * 100, 100)),
    );
  }
  return {
    what: `deliveries of 100, ${integrations} integration${integrations === 1 ? '' : 's'}`,
    events: deliveries * 100,
    'events/s': Math.round((deliveries * 100_000) / ms),
    'p50 ms': share(answered, 0.5),
    'p99 ms': share(answered, 0.99),
    'answer p99 ms': share(answered, 0.99),
    retries: sources.reduce((sum, source) => sum + source.retries(), 0),
  };
};

const whileRotated = async (stack: Stack): Promise<Row> => {
  const source = await newSource(stack);
  const deliveries = 100;
  const answered: number[] = [];
  await Promise.all([
    atRate(10, deliveries, async (n) => {
      const { ms } = await timed(() => source.send(keysOf(n * 100, 100)));
      answered.push(ms);
    }),
    atRate(0.3, 3, () => source.rotate()),
  ]);
  await expectEach(stack, source.id, keysOf(0, deliveries * 100));
  if (source.retries() > 0) throw new Error(`${source.retries()} deliveries were refused`);
  return {
    what: 'secret rotated three times, 1,000 events/s',
    events: deliveries * 100,
    'events/s': 1_000,
    'p50 ms': share(answered, 0.5),
    'p99 ms': share(answered, 0.99),
    'answer p99 ms': share(answered, 0.99),
    retries: source.retries(),
  };
};

const everyEventLost = async (stack: Stack): Promise<Row> => {
  const bucket = 'customer';
  const fake = await startFakeS3({ buckets: [bucket] });
  try {
    const { owner, id: tenantId } = await createTenant(stack);
    const api = apiOf(stack, owner.accessToken);
    const { id } = await api('POST', '/api/integrations/s3', {
      tenantId,
      name: 'Every event lost',
      provider: 'generic',
      bucket,
      endpoint: fake.endpoint,
      region: 'us-east-1',
      credentials: FAKE_IDENTITY,
      inputPrefix: 'in/',
      outputPrefix: 'out/',
    });
    const path = `/api/integrations/s3/${String(id)}`;
    await api('POST', `${path}/test-connection`);
    await api('POST', `${path}/start`, {});
    await api('POST', `${path}/event-secret`);
    await api('PATCH', path, { detectionMode: 'event' });
    const count = 5_000;
    for (const key of keysOf(0, count))
      fake.bucket(bucket).put(`in/${key}`, Buffer.from(key), {}, Date.now());
    await stack.sql.query('update public.s3_poll_states set next_poll_at = now() where integration_id = $1', [
      id,
    ]);
    const { ms } = await timed(async () => {
      await stack.tick('*/2 * * * *');
      await pollUntil(
        async () =>
          (
            await stack.sql.query<{ done: boolean }>(
              'select last_completed_at is not null as done from public.s3_poll_states where integration_id = $1',
              [id],
            )
          ).rows[0]?.done === true || undefined,
        { what: 'the end of the sweep', timeoutMs: 120_000, intervalMs: 20 },
      );
    });
    const { rows } = await stack.sql.query<{ n: number }>(
      'select count(distinct key)::int as n from public.s3_processed_objects where integration_id = $1',
      [id],
    );
    if (rows[0]?.n !== count) throw new Error(`one sweep found ${rows[0]?.n} of ${count}`);
    return {
      what: 'every event lost: one sweep',
      events: count,
      'events/s': Math.round((count * 1000) / ms),
      'p50 ms': round(ms),
      'p99 ms': round(ms),
      'answer p99 ms': null,
      retries: null,
    };
  } finally {
    await fake.stop();
  }
};

const raise = (): never => {
  throw new Error('nothing there');
};

const stack = await startTemporaryStack({ buckets: [], durable: true });
try {
  const rows: Row[] = [];
  for (const measure of [
    arrivalToQueued,
    (on: Stack) => inBatches(on, 1),
    (on: Stack) => inBatches(on, 4),
    whileRotated,
    everyEventLost,
  ]) {
    const { value, cpuMs } = await cpuDuring({ ...stack.pids(), self: process.pid }, () => measure(stack));
    // The sender and the local gateway, too, which run in this process.
    const total = Object.values(cpuMs).reduce((sum, ms) => sum + ms, 0);
    rows.push({
      ...value,
      'CPU ms/event': round(total / Number(value['events'])),
      load: round(loadavg()[0] ?? 0),
    });
  }
  print('Events', rows);
} finally {
  await stack.stop();
}
