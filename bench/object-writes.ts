/**
 * What remembering the history of objects, and the indexes their lists need, cost a write. Takes objects through their
 * whole life in the real table, in statements of 500 rows, and tells CPU time of the database, WAL and disk, by variant. CPU time
 * and not the clock's, so that a busy machine tells the same as an idle one; Linux only.
 *
 *     node bench/object-writes.ts [objects, default 20000] [rounds, default 3]
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTenant, type Stack, startTemporaryStack } from '@sluice/testkit';

const OBJECTS = Number(process.argv[2] ?? 20_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const BATCH = 500;

const QUERY_INDEXES = [
  's3_processed_objects_state_idx',
  's3_processed_objects_reason_idx',
  's3_processed_objects_content_idx',
];
const NO_TRIGGER = 'alter table public.s3_processed_objects disable trigger remember_object_state';
const TABLE = `create table public.bench_events (object_id uuid not null, tenant_id uuid not null, at timestamptz not null, state text not null,
    reason text, attempt int not null, by uuid);
  create index on public.bench_events (object_id, at)`;

/** Each begins with the schema as it is. */
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  'no history, without the indexes of lists': [
    NO_TRIGGER,
    ...QUERY_INDEXES.map((name) => `drop index public.${name}`),
  ],
  'no history': [NO_TRIGGER],
  'history in the row (as it is)': [],
  'history in a table, a trigger a row': [
    NO_TRIGGER,
    TABLE,
    `create function public.bench_row() returns trigger language plpgsql as $$ begin
       insert into public.bench_events values (new.id, new.tenant_id, new.state_changed_at, new.state, new.reason, new.attempts, private.current_actor());
       return null; end $$`,
    `create trigger bench after update on public.s3_processed_objects for each row
       when (old.state is distinct from new.state or old.reason is distinct from new.reason) execute function public.bench_row()`,
    `create trigger bench_insert after insert on public.s3_processed_objects for each row execute function public.bench_row()`,
  ],
  'history in a table, a trigger a statement': [
    NO_TRIGGER,
    TABLE,
    `create function public.bench_statement() returns trigger language plpgsql as $$ begin
       insert into public.bench_events select n.id, n.tenant_id, n.state_changed_at, n.state, n.reason, n.attempts, private.current_actor()
       from new_rows n;
       return null; end $$`,
    `create trigger bench after update on public.s3_processed_objects referencing new table as new_rows for each statement execute function public.bench_statement()`,
    `create trigger bench_insert after insert on public.s3_processed_objects referencing new table as new_rows for each statement execute function public.bench_statement()`,
  ],
};

interface Cost {
  readonly cpuMs: number;
  readonly walBytes: number;
  readonly diskBytes: number;
}

const CHANGES = [
  `state = 'queued', due_at = now() + interval '15 minutes', state_changed_at = clock_timestamp()`,
  `state = 'processing', attempts = attempts + 1, lease_id = gen_random_uuid(), due_at = now() + interval '20 minutes', state_changed_at = clock_timestamp()`,
  `state = 'staged', staged_outputs = '[{"kind":"pdf","stagingKey":"staging/x","sizeBytes":1}]', pages = 3, report = '{"pages":3,"language":"en"}',
     lease_id = null, attempts = 0, due_at = now() + interval '15 minutes', state_changed_at = clock_timestamp()`,
  `state = 'written_back', outputs = '[{"kind":"pdf","key":"out/some/folder/document.pdf","etag":"0123456789abcdef0123456789abcdef","sizeBytes":1}]',
     staged_outputs = null, due_at = null, state_changed_at = clock_timestamp(), written_back_at = now()`,
];

