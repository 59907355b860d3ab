/**
 * How long a page of a list of objects takes at the beginning and deep inside, by filter, with many objects of many tenants. Asked
 * as users do, through PostgREST with row level security; the API adds the same to each.
 *
 *     node bench/object-listing.ts [rows, default 2000000] [pages a question, default 400] [part of the questions' names]
 *
 * A thousand tenants; one of them has a tenth of all rows. Rows of different tenants lie mixed on disk, as they do when they are
 * found. The database is made without fsync and its indexes after its rows: only reading is measured.
 */
import { randomUUID } from 'node:crypto';
import { createTenant, startTemporaryStack, type TestTenant } from '@sluice/testkit';

const ROWS = Number(process.argv[2] ?? 2_000_000);
const SAMPLES = Number(process.argv[3] ?? 400);
const ASKED_FOR = process.argv[4] ?? '';
const TENANTS = 1_000;
/** Tenants whose pages are asked for; the first of them is the large one. */
const ASKED = 40;
const LIMIT = 51;
const BLOCK_SAMPLES = 100;

interface Asked {
  readonly tenant: TestTenant;
  readonly integrationId: string;
}

/** What is asked, and what holds for the rows it shows: a deep page begins behind one of them. */
const QUESTIONS: readonly {
  readonly name: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly shows: string;
}[] = [
  { name: 'all', filter: {}, shows: 'true' },
  { name: 'state = written_back', filter: { p_state: 'written_back' }, shows: `state = 'written_back'` },
  { name: 'state = failed (1 in 50)', filter: { p_state: 'failed' }, shows: `state = 'failed'` },
  { name: 'reason = not_pdf', filter: { p_reason: 'not_pdf' }, shows: `reason = 'not_pdf'` },
  {
    name: 'reason = pdf_corrupt, state = failed',
    filter: { p_reason: 'pdf_corrupt', p_state: 'failed' },
    shows: `reason = 'pdf_corrupt' and state = 'failed'`,
  },
  {
    name: 'found in half of the time',
    filter: { p_found_from: '2026-02-01T00:00:00Z', p_found_to: '2026-08-01T00:00:00Z' },
    shows: `found_at >= '2026-02-01T00:00:00Z' and found_at < '2026-08-01T00:00:00Z'`,
  },
  {
    name: 'prefix (1 in 10)',
    filter: { p_prefix: 'incoming/7' },
    shows: `key >= 'incoming/7' and key < 'incoming/8'`,
  },
  {
    name: 'prefix and state = written_back',
    filter: { p_prefix: 'incoming/', p_state: 'written_back' },
    shows: `state = 'written_back'`,
  },
  {
    name: 'prefix and state = failed (1 in 50)',
    filter: { p_prefix: 'incoming/', p_state: 'failed' },
    shows: `state = 'failed'`,
  },
];

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const stack = await startTemporaryStack({ workers: false, buckets: [] });
try {
  const beganAt = performance.now();
  const asked = await connectAll();
  await fill(asked.map(({ integrationId }) => integrationId));
  const { rows: sizes } = await stack.sql.query<{
    rows: string;
    heap: string;
    indexes: string;
    large: string;
    usual: string;
  }>(
    `select count(*) as rows, count(*) filter (where integration_id = $1) as large, count(*) filter (where integration_id = $2) as usual,
       pg_size_pretty(pg_table_size('public.s3_processed_objects')) as heap,
       pg_size_pretty(pg_indexes_size('public.s3_processed_objects')) as indexes
     from public.s3_processed_objects`,
    [asked[0]?.integrationId, asked[1]?.integrationId],
  );
  const [size] = sizes;
  print(
    `${size?.rows} objects of ${TENANTS} tenants, made in ${Math.round((performance.now() - beganAt) / 1000)} s`,
  );
  print(
    `table ${size?.heap}, indexes ${size?.indexes}; the large tenant has ${size?.large} objects, another ${size?.usual}`,
  );
  print(`\npages of ${LIMIT - 1}; ${SAMPLES} first and ${SAMPLES} deep pages in turns; milliseconds`);
  print(
    '| question | of | first p50 | first p99 | deep p50 | deep p99 | deep p99 / first p99 | blocks first p99 | blocks deep p99 |',
  );
  print('|---|---|---|---|---|---|---|---|---|');
  for (const question of QUESTIONS.filter(({ name }) => name.includes(ASKED_FOR))) {
    await compare(question, `${ASKED - 1} tenants`, asked.slice(1));
    await compare(question, 'the large one', asked.slice(0, 1));
  }
  const last = QUESTIONS.at(-1);
  if (last !== undefined) {
    // What it was before it had an index of its own: key by key.
    await stack.sql.query('drop index public.s3_processed_objects_settled_key_idx');
    const name = `${last.name}, without its index`;
    await compare({ ...last, name }, `${ASKED - 1} tenants`, asked.slice(1));
    await compare({ ...last, name }, 'the large one', asked.slice(0, 1));
  }
  await askForDuplicates(asked);
} finally {
  await stack.stop();
}

