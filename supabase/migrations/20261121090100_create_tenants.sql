-- Tenants and their members. Every user has a personal tenant from sign-up on.

create type public.tenant_role as enum ('owner', 'admin', 'member');

create table public.tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 200 and name = btrim(name)),
  kind text not null default 'team' check (kind in ('personal', 'team')),
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index tenants_created_by_idx on public.tenants (created_by);
create trigger tenants_touch before update on public.tenants
  for each row execute function private.touch_updated_at();

create table public.tenant_members (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.tenant_role not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index tenant_members_user_id_idx on public.tenant_members (user_id);

alter table public.tenants enable row level security;
alter table public.tenant_members enable row level security;

-- The tenants of the caller. Security definer, so that the policy on tenant_members does not call itself.
create function private.my_tenant_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select tenant_id from public.tenant_members where user_id = (select auth.uid()) $$;
grant execute on function private.my_tenant_ids() to authenticated;

-- Raises unless the actor has at least the given role. A tenant the actor is no member of does not exist for them.
create function private.require_role(p_tenant_id uuid, p_least public.tenant_role) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_role public.tenant_role;
begin
  select role into v_role from public.tenant_members
  where tenant_id = p_tenant_id and user_id = private.current_actor();
  if v_role is null then
    perform private.fail(404, 'not_found');
  end if;
  -- The enum is declared from most to least powerful.
  if v_role > p_least then
    perform private.fail(403, 'forbidden', format('This needs the role %s; yours is %s.', p_least, v_role));
  end if;
end $$;
grant execute on function private.require_role(uuid, public.tenant_role) to service_role;

create policy "Members see their tenants" on public.tenants
  for select to authenticated using (id in (select private.my_tenant_ids()));
create policy "Members see the members of their tenants" on public.tenant_members
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));

grant select on public.tenants, public.tenant_members to authenticated, service_role;

create function private.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
  -- Whatever the address looks like, a name that the table refuses must not refuse the sign-up.
  v_name text := coalesce(nullif(btrim(left(btrim(split_part(new.email, '@', 1)), 200)), ''), 'Personal');
begin
  perform private.act_as(new.id);
  insert into public.tenants (name, kind, created_by) values (v_name, 'personal', new.id) returning id into v_tenant_id;
  insert into public.tenant_members (tenant_id, user_id, role) values (v_tenant_id, new.id, 'owner');
  return new;
end $$;
create trigger give_new_user_a_personal_tenant after insert on auth.users
  for each row execute function private.handle_new_user();

-- Verbs. The public functions run as their caller; the private ones behind them check the role and write.

create function private.create_tenant(p_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if private.current_actor() is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  insert into public.tenants (name, kind, created_by) values (btrim(p_name), 'team', private.current_actor()) returning id into v_id;
  insert into public.tenant_members (tenant_id, user_id, role) values (v_id, private.current_actor(), 'owner');
  return v_id;
end $$;

create function private.set_tenant_member(p_tenant_id uuid, p_user_id uuid, p_role public.tenant_role) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_previous public.tenant_role;
begin
  perform private.require_role(p_tenant_id, 'admin');
  -- One change of members at a time per tenant, so that two owners cannot demote each other at once. `no key`: whoever
  -- inserts a row of this tenant need not wait.
  perform 1 from public.tenants where id = p_tenant_id for no key update;
  select role into v_previous from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
  if 'owner' in (p_role, v_previous) then
    perform private.require_role(p_tenant_id, 'owner');
  end if;
  if v_previous = 'owner' and p_role <> 'owner' then
    perform private.require_another_owner(p_tenant_id, p_user_id);
  end if;
  insert into public.tenant_members (tenant_id, user_id, role) values (p_tenant_id, p_user_id, p_role)
  on conflict (tenant_id, user_id) do update set role = excluded.role;
exception when foreign_key_violation then
  perform private.fail(404, 'not_found', 'There is no such user.');
end $$;

create function private.remove_tenant_member(p_tenant_id uuid, p_user_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_previous public.tenant_role;
begin
  -- Anyone may leave; removing others takes an admin, removing an owner an owner.
  perform private.require_role(p_tenant_id, case when p_user_id = private.current_actor() then 'member' else 'admin' end::public.tenant_role);
  perform 1 from public.tenants where id = p_tenant_id for no key update;
  select role into v_previous from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
  if v_previous is null then
    perform private.fail(404, 'not_found');
  end if;
  if v_previous = 'owner' then
    perform private.require_role(p_tenant_id, 'owner');
    perform private.require_another_owner(p_tenant_id, p_user_id);
  end if;
  delete from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
end $$;

create function private.require_another_owner(p_tenant_id uuid, p_user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select 1 from public.tenant_members where tenant_id = p_tenant_id and user_id <> p_user_id and role = 'owner') then
    perform private.fail(409, 'conflict', 'A tenant needs at least one owner. Make somebody else an owner first.');
  end if;
end $$;

grant execute on function private.create_tenant(text), private.set_tenant_member(uuid, uuid, public.tenant_role),
  private.remove_tenant_member(uuid, uuid) to authenticated;

create function public.create_tenant(p_name text) returns uuid
language sql set search_path = '' as $$ select private.create_tenant(p_name) $$;
create function public.set_tenant_member(p_tenant_id uuid, p_user_id uuid, p_role public.tenant_role) returns void
language sql set search_path = '' as $$ select private.set_tenant_member(p_tenant_id, p_user_id, p_role) $$;
create function public.remove_tenant_member(p_tenant_id uuid, p_user_id uuid) returns void
language sql set search_path = '' as $$ select private.remove_tenant_member(p_tenant_id, p_user_id) $$;
grant execute on function public.create_tenant(text), public.set_tenant_member(uuid, uuid, public.tenant_role),
  public.remove_tenant_member(uuid, uuid) to authenticated;
