import { randomUUID } from 'node:crypto';
import type { ListedObject } from '@sluice/core';
import { createIntegrationStore, createPollLedger, createServiceClient } from '@sluice/db';
import { createTenant, type Stack, startTemporaryStack } from '@sluice/testkit';
import { print, type Row, timed } from './support/report.ts';

/**
 * How many objects a minute `record_s3_objects` records, new and known, through PostgREST as the engine calls it; beside the
 * floor: a plain `insert … select unnest … on conflict do nothing` of the same rows into the same table through one pg
 * connection. Then what the counters of the books and the index of settled keys cost: new objects, one in four of them skipped, with
 * and without, a few pages of each in turns, so that whatever else the machine does falls on all.
 * `node bench/recording.ts [objects] [--json]`; objects in thousands, 100 by default.
 */
const THOUSANDS = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 100);
const PAGE = 1000;
const OBJECTS = THOUSANDS * PAGE;
/** As many slices as a poll lists at once. */
const CONCURRENCY = 5;
const LEASE_SECONDS = 3600;

const pageOf = (page: number): ListedObject[] =>
  Array.from({ length: PAGE }, (_, n) => ({
    key: `clients/${page % 37}/2026/contract ${page * PAGE + n}.pdf`,
    etag: (page * PAGE + n).toString(16).padStart(32, 'd'),
    sizeBytes: 100_000 + n,
    lastModified: '2026-11-01T12:00:00.000Z',
    skipReason: null,
  }));

const connect = async (stack: Stack) => {
  const { id: tenantId, owner } = await createTenant(stack);
  const service = createServiceClient(stack.supabaseUrl, stack.secretKey);
  const polls = createPollLedger(service);
  const integrationId = randomUUID();
  await createIntegrationStore(service).create(
    owner.id,
    {
      id: integrationId,
      tenantId,
      name: 'bench',
      provider: 'generic',
      bucket: integrationId,
      region: 'auto',
      endpoint: 'https://s3.example.test',
      addressingStyle: 'path',
      roleArn: null,
      externalId: null,
      accessKeyHint: null,
      inputPrefix: '',
      outputPrefix: 'out/',
      overwritePolicy: 'reprocess',
      language: null,
    },
    null,
  );
  // What is created is a draft, and of a draft nothing is claimed.
  await stack.sql.query(`update public.s3_integrations set status = 'active' where id = $1`, [integrationId]);
  const claimed = await polls.claimDuePolls(1000, LEASE_SECONDS);
  const lease = claimed.find((claim) => claim.integrationId === integrationId);
  const poll = await polls.beginPoll(integrationId, lease?.leaseId ?? '', LEASE_SECONDS);
  if (poll === null) throw new Error('the poll did not begin');
  return {
    tenantId,
    integrationId,
    polls,
    lease: { integrationId, leaseId: poll.leaseId, leaseSeconds: LEASE_SECONDS },
  };
};