/** Real users with sessions for those who ask, bare rows for the rest. */
async function connectAll(): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (let n = 0; n < ASKED; n += 1)
    asked.push({ tenant: await createTenant(stack), integrationId: randomUUID() });
  await stack.sql.query(
    `insert into public.s3_integrations (id, tenant_id, name, provider, status, bucket, region, output_prefix)
     select i, t, 'bench', 'r2', 'active', 'bench', 'auto', 'out/' from unnest($1::uuid[], $2::uuid[]) as a (i, t)`,
    [asked.map(({ integrationId }) => integrationId), asked.map(({ tenant }) => tenant.id)],
  );
  await stack.sql.query(
    `with made as (insert into public.tenants (name, kind) select 'bench ' || n, 'team' from generate_series(1, $1::int) as n returning id)
     insert into public.s3_integrations (tenant_id, name, provider, status, bucket, region, output_prefix)
     select id, 'bench', 'r2', 'active', 'bench', 'auto', 'out/' from made`,
    [TENANTS - ASKED],
  );
  return asked;
}

/** The rows first, without triggers and checks of foreign keys; then the indexes, as the migrations define them. */
async function fill(first: readonly string[]): Promise<void> {
  const client = await stack.sql.connect();
  try {
    await client.query(
      `set session_replication_role = replica; set maintenance_work_mem = '1GB'; set max_parallel_maintenance_workers = 0`,
    );
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i join pg_class c on c.oid = i.indexrelid
       where i.indrelid = 'public.s3_processed_objects'::regclass and not i.indisprimary`,
    );
    for (const { name } of indexes) await client.query(`drop index public.${name}`);
    await client.query(
      `create temporary table who as select row_number() over (order by array_position($1::uuid[], id) nulls last) - 1 as slot, id, tenant_id
       from public.s3_integrations; create index on who (slot)`.replace('$1', `'{${first.join(',')}}'`),
    );
    // A tenth of all rows is the large tenant's; of the rest each tenant has the same.
    const chunk = 500_000;
    for (let from = 0; from < ROWS; from += chunk) {
      await client.query(
        `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, found_at, state_changed_at,
           state, reason, pages, outputs, written_back_at)
         select w.tenant_id, w.id,
           'incoming/' || (hashint4(n) & 127) % 10 || '/folder-' || (hashint4(n + 1) & 1023) || '/document-' || n || '.pdf',
           md5(c.content::text), 20000 + (hashint4(c.content) & 1048575), 'poll', a.at, a.at,
           s.state, s.reason, case when s.state = 'written_back' then 1 + (hashint4(n) & 31) end,
           case when s.state = 'written_back' then jsonb_build_array(jsonb_build_object('kind', 'pdf', 'key', 'out/document-' || n || '.pdf',
             'etag', md5(n::text), 'sizeBytes', 1)) end,
           case when s.state = 'written_back' then a.at end
         from generate_series($1::int, $2::int) as g (n)
         join who w on w.slot = case when n % 10 = 0 then 0 else 1 + (n / 10 * 9 + n % 10) % ${TENANTS - 1} end
         cross join lateral (select case when n % 100 < 2 then n % 5000 else n end as content) as c
         cross join lateral (select timestamptz '2026-01-01' + n * (interval '300 days' / ${ROWS}) as at) as a
         cross join lateral (select (hashint4(n + 7) & 1023) % 100 as p) as p
         cross join lateral (select
           case when p < 70 then 'written_back' when p < 95 then 'skipped' when p < 97 then 'failed' when p < 98 then 'dead' else 'written_back' end as state,
           case when p < 70 then null when p < 90 then 'not_pdf' when p < 95 then 'oversize' when p < 96 then 'pdf_corrupt'
             when p < 97 then 'pdf_encrypted' when p < 98 then 'retries_exhausted' end as reason) as s
         order by n`,
        [from, Math.min(from + chunk, ROWS) - 1],
      );
    }
    for (const { definition } of indexes) await client.query(definition);
    await client.query('vacuum (analyze) public.s3_processed_objects');
    await client.query('analyze');
  } finally {
    client.release();
  }
}

async function page(
  { tenant, integrationId }: Asked,
  filter: Readonly<Record<string, unknown>>,
): Promise<number> {
  const beganAt = performance.now();
  const { error } = await tenant.owner.client.rpc('list_s3_objects', {
    p_integration_id: integrationId,
    p_limit: LIMIT,
    ...filter,
  });
  if (error !== null) throw new Error(error.message);
  return performance.now() - beganAt;
}

/** First and deep pages in turns, so that whatever else the machine does falls on both. */
async function compare(
  { name, filter, shows }: (typeof QUESTIONS)[number],
  of: string,
  asked: readonly Asked[],
): Promise<void> {
  const perTenant = Math.ceil(SAMPLES / asked.length);
  const cursors: { who: Asked; after: string }[] = [];
  for (const who of asked) {
    const { rows } = await stack.sql.query<{ id: string }>(
      `select id from public.s3_processed_objects where integration_id = $1 and ${shows} order by random() limit $2`,
      [who.integrationId, perTenant],
    );
    cursors.push(...rows.map(({ id }) => ({ who, after: id })));
  }
  const first: number[] = [];
  const deep: number[] = [];
  for (let n = -20; n < SAMPLES; n += 1) {
    const cursor = cursors[(n + 7919 * (n + 20)) % cursors.length] ?? cursors[0];
    const who = asked[(n + 20) % asked.length];
    if (cursor === undefined || who === undefined) throw new Error(`nothing to show for ${name}`);
    const timings = [
      await page(who, filter),
      await page(cursor.who, { ...filter, p_after: cursor.after }),
    ] as const;
    // The first few warm up connections and caches.
    if (n < 0) continue;
    first.push(timings[0]);
    deep.push(timings[1]);
  }
  const blocks = { first: [0], deep: [0] };
  for (const { who, after } of cursors.slice(0, BLOCK_SAMPLES)) {
    blocks.first.push(await blocksOf(who, filter));
    blocks.deep.push(await blocksOf(who, { ...filter, p_after: after }));
  }
  const cells = [p(first, 0.5), p(first, 0.99), p(deep, 0.5), p(deep, 0.99)];
  print(
    `| ${name} | ${of} | ${cells.map((cell) => cell.toFixed(1)).join(' | ')} | ${(p(deep, 0.99) / p(first, 0.99)).toFixed(2)} | ${p(blocks.first, 0.99)} | ${p(blocks.deep, 0.99)} |`,
  );
}

/** Blocks of 8 KB the database looked at for a page: what it costs whatever else the machine does. */
async function blocksOf(
  { tenant, integrationId }: Asked,
  filter: Readonly<Record<string, unknown>>,
): Promise<number> {
  const client = await stack.sql.connect();
  try {
    await client.query('begin');
    await client.query(`select set_config('request.jwt.claims', $1, true)`, [
      JSON.stringify({ sub: tenant.owner.id, role: 'authenticated' }),
    ]);
    await client.query('set local role authenticated');
    const args = { p_integration_id: integrationId, p_limit: LIMIT, ...filter };
    const { rows } = await client.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>(
      `explain (analyze, buffers, format json) select * from public.list_s3_objects(${Object.keys(args)
        .map((name, n) => `${name} => $${n + 1}`)
        .join(', ')})`,
      Object.values(args),
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    return (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

async function askForDuplicates(asked: readonly Asked[]): Promise<void> {
  for (const [of, who] of [
    ['another', asked[1]],
    ['the large one', asked[0]],
  ] as const) {
    if (who === undefined) continue;
    const took: number[] = [];
    let groups = 0;
    let after: { etag: string; size_bytes: number; objects: number } | undefined;
    do {
      const beganAt = performance.now();
      const { data, error } = await who.tenant.owner.client.rpc('list_s3_duplicates', {
        p_integration_id: who.integrationId,
        p_limit: LIMIT,
        ...(after === undefined ? {} : { p_after_etag: after.etag, p_after_size_bytes: after.size_bytes }),
      });
      if (error !== null) throw new Error(error.message);
      took.push(performance.now() - beganAt);
      const rows = data as NonNullable<typeof after>[];
      groups += rows.filter(({ objects }) => objects > 1).length;
      const last = rows.at(-1);
      after = last !== undefined && (rows.length === LIMIT || last.objects === 1) ? last : undefined;
    } while (after !== undefined && took.length < 500);
    print(
      `duplicates of ${of}: ${groups} groups on ${took.length} pages, p50 ${p(took, 0.5).toFixed(1)} ms, slowest ${p(took, 1).toFixed(1)} ms`,
    );
  }
}

function p(timings: readonly number[], share: number): number {
  const sorted = timings.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
