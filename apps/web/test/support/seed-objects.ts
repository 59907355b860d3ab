import type { Pool } from 'pg';

/**
 * Objects of a month in every state, moved as the verbs move them, so that books and figures follow: of each 20, 3 are skipped, 1
 * fails, 1 is given up, 2 are pending, the rest written back at a cost of 1,000 millionths a page.
 */
export const seedMonth = async (
  sql: Pool,
  { tenantId, id, objects }: { readonly tenantId: string; readonly id: string; readonly objects: number },
): Promise<void> => {
  await sql.query(`update public.s3_integrations set created_at = now() - interval '40 days' where id = $1`, [
    id,
  ]);
  await sql.query(
    `insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, due_at,
       found_at, state_changed_at, source_modified_at)
     select $1, $2, i.input_prefix || case when n % 3 = 0 then 'de/' else '' end || 'report-' || lpad(n::text, 4, '0')
         || case n % 20 when 0 then '.docx' else '.pdf' end,
       md5(n::text), 40000 + n * 977, 'poll',
       case when n % 20 < 3 then 'skipped' else 'found' end,
       case n % 20 when 0 then 'not_pdf' when 1 then 'empty_object' when 2 then 'before_start' end,
       case when n % 20 < 3 then null else now() + interval '1 day' end, at, at, at - make_interval(secs => 30 + n % 120)
     from generate_series(1, $3::int) as n, public.s3_integrations as i
     cross join lateral (select now() - make_interval(hours => (n * 7) % 700) as at) as t
     where i.id = $2`,
    [tenantId, id, objects],
  );
  const of = (rest: string) => `integration_id = $1 and substring(key from '(\\d{4})\\.')::int % 20 ${rest}`;
  const move = (set: string, rest: string) =>
    sql.query(`update public.s3_processed_objects set ${set} where ${of(rest)}`, [id]);
  await move(`state = 'processing', attempts = 1`, 'between 3 and 17');
  await move(`state = 'failed', reason = 'pdf_encrypted', due_at = null`, '= 3');
  await move(`state = 'dead', reason = 'retries_exhausted', due_at = null, attempts = 8`, '= 4');
  await move(
    `state = 'staged', pages = 1 + size_bytes % 9, staged_at = state_changed_at`,
    'between 5 and 17',
  );
  await sql.query(
    `insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros, at)
     select tenant_id, integration_id, job_id, 'processing', pages, pages * 1000, staged_at
     from public.s3_processed_objects where ${of('between 5 and 17')}`,
    [id],
  );
  await move(
    `state = 'written_back', due_at = null, state_changed_at = found_at + interval '40 seconds',
     written_back_at = found_at + interval '40 seconds',
     outputs = jsonb_build_array(
       jsonb_build_object('kind', 'pdf', 'key', 'out/' || key, 'etag', etag, 'sizeBytes', size_bytes),
       jsonb_build_object('kind', 'html', 'key', 'out/' || key || '.html', 'etag', etag, 'sizeBytes', size_bytes / 3))`,
    'between 5 and 17',
  );
  await sql.query('select public.fold_s3_usage(100000)');
};
