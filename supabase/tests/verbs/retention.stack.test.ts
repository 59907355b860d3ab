import { expect, test } from 'vitest';
import { connect, startLedger } from '../support/ledger.ts';

const ledger = await startLedger();

test('figures of usage go after their time, a batch at a time, and no others', async () => {
  const { integrationId } = await connect(ledger);
  await ledger.rows(
    `insert into private.s3_usage_daily (integration_id, day, metric, label, amount)
     select $1::uuid, (now() at time zone 'utc')::date - n, 'found', 'poll', 1 from unnest(array[0, 90, 400, 401, 402, 900]) n`,
    [integrationId],
  );
  const prune = async (limit: number) =>
    (await ledger.rows<{ gone: number }>('select public.prune_s3_usage(400, $1) as gone', [limit]))[0]?.gone;
  expect(await prune(2)).toBe(2);
  expect(await prune(2)).toBe(1);
  expect(await ledger.housekeeping.pruneUsage(400)).toBe(0);
  const left = await ledger.rows<{ age: number }>(
    `select (now() at time zone 'utc')::date - day as age from private.s3_usage_daily where integration_id = $1 order by 1`,
    [integrationId],
  );
  expect(left.map(({ age }) => age)).toEqual([0, 90, 400]);
});

test('dry runs go after their time, unless they still run', async () => {
  const connection = await connect(ledger);
  await ledger.rows(
    `insert into public.s3_dry_runs (tenant_id, integration_id, state, due_at, created_at, ended_at)
     select $1::uuid, $2::uuid, 'completed', null, now() - interval '1 year', now() - make_interval(days => n) from unnest(array[1, 89, 91, 200]) n
     union all select $1::uuid, $2::uuid, 'running', now(), now() - interval '1 year', null`,
    [connection.tenant.id, connection.integrationId],
  );
  expect(await ledger.housekeeping.pruneDryRuns(90)).toBe(2);
  expect(await ledger.housekeeping.pruneDryRuns(90)).toBe(0);
  const left = await ledger.rows<{ state: string }>(
    'select state from public.s3_dry_runs where integration_id = $1 order by 1',
    [connection.integrationId],
  );
  expect(left.map(({ state }) => state)).toEqual(['completed', 'completed', 'running']);
});
