-- Who did what: for a tenant's admins, and for support. And what support may read of a tenant.
--
-- Staff with the support claim read a tenant's rows (never change them, never secrets) for an hour after they have said why. Saying so
-- is an event in the tenant's audit, and so is every answer of the functions for support below: whichever door staff come through,
-- the tenant can see that they were there.

create index audit_events_tenant_id_idx on public.audit_events (tenant_id, id desc);
create index audit_events_record_idx on public.audit_events (tenant_id, record_id, id desc);
create index audit_events_actor_idx on public.audit_events (actor_id, id desc);

create table private.support_accesses (
  actor_id uuid not null references auth.users (id) on delete cascade,
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  reason text not null check (char_length(reason) between 1 and 500),
  expires_at timestamptz not null,
  primary key (actor_id, tenant_id)
);
create index support_accesses_tenant_idx on private.support_accesses (tenant_id);
alter table private.support_accesses enable row level security;

-- The tenants whose rows the caller may read: their own, and for support those they have opened. What may be changed is
-- private.require_role's to say, which knows members only.
create or replace function private.my_tenant_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select tenant_id from public.tenant_members where user_id = (select auth.uid())
  union all
  select tenant_id from private.support_accesses
  where actor_id = (select auth.uid()) and expires_at > now() and (select private.is_support())
$$;

create function private.my_admin_tenant_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select tenant_id from public.tenant_members where user_id = (select auth.uid()) and role in ('owner', 'admin')
  union all
  select tenant_id from private.support_accesses
  where actor_id = (select auth.uid()) and expires_at > now() and (select private.is_support())
$$;
grant execute on function private.my_admin_tenant_ids() to authenticated;

drop policy "Members read the audit of their tenants" on public.audit_events;
create policy "Admins read the audit of their tenants" on public.audit_events
  for select to authenticated using (tenant_id in (select private.my_admin_tenant_ids()));

drop policy "Members read the logs of their tenants, support reads all" on public.app_logs;
create policy "Members read the logs of their tenants, support those of no tenant" on public.app_logs
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()) or (tenant_id is null and (select private.is_support())));

-- An event that tells of support. p_tenant_id null: of the platform as a whole.
create function private.note_support(p_tenant_id uuid, p_action text, p_record_type text, p_record_id text, p_what jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, after)
  values (p_tenant_id, private.current_actor(), 'support', p_action, p_record_type, p_record_id, jsonb_strip_nulls(p_what))
$$;

create function private.open_support_access(p_tenant_id uuid, p_reason text) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  v_until timestamptz := now() + interval '1 hour';
begin
  perform private.require_support();
  if not exists (select 1 from public.tenants where id = p_tenant_id) then
    perform private.fail(404, 'not_found');
  end if;
  delete from private.support_accesses where expires_at < now() - interval '1 day';
  insert into private.support_accesses (actor_id, tenant_id, reason, expires_at)
  values (private.current_actor(), p_tenant_id, btrim(p_reason), v_until)
  on conflict (actor_id, tenant_id) do update set reason = excluded.reason, expires_at = excluded.expires_at;
  perform private.note_support(p_tenant_id, 'open', 'support_accesses', p_tenant_id::text,
    jsonb_build_object('reason', btrim(p_reason), 'expires_at', v_until));
  return v_until;
exception
  when check_violation or not_null_violation then
    perform private.fail(400, 'invalid_request', 'Say why, in at most 500 characters.');
  when foreign_key_violation then
    perform private.fail(404, 'not_found');
end $$;

-- Newest first, before p_before. p_filter {recordType, recordId, actorId, from, to}. A tenant of null is any.
create function private.audit_page(p_tenant_id uuid, p_filter jsonb, p_before bigint, p_limit int) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', e.id::text, 'at', e.at, 'tenantId', e.tenant_id, 'actorId', e.actor_id,
    'actorKind', e.actor_kind, 'action', e.action, 'recordType', e.record_type, 'recordId', e.record_id, 'before', e.before,
    'after', e.after) order by e.id desc), '[]')
  from (
    select * from public.audit_events e
    where (p_tenant_id is null or e.tenant_id = p_tenant_id) and (p_before is null or e.id < p_before)
      and (p_filter ->> 'recordType' is null or e.record_type = p_filter ->> 'recordType')
      and (p_filter ->> 'recordId' is null or e.record_id = p_filter ->> 'recordId')
      and (p_filter ->> 'actorId' is null or e.actor_id = (p_filter ->> 'actorId')::uuid)
      and (p_filter ->> 'from' is null or e.at >= (p_filter ->> 'from')::timestamptz)
      and (p_filter ->> 'to' is null or e.at < (p_filter ->> 'to')::timestamptz)
    order by e.id desc limit least(greatest(p_limit, 1), 500)) as e
$$;

create function private.list_audit_events(p_tenant_id uuid, p_filter jsonb, p_before bigint, p_limit int) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  if p_tenant_id not in (select private.my_admin_tenant_ids()) then
    perform private.require_role(p_tenant_id, 'admin');
  end if;
  return private.audit_page(p_tenant_id, p_filter, p_before, p_limit);
end $$;

