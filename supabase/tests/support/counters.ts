import { createReplayLedger } from '@sluice/db';
import type { Connection, Ledger } from './ledger.ts';

export interface Place {
  readonly state: string;
  readonly reason: string | null;
  readonly objects: number;
  readonly bytes: number;
}

/** The books as they are shown, and as the rows say, of one moment. */
export async function countedAndRows(
  ledger: Ledger,
  { integrationId }: Connection,
): Promise<{ shown: Place[]; rows: Place[] }> {
  const [books] = await ledger.rows<{ shown: Place[] | null; rows: Place[] | null }>(
    `select (select jsonb_agg(to_jsonb(l) order by l.state, l.reason) from public.s3_integration_ledger($1) l) as shown,
       (select jsonb_agg(to_jsonb(r) order by r.state, r.reason) from (
         select o.state, case when o.state in ('skipped', 'failed', 'dead') then o.reason end as reason, count(*) as objects,
           sum(o.size_bytes)::bigint as bytes
         from public.s3_processed_objects o where o.integration_id = $1 group by 1, 2) as r) as rows`,
    [integrationId],
  );
  return { shown: books?.shown ?? [], rows: books?.rows ?? [] };
}

/** Places where the counters differ from the rows: none when all is well. */
export const differences = (ledger: Ledger, { integrationId }: Connection): Promise<unknown[]> =>
  ledger.rows('select * from public.check_s3_ledger($1)', [integrationId]);

export const fold = (ledger: Ledger, limit: number): Promise<unknown[]> =>
  ledger.rows('select public.fold_s3_usage($1)', [limit]);

/** Moves the input folder, as an edit by the owner does, and makes the draft active again. */
export async function moveInput(ledger: Ledger, connection: Connection, inputPrefix: string): Promise<void> {
  const { tenant, integrationId } = connection;
  await ledger.rows(
    `select public.edit_s3_integration($1, i.id, jsonb_build_object('bucket', i.bucket, 'region', i.region, 'endpoint', i.endpoint,
       'addressingStyle', i.addressing_style, 'roleArn', i.role_arn, 'inputPrefix', $3::text, 'outputPrefix', i.output_prefix),
       '{}', null, null, null)
     from public.s3_integrations i where i.id = $2`,
    [tenant.owner.id, integrationId, inputPrefix],
  );
  await ledger.rows(`update public.s3_integrations set status = 'active' where id = $1`, [integrationId]);
}

/** Takes up again whatever ended in one of `states`, as an owner asks for and the sweep does it. */
export async function replay(
  ledger: Ledger,
  { tenant, integrationId }: Connection,
  states: readonly string[],
): Promise<void> {
  const call = async (name: string, more: object): Promise<unknown> => {
    const args = { p_integration_id: integrationId, p_states: states, ...more };
    const { data, error } = await tenant.owner.client.rpc(name, args);
    if (error !== null) throw new Error(`${name}: ${error.message} ${error.details}`);
    return data;
  };
  const shown = (await call('preview_s3_replay', {})) as { replayId: string; asOf: string; objects: number };
  await call('create_s3_replay', {
    p_replay_id: shown.replayId,
    p_as_of: shown.asOf,
    p_expected_objects: shown.objects,
  });
  const replays = createReplayLedger(ledger.service);
  for (let n = 0; n < 100; n += 1)
    if ((await replays.runBatch({ limit: 1000, scan: 20_000, maxWaiting: 5000 })) === null) return;
  throw new Error('the replays do not end');
}
