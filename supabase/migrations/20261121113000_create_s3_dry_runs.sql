-- A dry run: a bucket is listed once, nothing of it is recorded or processed, and what polling it would do is counted. A bucket may
-- hold millions of objects, so it is listed in bounded steps; the row remembers where the listing stands and what was counted.
--
--   running → completed | failed | cancelled
--
-- `due_at` is the one clock, as everywhere: when a message for the row is to be sent (again), or when the lease of who lists now ends.

create table public.s3_dry_runs (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  integration_id uuid not null,
  state text not null default 'running' check (state in ('running', 'completed', 'failed', 'cancelled')),
  -- Objects changed before it count as `before_start`. Null: everything is taken.
  start_from timestamptz,
  -- The engine's: where the listing goes on (the provider's own token), and what is counted so far.
  cursor text check (char_length(cursor) <= 16384),
  tally jsonb,
  -- What it shows (packages/shared/src/dry-runs.ts). While it runs: of what is listed so far.
  result jsonb,
  listed_objects bigint not null default 0 check (listed_objects >= 0),
  list_calls int not null default 0 check (list_calls >= 0),
  -- Whether the listing came to its end; false when it stopped at the limit.
  is_complete boolean not null default false,
  attempts int not null default 0,
  -- The last obstacle: of a failed one why it failed.
  error_code text check (char_length(error_code) <= 100),
  error_detail text check (char_length(error_detail) <= 1000),
  lease_id uuid,
  due_at timestamptz default now(),
  requested_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  last_progress_at timestamptz,
  ended_at timestamptz,
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade,
  constraint running_dry_runs_have_a_due_time check ((due_at is not null) = (state = 'running')),
  constraint ended_dry_runs_say_when check ((ended_at is null) = (state = 'running')),
  constraint ended_dry_runs_hold_no_lease check (lease_id is null or state = 'running')
);
create unique index s3_dry_runs_one_running on public.s3_dry_runs (integration_id) where state = 'running';
create index s3_dry_runs_integration_idx on public.s3_dry_runs (integration_id, created_at desc, id desc);
create index s3_dry_runs_tenant_idx on public.s3_dry_runs (tenant_id, integration_id);
create index s3_dry_runs_requested_by_idx on public.s3_dry_runs (requested_by);
create index s3_dry_runs_due_idx on public.s3_dry_runs (due_at) where state = 'running';
create index s3_dry_runs_ended_idx on public.s3_dry_runs (ended_at) where state <> 'running';
create trigger audit_s3_dry_runs after insert or update or delete on public.s3_dry_runs
  for each row execute function private.audit('tenant_id', 'id', 'integration_id', 'state', 'start_from');

alter table public.s3_dry_runs enable row level security;
create policy "Members see the dry runs of their tenants" on public.s3_dry_runs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select (id, tenant_id, integration_id, state, start_from, result, listed_objects, list_calls, is_complete, error_code, error_detail,
  requested_by, created_at, last_progress_at, ended_at) on public.s3_dry_runs to authenticated;
grant select on public.s3_dry_runs to service_role;

-- Begins one and returns its id. Draft, active and paused integrations alike: it changes nothing of them. Engine only.
create function public.start_s3_dry_run(p_actor uuid, p_integration_id uuid, p_start_from timestamptz default null) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
  v_id uuid;
begin
  perform private.act_as(p_actor);
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  insert into public.s3_dry_runs (tenant_id, integration_id, start_from, requested_by)
  values (v_tenant_id, p_integration_id, p_start_from, p_actor) returning id into v_id;
  return v_id;
exception when unique_violation then
  perform private.fail(409, 'dry_run_running');
end $$;

