-- What was processed and charged, and lost by us before it was written back, is made again for nothing. When that is not possible any
-- more (the source was overwritten or deleted meanwhile, say), the charge is given back: nobody pays for a result that there is not.

alter table public.cost_ledger drop constraint cost_ledger_kind_check;
alter table public.cost_ledger drop constraint cost_ledger_amount_micros_check;
-- Once a job, as its charge. A credit takes the money back; its pages were processed all the same, so it has none.
alter table public.cost_ledger add constraint cost_ledger_kind_check check (kind in ('processing', 'credit'));
alter table public.cost_ledger add constraint cost_ledger_amount_micros_check
  check (case kind when 'credit' then amount_micros <= 0 and pages = 0 else amount_micros >= 0 end);

create function private.credit_lost_result() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros)
  select c.tenant_id, c.integration_id, c.job_id, 'credit', 0, -c.amount_micros
  from public.cost_ledger c where c.job_id = old.job_id and c.kind = 'processing'
  on conflict (job_id, kind) do nothing;
  return null;
end $$;

-- Before 'staged' a job is charged only if what was staged is lost. Here its row ends without a result, or begins another job. On
-- rows that were processed at some time alone: of the many others nothing is looked up.
create trigger credit_lost_result after update on public.s3_processed_objects for each row
  when (old.pages is not null and old.state in ('found', 'queued', 'processing')
    and (new.state in ('skipped', 'failed', 'dead') or new.job_id <> old.job_id))
  execute function private.credit_lost_result();

-- As before, and what was given back is another job when it is tried again: that one is charged.
create or replace function private.revive_objects(p_integration_id uuid, p_tested_at timestamptz, p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_waiting int;
  v_stopped int;
begin
  update public.s3_processed_objects o set due_at = now()
  from (
    select w.id from public.s3_processed_objects w
    where w.integration_id = p_integration_id and w.state in ('found', 'staged') and w.lease_id is null
      and w.due_at > now() and w.reason is not null and w.state_changed_at <= p_tested_at
    limit p_limit for update skip locked) as waiting
  where o.id = waiting.id;
  get diagnostics v_waiting = row_count;
  update public.s3_processed_objects o set state = 'found', attempts = 0, obstacle_owner = null, due_at = now(), staged_outputs = null,
    state_changed_at = now(),
    job_id = case when exists (select 1 from public.cost_ledger c where c.job_id = o.job_id and c.kind = 'credit')
      then gen_random_uuid() else o.job_id end
  from (
    select s.id from public.s3_processed_objects s join public.s3_integrations i on i.id = s.integration_id
    where s.integration_id = p_integration_id and s.is_current and starts_with(s.key, i.input_prefix) and (s.state = 'dead' or (s.state = 'failed'
        and s.reason in ('object_archived', 'output_taken', 'unsupported_by_provider', 'object_too_large', 'quota_exceeded')))
      and s.state_changed_at <= p_tested_at
    limit p_limit - v_waiting for update of s skip locked) as stopped
  where o.id = stopped.id;
  get diagnostics v_stopped = row_count;
  if v_stopped > 0 then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-ingest', 'info', 'objects_revived', format('%s objects are tried again after a connection test', v_stopped),
      i.tenant_id, i.id, jsonb_build_object('objects', v_stopped)
    from public.s3_integrations i where i.id = p_integration_id;
  end if;
  return v_waiting + v_stopped;
end $$;