/** Records every page, `concurrency` at a time; gives how many were new. */
const recordAll = async (
  { polls, lease }: Awaited<ReturnType<typeof connect>>,
  concurrency: number,
): Promise<number> => {
  let inserted = 0;
  let next = 0;
  const work = async () => {
    while (next < THOUSANDS) {
      const page = next;
      next += 1;
      const recorded = await polls.recordObjects(
        lease,
        new Date(Date.now() + 60_000).toISOString(),
        pageOf(page),
      );
      inserted += recorded.inserted;
      if (recorded.revived + recorded.deferred + recorded.skipped > 0) throw new Error('unexpected answer');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return inserted;
};

const insertAll = async (stack: Stack, tenantId: string, integrationId: string): Promise<number> => {
  const client = await stack.sql.connect();
  let inserted = 0;
  try {
    for (let page = 0; page < THOUSANDS; page += 1) {
      const objects = pageOf(page);
      const { rowCount } = await client.query(
        `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, source_modified_at, found_by, state, due_at)
         select $1, $2, key, etag, size_bytes, modified, 'poll', 'found', now()
         from unnest($3::text[], $4::text[], $5::bigint[], $6::timestamptz[]) as t (key, etag, size_bytes, modified)
         on conflict (integration_id, key, etag, size_bytes) do nothing`,
        [
          tenantId,
          integrationId,
          objects.map((o) => o.key),
          objects.map((o) => o.etag),
          objects.map((o) => o.sizeBytes),
          objects.map((o) => o.lastModified),
        ],
      );
      inserted += rowCount ?? 0;
    }
  } finally {
    client.release();
  }
  return inserted;
};

const switchCounters = (how: string): string =>
  ['found', 'changed', 'deleted']
    .map((of) => `alter table public.s3_processed_objects ${how} trigger count_ledger_of_${of}`)
    .join(';');
const WITHOUT_COUNTERS = switchCounters('disable');
const WITH_COUNTERS = switchCounters('enable');

/** What is left out, and how it is put back. */
const VARIANTS = [
  // Changed and changed back: it forgets its plans as the others do.
  { name: 'as it is', without: `${WITHOUT_COUNTERS};${WITH_COUNTERS}`, again: WITH_COUNTERS },
  {
    name: 'without counters of the books',
    without: WITHOUT_COUNTERS,
    again: WITH_COUNTERS,
  },
  {
    name: 'without the index of settled keys',
    without: 'drop index public.s3_processed_objects_settled_key_idx',
    again: `create index s3_processed_objects_settled_key_idx on public.s3_processed_objects (integration_id, state, key, etag, size_bytes)
      where state in ('skipped', 'failed', 'dead')`,
  },
] as const;
/** The first of them is not timed. */
const PAGES_A_TURN = 4;

const compareVariants = async (stack: Stack, turns: number): Promise<Row[]> => {
  const timings = new Map<string, number[]>(VARIANTS.map(({ name }) => [name, []]));
  const connections = await Promise.all(
    VARIANTS.map(async (variant) => ({ variant, ...(await connect(stack)) })),
  );
  // PostgREST would read the whole schema anew after each change.
  await stack.sql.query(
    'alter event trigger pgrst_ddl_watch disable; alter event trigger pgrst_drop_watch disable',
  );
  for (let turn = 0; turn < turns; turn += 1) {
    // Not always the same one first.
    for (let n = 0; n < connections.length; n += 1) {
      const connection = connections[(turn + n) % connections.length];
      if (connection === undefined) continue;
      const { variant, polls, lease } = connection;
      await stack.sql.query(variant.without);
      for (let page = turn * PAGES_A_TURN; page < (turn + 1) * PAGES_A_TURN; page += 1) {
        const objects = pageOf(page).map((object, at) =>
          at % 4 === 0 ? { ...object, skipReason: 'oversize' as const } : object,
        );
        const observedAt = new Date(Date.now() + 60_000).toISOString();
        const { ms, value } = await timed(() => polls.recordObjects(lease, observedAt, objects));
        expectCount('new', value.inserted, PAGE);
        if (page > turn * PAGES_A_TURN) timings.get(variant.name)?.push(ms);
      }
      await stack.sql.query(variant.again);
    }
  }
  const median = (of: readonly number[]) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
  const asItIs = median(timings.get('as it is') ?? []);
  return [...timings].map(([name, of]) => ({
    name,
    calls: of.length,
    medianMsPerCall: Math.round(median(of) * 10) / 10,
    fastestMsPerCall: Math.round(Math.min(...of) * 10) / 10,
    asItIsOfThis: Math.round((asItIs / median(of)) * 1000) / 1000,
  }));
};

const expectCount = (what: string, have: number, want: number): void => {
  if (have !== want) throw new Error(`${what}: ${have} instead of ${want}`);
};

const stack = await startTemporaryStack({ workers: false, buckets: [], durable: true });
try {
  const perMinute = (ms: number) => Math.round((OBJECTS / ms) * 60_000);
  const rows: Row[] = [];
  const measure = async (name: string, floor: string | null, act: () => Promise<number>, want: number) => {
    const { ms, value } = await timed(act);
    expectCount(name, value, want);
    const base = rows.find((row) => row['name'] === floor);
    rows.push({
      name,
      objectsPerMinute: perMinute(ms),
      msPerCall: Math.round((ms / THOUSANDS) * 10) / 10,
      ofFloor:
        base === undefined
          ? null
          : Math.round((perMinute(ms) / Number(base['objectsPerMinute'])) * 100) / 100,
    });
  };
  const count = async (integrationId: string) => {
    const { rows: found } = await stack.sql.query<{ n: number }>(
      'select count(*)::int as n from public.s3_processed_objects where integration_id = $1',
      [integrationId],
    );
    return found[0]?.n ?? 0;
  };

  // The answers first: what is fast and wrong is of no use.
  const checked = await connect(stack);
  const { polls, lease } = checked;
  const soon = new Date(Date.now() + 60_000).toISOString();
  expectCount('new', (await polls.recordObjects(lease, soon, pageOf(0))).inserted, PAGE);
  expectCount('known', (await polls.recordObjects(lease, soon, pageOf(0))).inserted, 0);
  expectCount('rows', await count(checked.integrationId), PAGE);

  const floor = await connect(stack);
  await measure('floor, new', null, () => insertAll(stack, floor.tenantId, floor.integrationId), OBJECTS);
  await measure('floor, known', null, () => insertAll(stack, floor.tenantId, floor.integrationId), 0);
  for (const concurrency of [1, CONCURRENCY]) {
    const connection = await connect(stack);
    await measure(
      `record_s3_objects, new, ${concurrency} at once`,
      'floor, new',
      () => recordAll(connection, concurrency),
      OBJECTS,
    );
    await measure(
      `record_s3_objects, known, ${concurrency} at once`,
      'floor, known',
      () => recordAll(connection, concurrency),
      0,
    );
    expectCount('rows', await count(connection.integrationId), OBJECTS);
  }
  print(`Recording ${OBJECTS.toLocaleString('en')} objects, ${PAGE} a call, fsync on`, rows);
  print(
    'Recording new objects, one in four skipped, with and without',
    await compareVariants(stack, Math.max(3, Math.round(THOUSANDS / 2))),
  );
} finally {
  await stack.stop();
}