-- Stops the dry run that is under way, if one is; what it has counted stays.
create function private.cancel_s3_dry_run(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  update public.s3_dry_runs set state = 'cancelled', ended_at = now(), due_at = null, lease_id = null, cursor = null, tally = null
  where integration_id = p_integration_id and state = 'running';
end $$;
grant execute on function private.cancel_s3_dry_run(uuid) to authenticated;
create function public.cancel_s3_dry_run(p_integration_id uuid) returns void
language sql set search_path = '' as $$ select private.cancel_s3_dry_run(p_integration_id) $$;
grant execute on function public.cancel_s3_dry_run(uuid) to authenticated;

-- The sweep: dry runs that nobody works on, whoever has waited longest first. A worker that let its lease run out is fenced off.
create function public.claim_due_dry_runs(p_limit int, p_visibility_seconds int) returns setof uuid
language sql security definer set search_path = ''
as $$
  with due as (
    select d.id from public.s3_dry_runs d where d.state = 'running' and d.due_at <= now()
    order by d.due_at, d.id limit least(p_limit, 1000) for update skip locked
  )
  update public.s3_dry_runs d set lease_id = null, due_at = now() + make_interval(secs => p_visibility_seconds)
  from due where d.id = due.id returning d.id
$$;

-- How large the pages of a tenant's own documents are: {documents, bytes, pages, lowBytesPerPage, highBytesPerPage} (quartiles), over
-- the last 500 written back of each integration. Null when there are none.
create function private.page_sizes(p_tenant_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('documents', count(*), 'bytes', sum(o.size_bytes), 'pages', sum(o.pages),
    'lowBytesPerPage', percentile_cont(0.25) within group (order by o.size_bytes::float8 / o.pages),
    'highBytesPerPage', percentile_cont(0.75) within group (order by o.size_bytes::float8 / o.pages))
  from public.s3_integrations i
  cross join lateral (
    select p.size_bytes, p.pages from public.s3_processed_objects p
    where p.integration_id = i.id and p.state = 'written_back' order by p.found_at desc, p.id desc limit 500) as o
  where i.tenant_id = p_tenant_id and o.pages > 0 and o.size_bytes > 0
  having count(*) > 0
$$;

-- Takes a dry run for one step. Null when there is nothing to do: ended, taken by somebody, or its integration is gone. Returns
-- {leaseId, dryRunId, startFrom, cursor, tally, attempts, listCalls, rules: [{id, prefix, overwritePolicy, outputSubfolder}],
-- pageSizes, integration, sealed}.
create function public.begin_dry_run(p_dry_run_id uuid, p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_dry_runs;
  v_integration public.s3_integrations;
begin
  update public.s3_dry_runs d set lease_id = gen_random_uuid(), due_at = now() + make_interval(secs => p_lease_seconds)
  where d.id = p_dry_run_id and d.state = 'running' and d.lease_id is null
  returning * into v_row;
  if v_row.id is null then
    return null;
  end if;
  select * into v_integration from public.s3_integrations where id = v_row.integration_id;
  if v_integration.status = 'deleted' then
    update public.s3_dry_runs set state = 'cancelled', ended_at = now(), due_at = null, lease_id = null, cursor = null, tally = null
    where id = v_row.id;
    return null;
  end if;
  return jsonb_build_object('leaseId', v_row.lease_id, 'dryRunId', v_row.id, 'startFrom', v_row.start_from, 'cursor', v_row.cursor,
    'tally', v_row.tally, 'attempts', v_row.attempts, 'listCalls', v_row.list_calls,
    'rules', (
      select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'prefix', r.prefix, 'overwritePolicy', r.overwrite_policy,
        'outputSubfolder', r.output_subfolder) order by r.prefix), '[]'::jsonb)
      from public.s3_integration_folder_rules r where r.integration_id = v_row.integration_id),
    'pageSizes', private.page_sizes(v_row.tenant_id),
    'integration', private.integration_config(v_integration),
    'sealed', private.sealed_secrets_of('s3_integration', v_integration.id));
end $$;

