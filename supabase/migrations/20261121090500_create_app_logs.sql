-- Operational log lines worth keeping: what support greps by integration. Never document content, secrets or URLs.

create table public.app_logs (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  service text not null check (service in ('s3-integrations', 's3-poller', 's3-ingest', 's3-integration-writeback')),
  level text not null check (level in ('debug', 'info', 'warn', 'error')),
  event text not null check (char_length(event) between 1 and 100),
  message text not null check (char_length(message) <= 4000),
  tenant_id uuid references public.tenants (id) on delete cascade,
  integration_id uuid,
  request_id text check (char_length(request_id) <= 100),
  fields jsonb not null default '{}'
);
create index app_logs_integration_at_idx on public.app_logs (integration_id, at desc, id desc);
create index app_logs_tenant_at_idx on public.app_logs (tenant_id, at desc, id desc);
create index app_logs_at_idx on public.app_logs (at);
alter table public.app_logs enable row level security;
create policy "Members read the logs of their tenants, support reads all" on public.app_logs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()) or (select private.is_support()));
grant select on public.app_logs to authenticated, service_role;

-- p_entries: [{service, level, event, message, tenantId, integrationId, requestId, fields}]. Engine only.
create function public.write_app_logs(p_entries jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, request_id, fields)
  select e ->> 'service', e ->> 'level', e ->> 'event', left(e ->> 'message', 4000), (e ->> 'tenantId')::uuid,
    (e ->> 'integrationId')::uuid, left(e ->> 'requestId', 100), coalesce(e -> 'fields', '{}')
  from jsonb_array_elements(p_entries) as e
$$;
grant execute on function public.write_app_logs(jsonb) to service_role;

-- Retention. Deletes at most p_limit lines older than p_days; returns how many. Engine only.
create function public.prune_app_logs(p_days int default 30, p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from public.app_logs where id in (
      select id from public.app_logs where at < now() - make_interval(days => p_days) order by at limit p_limit)
    returning 1)
  select count(*)::int from gone
$$;
grant execute on function public.prune_app_logs(int, int) to service_role;