const stack = await startTemporaryStack({ workers: false, buckets: [] });
try {
  const results = new Map<string, Cost[]>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, changes] of Object.entries(VARIANTS)) {
      const cost = await measure(stack, changes);
      results.set(name, [...(results.get(name) ?? []), cost]);
    }
  }
  const perChange = OBJECTS * (CHANGES.length + 1);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  print(
    `${OBJECTS} objects, ${CHANGES.length + 1} states each, statements of ${BATCH} rows; median of ${ROUNDS}`,
  );
  print('| variant | CPU µs a change | WAL bytes a change | disk bytes an object |');
  print('|---|---|---|---|');
  for (const [name, costs] of results) {
    const median = (pick: (cost: Cost) => number) =>
      costs.map(pick).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? 0;
    print(
      `| ${name} | ${((median(({ cpuMs }) => cpuMs) * 1000) / perChange).toFixed(1)} | ${Math.round(median(({ walBytes }) => walBytes) / perChange)} | ${Math.round(median(({ diskBytes }) => diskBytes) / OBJECTS)} |`,
    );
  }
} finally {
  await stack.stop();
}

/** One life of all objects under a variant, which is undone afterwards. */
async function measure({ sql: pool }: Stack, changes: readonly string[]): Promise<Cost> {
  // One backend does all the work, so that its CPU time is that of the work.
  const sql = await pool.connect();
  const backend = await sql.query<{ pid: number }>('select pg_backend_pid() as pid');
  const cpuMsNow = () => cpuMsOf(backend.rows[0]?.pid ?? 0);
  const tenant = await createTenant(stack);
  const integrationId = randomUUID();
  await sql.query(
    `insert into public.s3_integrations (id, tenant_id, name, provider, status, bucket, region, output_prefix)
     values ($1, $2, 'bench', 'r2', 'active', 'bench', 'auto', 'out/')`,
    [integrationId, tenant.id],
  );
  const indexes = await sql.query<{ indexdef: string }>(
    `select indexdef from pg_indexes where indexname = any ($1)`,
    [QUERY_INDEXES],
  );
  await sql.query('truncate public.s3_processed_objects');
  for (const change of changes) await sql.query(change);
  await sql.query('checkpoint');
  const before = await sql.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn');
  const beganAt = cpuMsNow();
  for (let from = 0; from < OBJECTS; from += BATCH) {
    await sql.query(
      `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
       select $1, $2, 'incoming/2026/folder-' || n % 97 || '/document-' || n || '.pdf', md5(n::text), 100000 + n, 'poll', 'found', now()
       from generate_series($3::int, $4::int) as n`,
      [tenant.id, integrationId, from, Math.min(from + BATCH, OBJECTS) - 1],
    );
  }
  const ids = (
    await sql.query<{ id: string }>('select id from public.s3_processed_objects where integration_id = $1', [
      integrationId,
    ])
  ).rows.map(({ id }) => id);
  // Documents are at different stages at once, so batches of all stages are mixed.
  for (let from = 0; from < OBJECTS; from += BATCH) {
    for (const change of CHANGES) {
      await sql.query(`update public.s3_processed_objects set ${change} where id = any ($1)`, [
        ids.slice(from, from + BATCH),
      ]);
    }
  }
  const cpuMs = cpuMsNow() - beganAt;
  const wal = await sql.query<{ bytes: string }>(
    'select pg_wal_lsn_diff(pg_current_wal_lsn(), $1) as bytes',
    [before.rows[0]?.lsn],
  );
  await sql.query('vacuum full public.s3_processed_objects');
  const disk = await sql.query<{ bytes: string }>(
    `select pg_total_relation_size('public.s3_processed_objects') + coalesce(pg_total_relation_size(to_regclass('public.bench_events')), 0) as bytes`,
  );
  await sql.query(`drop table if exists public.bench_events; drop trigger if exists bench on public.s3_processed_objects;
    drop trigger if exists bench_insert on public.s3_processed_objects; drop function if exists public.bench_row; drop function if exists public.bench_statement;
    truncate public.s3_processed_objects; alter table public.s3_processed_objects enable trigger remember_object_state`);
  for (const { indexdef } of indexes.rows)
    await sql.query(indexdef.replace(/^CREATE INDEX /, 'create index if not exists '));
  sql.release();
  return {
    cpuMs,
    walBytes: Number(wal.rows[0]?.bytes ?? 0),
    diskBytes: Number(disk.rows[0]?.bytes ?? 0),
  };
}

/** User and system time of a process so far. The kernel counts in ticks of 10 ms. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
