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