-- Stores how far a step has come. p_progress {outcome: continues | yields | completed, cursor, tally, result, listedObjects, listCalls,
-- isComplete}. `yields` lets go of the row, so that the next step may be anybody's. Raises conflict when the lease was lost.
create function public.save_dry_run(p_dry_run_id uuid, p_lease_id uuid, p_lease_seconds int, p_progress jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_outcome text := p_progress ->> 'outcome';
  v_row public.s3_dry_runs;
begin
  update public.s3_dry_runs d set
    state = case v_outcome when 'completed' then 'completed' else 'running' end,
    cursor = case v_outcome when 'completed' then null else p_progress ->> 'cursor' end,
    tally = case v_outcome when 'completed' then null else p_progress -> 'tally' end,
    result = p_progress -> 'result',
    listed_objects = (p_progress ->> 'listedObjects')::bigint, list_calls = (p_progress ->> 'listCalls')::int,
    is_complete = v_outcome = 'completed' and (p_progress ->> 'isComplete')::boolean,
    attempts = 0, error_code = null, error_detail = null, last_progress_at = now(),
    lease_id = case v_outcome when 'continues' then d.lease_id end,
    due_at = case v_outcome when 'continues' then now() + make_interval(secs => p_lease_seconds) when 'yields' then now() end,
    ended_at = case v_outcome when 'completed' then now() end
  where d.id = p_dry_run_id and d.lease_id = p_lease_id and d.state = 'running'
  returning * into v_row;
  if v_row.id is null then
    perform private.fail(409, 'conflict', 'The lease of the dry run was lost.');
  end if;
  if v_outcome = 'completed' then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', 'info', 'dry_run_completed', format('dry run: %s%s objects', case when v_row.is_complete then '' else 'at least ' end,
      v_row.listed_objects), v_row.tenant_id, v_row.integration_id, jsonb_build_object('dryRunId', v_row.id,
      'listedObjects', v_row.listed_objects, 'listCalls', v_row.list_calls, 'isComplete', v_row.is_complete));
  end if;
end $$;

-- Ends a step that came to an obstacle. With p_delay_seconds it is tried again after so long, null ends the dry run. Returns the state
-- it is in now, null when the lease was lost.
create function public.fail_dry_run(p_dry_run_id uuid, p_lease_id uuid, p_code text, p_detail text, p_delay_seconds int) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_dry_runs;
begin
  update public.s3_dry_runs d set
    state = case when p_delay_seconds is null then 'failed' else 'running' end,
    attempts = d.attempts + 1, error_code = left(p_code, 100), error_detail = left(nullif(p_detail, ''), 1000), lease_id = null,
    due_at = case when p_delay_seconds is not null then now() + make_interval(secs => p_delay_seconds) end,
    ended_at = case when p_delay_seconds is null then now() end,
    cursor = case when p_delay_seconds is not null then d.cursor end, tally = case when p_delay_seconds is not null then d.tally end
  where d.id = p_dry_run_id and d.lease_id = p_lease_id and d.state = 'running'
  returning * into v_row;
  if v_row.id is null then
    return null;
  end if;
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-integrations', 'warn', 'dry_run_failed', format('%s: %s', case when v_row.state = 'failed' then 'dry run failed' else 'dry run will go on' end,
    v_row.error_code), v_row.tenant_id, v_row.integration_id, jsonb_build_object('dryRunId', v_row.id, 'code', v_row.error_code,
    'detail', v_row.error_detail, 'attempts', v_row.attempts));
  return v_row.state;
end $$;

-- Retention: dry runs that ended more than p_days ago. Returns how many, at most p_limit. Engine only.
create function public.prune_s3_dry_runs(p_days int default 90, p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from public.s3_dry_runs where id in (
      select id from public.s3_dry_runs where state <> 'running' and ended_at < now() - make_interval(days => p_days)
      order by ended_at limit p_limit)
    returning 1)
  select count(*)::int from gone
$$;

grant execute on function public.start_s3_dry_run(uuid, uuid, timestamptz), public.claim_due_dry_runs(int, int),
  public.begin_dry_run(uuid, int), public.save_dry_run(uuid, uuid, int, jsonb), public.fail_dry_run(uuid, uuid, text, text, int),
  public.prune_s3_dry_runs(int, int) to service_role;
