-- Audit: written by trigger inside the transaction of the change, so a change without its event cannot exist.
-- Which columns are recorded is an allow-list per table; ciphertexts and leases never are.

create table public.audit_events (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  tenant_id uuid not null,
  actor_id uuid,
  -- 'user' with a token, 'engine' for the platform itself.
  actor_kind text not null check (actor_kind in ('user', 'engine')),
  action text not null,
  record_type text not null,
  record_id text not null,
  before jsonb,
  after jsonb
);
comment on table public.audit_events is 'Who changed what, and when. No foreign keys: an event outlives what it tells of.';
create index audit_events_tenant_at_idx on public.audit_events (tenant_id, at desc, id desc);
alter table public.audit_events enable row level security;
create policy "Members read the audit of their tenants" on public.audit_events
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.audit_events to authenticated, service_role;

-- Arguments: the column holding the tenant, the column(s) naming the record joined by '/', then the recorded columns.
create function private.audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
  v_columns text[] := tg_argv[2:];
  v_before jsonb;
  v_after jsonb;
begin
  select jsonb_object_agg(c, v_old -> c), jsonb_object_agg(c, v_new -> c) into v_before, v_after
  from unnest(v_columns) as c
  where tg_op <> 'UPDATE' or v_old -> c is distinct from v_new -> c;
  if tg_op = 'UPDATE' and v_after is null then
    return null;
  end if;
  insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, before, after)
  values (
    (v_row ->> tg_argv[0])::uuid,
    private.current_actor(),
    case when private.current_actor() is null then 'engine' else 'user' end,
    lower(tg_op),
    tg_table_name,
    (select string_agg(v_row ->> c, '/' order by n) from unnest(string_to_array(tg_argv[1], '/')) with ordinality as t(c, n)),
    case when tg_op <> 'INSERT' then v_before end,
    case when tg_op <> 'DELETE' then v_after end
  );
  return null;
end $$;

create trigger audit_tenants after insert or update or delete on public.tenants
  for each row execute function private.audit('id', 'id', 'name', 'kind');
create trigger audit_tenant_members after insert or update or delete on public.tenant_members
  for each row execute function private.audit('tenant_id', 'tenant_id/user_id', 'role');