create function private.support_list_audit_events(p_tenant_id uuid, p_filter jsonb, p_before bigint, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_page jsonb;
begin
  perform private.require_support();
  -- What is shown was there before it was looked at.
  v_page := private.audit_page(p_tenant_id, p_filter, p_before, p_limit);
  perform private.note_support(p_tenant_id, 'read', 'audit_events', 'list', p_filter);
  return v_page;
end $$;

-- Log lines of an integration, newest first.
create function private.support_list_logs(p_integration_id uuid, p_level text, p_before bigint, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  perform private.require_support();
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id;
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.note_support(v_tenant_id, 'read', 'app_logs', p_integration_id::text, jsonb_build_object('level', p_level));
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'at', l.at, 'service', l.service, 'level', l.level, 'event', l.event,
      'message', l.message, 'requestId', l.request_id, 'fields', l.fields) order by l.id desc), '[]')
    from (
      select * from public.app_logs l
      where l.integration_id = p_integration_id and (p_level is null or l.level = p_level) and (p_before is null or l.id < p_before)
      order by l.id desc limit least(greatest(p_limit, 1), 500)) as l);
end $$;

-- Integrations of every tenant in the order of their ids, deleted ones only when asked for. p_filter {tenantId, bucket, status, isFailing}:
-- failing are those whose last listing was refused, or that have objects held up. Each tenant shown is told.
create function private.support_list_integrations(p_filter jsonb, p_after uuid, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_page jsonb;
  v_tenant_id uuid;
begin
  perform private.require_support();
  select coalesce(jsonb_agg(jsonb_build_object('tenantId', i.tenant_id, 'tenantName', t.name, 'integrationId', i.id, 'name', i.name,
    'provider', i.provider, 'status', i.status, 'detectionMode', i.detection_mode, 'bucket', i.bucket, 'region', i.region,
    'endpoint', i.endpoint, 'inputPrefix', i.input_prefix, 'outputPrefix', i.output_prefix, 'lastTestedAt', i.last_tested_at,
    'lastTestOutcome', i.last_test ->> 'outcome', 'lastPolledAt', p.last_completed_at, 'lastErrorCode', p.last_error_code,
    'consecutiveFailures', coalesce(p.consecutive_failures, 0), 'createdAt', i.created_at) order by i.id), '[]')
  into v_page
  from (
    select i.* from public.s3_integrations i
    where (p_after is null or i.id > p_after)
      and (p_filter ->> 'tenantId' is null or i.tenant_id = (p_filter ->> 'tenantId')::uuid)
      and (p_filter ->> 'bucket' is null or i.bucket = p_filter ->> 'bucket')
      and i.status = coalesce(p_filter ->> 'status', i.status) and (i.status <> 'deleted' or p_filter ->> 'status' = 'deleted')
      and (p_filter ->> 'isFailing' is null or (p_filter ->> 'isFailing')::boolean = (
        exists (select 1 from public.s3_poll_states f where f.integration_id = i.id and f.consecutive_failures > 0)
        or exists (select 1 from public.s3_processed_objects o where o.integration_id = i.id and o.reason is not null
          and o.state in ('found', 'staged'))))
    order by i.id limit least(greatest(p_limit, 1), 500)) as i
  join public.tenants t on t.id = i.tenant_id
  left join public.s3_poll_states p on p.integration_id = i.id;
  for v_tenant_id in select distinct (e ->> 'tenantId')::uuid from jsonb_array_elements(v_page) as e loop
    perform private.note_support(v_tenant_id, 'read', 's3_integrations', 'list', p_filter);
  end loop;
  return v_page;
end $$;
grant execute on function private.open_support_access(uuid, text), private.list_audit_events(uuid, jsonb, bigint, int),
  private.support_list_audit_events(uuid, jsonb, bigint, int), private.support_list_logs(uuid, text, bigint, int),
  private.support_list_integrations(jsonb, uuid, int) to authenticated;

create function public.open_support_access(p_tenant_id uuid, p_reason text) returns timestamptz
language sql set search_path = '' as $$ select private.open_support_access(p_tenant_id, p_reason) $$;
create function public.list_audit_events(p_tenant_id uuid, p_filter jsonb default '{}', p_before bigint default null, p_limit int default 50)
returns jsonb
language sql stable set search_path = '' as $$ select private.list_audit_events(p_tenant_id, p_filter, p_before, p_limit) $$;
create function public.support_list_audit_events(p_tenant_id uuid default null, p_filter jsonb default '{}', p_before bigint default null,
  p_limit int default 50) returns jsonb
language sql set search_path = '' as $$ select private.support_list_audit_events(p_tenant_id, p_filter, p_before, p_limit) $$;
create function public.support_list_logs(p_integration_id uuid, p_level text default null, p_before bigint default null, p_limit int default 50)
returns jsonb
language sql set search_path = '' as $$ select private.support_list_logs(p_integration_id, p_level, p_before, p_limit) $$;
create function public.support_list_integrations(p_filter jsonb default '{}', p_after uuid default null, p_limit int default 50) returns jsonb
language sql set search_path = '' as $$ select private.support_list_integrations(p_filter, p_after, p_limit) $$;
grant execute on function public.open_support_access(uuid, text), public.list_audit_events(uuid, jsonb, bigint, int),
  public.support_list_audit_events(uuid, jsonb, bigint, int), public.support_list_logs(uuid, text, bigint, int),
  public.support_list_integrations(jsonb, uuid, int) to authenticated;
