-- A dry run lists a bucket of up to a million objects on our side too: of one tenant only so many go on at once, however many buckets it
-- has connected. Each integration has at most one (20261121113000).

alter table public.tenant_limits drop constraint tenant_limits_name_check;
alter table public.tenant_limits add constraint tenant_limits_name_check check (name in ('integrations', 'tenants_per_user',
  'folder_rules_per_integration', 'notification_targets', 'running_replays', 'running_dry_runs'));

create or replace function private.default_limits() returns jsonb
language sql immutable set search_path = ''
as $$
  select '{"integrations": 100, "tenants_per_user": 20, "folder_rules_per_integration": 100, "notification_targets": 50,
    "running_replays": 20, "running_dry_runs": 10}'::jsonb
$$;

create function private.limit_dry_runs() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.state = 'running' and not exists (
    -- That is a conflict of its own, and says so.
    select 1 from public.s3_dry_runs d where d.integration_id = new.integration_id and d.state = 'running') then
    -- Not the row of the tenant: who starts one holds the integration, and an edit takes these two the other way round.
    perform pg_advisory_xact_lock(hashtextextended('running_dry_runs ' || new.tenant_id, 0));
    perform private.require_quota(new.tenant_id, 'running_dry_runs',
      (select count(*) from public.s3_dry_runs d where d.tenant_id = new.tenant_id and d.state = 'running'), 'dry runs under way in this tenant');
  end if;
  return new;
end $$;
create trigger limit_dry_runs before insert on public.s3_dry_runs
  for each row execute function private.limit_dry_runs();
