-- Members come by invitation: whoever is invited has to want it, and has to be who was meant. An invitation is a link that works
-- once, for a week, for the account whose confirmed address is the one invited. Only a hash of what makes the link is stored.

create table private.tenant_invitations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  -- In lower case, as Supabase Auth keeps addresses.
  email text not null check (email = lower(email) and char_length(email) between 3 and 255 and email ~ '^[^[:space:][:cntrl:]@]+@[^[:space:][:cntrl:]@]+$'),
  role public.tenant_role not null,
  state text not null default 'pending' check (state in ('pending', 'accepted', 'revoked')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- Whose right it rests on: it ends with theirs.
  invited_by uuid not null references auth.users (id) on delete cascade,
  accepted_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days'
);
create unique index tenant_invitations_pending_key on private.tenant_invitations (tenant_id, email) where state = 'pending';
create index tenant_invitations_tenant_idx on private.tenant_invitations (tenant_id, created_at desc);
create index tenant_invitations_invited_by_idx on private.tenant_invitations (invited_by);
create index tenant_invitations_accepted_by_idx on private.tenant_invitations (accepted_by);
alter table private.tenant_invitations enable row level security;
create trigger audit_tenant_invitations after insert or update on private.tenant_invitations
  for each row execute function private.audit('tenant_id', 'id', 'email', 'role', 'state', 'expires_at');

alter table public.tenant_members add column revision int not null default 1 check (revision > 0);
create trigger tenant_members_count_revision before update on public.tenant_members
  for each row execute function private.count_revision('role');

-- How many people a tenant may have, invited ones counted.
alter table public.tenant_limits drop constraint tenant_limits_name_check;
alter table public.tenant_limits add constraint tenant_limits_name_check check (name in ('integrations', 'tenants_per_user',
  'folder_rules_per_integration', 'notification_targets', 'running_replays', 'running_dry_runs', 'members'));

create or replace function private.default_limits() returns jsonb
language sql immutable set search_path = ''
as $$
  select '{"integrations": 100, "tenants_per_user": 20, "folder_rules_per_integration": 100, "notification_targets": 50,
    "running_replays": 20, "running_dry_runs": 10, "members": 500}'::jsonb
$$;

create or replace function private.require_another_owner(p_tenant_id uuid, p_user_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select 1 from public.tenant_members where tenant_id = p_tenant_id and user_id <> p_user_id and role = 'owner') then
    perform private.fail(409, 'last_owner');
  end if;
end $$;

-- What the actor needs to hand out a role, or to take it away: an owner for that of an owner, else an admin.
create function private.require_right_over(p_tenant_id uuid, p_role public.tenant_role) returns void
language sql stable security definer set search_path = ''
as $$ select private.require_role(p_tenant_id, case p_role when 'owner' then 'owner' else 'admin' end::public.tenant_role) $$;

-- One change of members at a time per tenant, so that two owners cannot leave at once, each because of the other. A stranger waits for
-- nothing; the role is looked at after the wait, because it may have changed meanwhile. `no key`: whoever inserts a row of this tenant
-- need not wait.
create function private.lock_members(p_tenant_id uuid, p_least public.tenant_role) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from public.tenants t where t.id = p_tenant_id and exists (
    select 1 from public.tenant_members m where m.tenant_id = t.id and m.user_id = private.current_actor()) for no key update;
  perform private.require_role(p_tenant_id, p_least);
end $$;

-- Gives a member another role. Nobody becomes a member by it. p_revision: of the member as the caller saw them.
drop function public.set_tenant_member(uuid, uuid, public.tenant_role);
drop function private.set_tenant_member(uuid, uuid, public.tenant_role);
create function private.set_tenant_member(p_tenant_id uuid, p_user_id uuid, p_role public.tenant_role, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_member public.tenant_members;
begin
  if p_user_id is null or p_role is null then
    perform private.fail(400, 'invalid_request', 'Name a user and a role: owner, admin or member.');
  end if;
  perform private.lock_members(p_tenant_id, 'admin');
  select * into v_member from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
  if v_member.user_id is null then
    perform private.fail(404, 'not_found', 'There is no such member. Others are invited.');
  end if;
  perform private.require_right_over(p_tenant_id, p_role);
  perform private.require_right_over(p_tenant_id, v_member.role);
  perform private.require_revision(v_member.revision, p_revision);
  if v_member.role = 'owner' and p_role <> 'owner' then
    perform private.require_another_owner(p_tenant_id, p_user_id);
  end if;
  update public.tenant_members set role = p_role where tenant_id = p_tenant_id and user_id = p_user_id and role <> p_role;
end $$;

-- Anyone may leave; removing others takes an admin, removing an owner an owner.
drop function public.remove_tenant_member(uuid, uuid);
drop function private.remove_tenant_member(uuid, uuid);
create function private.remove_tenant_member(p_tenant_id uuid, p_user_id uuid, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_member public.tenant_members;
begin
  perform private.lock_members(p_tenant_id,
    case when p_user_id = private.current_actor() then 'member' else 'admin' end::public.tenant_role);
  select * into v_member from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
  if v_member.user_id is null then
    perform private.fail(404, 'not_found', 'There is no such member.');
  end if;
  if v_member.role = 'owner' then
    perform private.require_role(p_tenant_id, 'owner');
  end if;
  perform private.require_revision(v_member.revision, p_revision);
  if v_member.role = 'owner' then
    perform private.require_another_owner(p_tenant_id, p_user_id);
  end if;
  delete from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
end $$;

-- Who left, or may no longer hand out a role, leaves no link behind that does it for them.
create function private.revoke_unfounded_invitations() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update private.tenant_invitations i set state = 'revoked'
  where i.tenant_id = old.tenant_id and i.invited_by = old.user_id and i.state = 'pending'
    and not exists (select 1 from public.tenant_members m where m.tenant_id = old.tenant_id and m.user_id = old.user_id
      and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner')));
  return null;
end $$;
create trigger revoke_unfounded_invitations after delete or update of role on public.tenant_members
  for each row execute function private.revoke_unfounded_invitations();

-- What makes a link: 244 random bits, with a beginning by which scanners of leaked secrets can know it.
create function private.new_invitation_token() returns text
language sql volatile set search_path = ''
as $$
  select 'slinv_' || rtrim(translate(encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64'), '+/', '-_'), '=')
$$;

create function private.hash_invitation_token(p_token text) returns bytea
language sql immutable set search_path = ''
as $$ select sha256(convert_to(p_token, 'UTF8')) $$;

create function private.show_invitation(p private.tenant_invitations) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('id', p.id, 'tenantId', p.tenant_id, 'email', p.email, 'role', p.role,
    'state', case when p.expires_at <= now() then 'expired' else 'pending' end,
    'invitedBy', (select u.email from auth.users u where u.id = p.invited_by),
    'createdAt', p.created_at, 'expiresAt', p.expires_at)
$$;

-- Invites whoever has this address. {id, tenantId, email, role, state, invitedBy, createdAt, expiresAt, token}: the token is told here and
-- kept nowhere.
create function private.invite_tenant_member(p_tenant_id uuid, p_email text, p_role public.tenant_role) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_email text := lower(btrim(p_email));
  v_token text := private.new_invitation_token();
  v_row private.tenant_invitations;
begin
  if v_email is null or p_role is null then
    perform private.fail(400, 'invalid_request', 'Name an address and a role: owner, admin or member.');
  end if;
  perform private.lock_members(p_tenant_id, 'admin');
  perform private.require_right_over(p_tenant_id, p_role);
  if exists (select 1 from public.tenant_members m join auth.users u on u.id = m.user_id
    where m.tenant_id = p_tenant_id and lower(u.email) = v_email) then
    perform private.fail(409, 'already_member');
  end if;
  select * into v_row from private.tenant_invitations
  where tenant_id = p_tenant_id and email = v_email and state = 'pending';
  if v_row.expires_at > now() then
    perform private.fail(409, 'invitation_pending');
  end if;
  -- One that has run out makes room.
  update private.tenant_invitations set state = 'revoked' where id = v_row.id;
  perform private.require_quota(p_tenant_id, 'members',
    (select count(*) from public.tenant_members m where m.tenant_id = p_tenant_id)
    + (select count(*) from private.tenant_invitations i where i.tenant_id = p_tenant_id and i.state = 'pending'),
    'members and pending invitations in this tenant');
  -- Of those that are over, the newest can still say so to who opens them; the audit knows of all.
  delete from private.tenant_invitations where id in (
    select i.id from private.tenant_invitations i where i.tenant_id = p_tenant_id and i.state <> 'pending'
    order by i.created_at desc, i.id offset 500);
  insert into private.tenant_invitations (tenant_id, email, role, token_hash, invited_by)
  values (p_tenant_id, v_email, p_role, private.hash_invitation_token(v_token), private.current_actor())
  returning * into v_row;
  return private.show_invitation(v_row) || jsonb_build_object('token', v_token);
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'That is no e-mail address.');
end $$;

-- The invitation, if the actor may hand out its role. Holds the tenant's members still.
create function private.lock_invitation(p_tenant_id uuid, p_invitation_id uuid) returns private.tenant_invitations
language plpgsql security definer set search_path = ''
as $$
declare
  v_row private.tenant_invitations;
begin
  perform private.lock_members(p_tenant_id, 'admin');
  select * into v_row from private.tenant_invitations where id = p_invitation_id and tenant_id = p_tenant_id and state = 'pending'
  for update;
  if v_row.id is null then
    perform private.fail(404, 'not_found', 'There is no such pending invitation.');
  end if;
  perform private.require_right_over(p_tenant_id, v_row.role);
  return v_row;
end $$;

-- Another link for the same address, for a week from now. The link before it ends. Answers as invite_tenant_member does.
create function private.renew_tenant_invitation(p_tenant_id uuid, p_invitation_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row private.tenant_invitations := private.lock_invitation(p_tenant_id, p_invitation_id);
  v_token text := private.new_invitation_token();
begin
  update private.tenant_invitations set token_hash = private.hash_invitation_token(v_token), invited_by = private.current_actor(),
    expires_at = now() + interval '7 days'
  where id = v_row.id returning * into v_row;
  return private.show_invitation(v_row) || jsonb_build_object('token', v_token);
end $$;

create function private.revoke_tenant_invitation(p_tenant_id uuid, p_invitation_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row private.tenant_invitations := private.lock_invitation(p_tenant_id, p_invitation_id);
begin
  update private.tenant_invitations set state = 'revoked' where id = v_row.id;
end $$;

-- The invitations nobody has accepted yet, newest first: an array of what invite_tenant_member answers, without token. For admins.
create function private.list_tenant_invitations(p_tenant_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_role(p_tenant_id, 'admin');
  return (select coalesce(jsonb_agg(private.show_invitation(i) order by i.created_at desc, i.id), '[]')
    from private.tenant_invitations i where i.tenant_id = p_tenant_id and i.state = 'pending');
end $$;

-- The members, most powerful first: an array of {userId, email, role, since, revision}. For every member, and support that was let in.
create function private.list_tenant_members(p_tenant_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  if p_tenant_id is null or p_tenant_id not in (select private.my_tenant_ids()) then
    perform private.fail(404, 'not_found');
  end if;
  return (select jsonb_agg(jsonb_build_object('userId', m.user_id, 'email', u.email, 'role', m.role, 'since', m.created_at,
      'revision', m.revision) order by m.role, m.created_at, m.user_id)
    from public.tenant_members m join auth.users u on u.id = m.user_id where m.tenant_id = p_tenant_id);
end $$;

-- Enough of an address to know one's own by: a…@e….test
create function private.hint_of_address(p_email text) returns text
language sql immutable set search_path = ''
as $$
  select left(p_email, 1) || '…@' || left(split_part(p_email, '@', 2), 1) || '…'
    || coalesce(substring(split_part(p_email, '@', 2) from '[.][^.]+$'), '')
$$;

-- Makes the caller a member, once, when the confirmed address of their account is the one invited; with p_preview it only says what
-- that would do. To any other account it says no more than a hint of the address. {tenantId, tenantName, role, email, invitedBy,
-- expiresAt, isMember}. Accepted again by the same member it answers the same.
create function private.accept_tenant_invitation(p_token text, p_preview boolean) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_row private.tenant_invitations;
  v_is_member boolean;
begin
  select * into v_user from auth.users where id = (select auth.uid());
  if v_user.id is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  select * into v_row from private.tenant_invitations where token_hash = private.hash_invitation_token(p_token);
  if v_row.id is null then
    perform private.fail(404, 'invitation_unknown');
  end if;
  if v_row.email is distinct from lower(v_user.email) then
    perform private.fail(403, 'invitation_for_another_address', format('It is for %s.', private.hint_of_address(v_row.email)));
  end if;
  if v_user.email_confirmed_at is null then
    perform private.fail(403, 'email_not_verified');
  end if;
  if not p_preview then
    perform 1 from public.tenants where id = v_row.tenant_id for no key update;
    -- It may have been accepted, renewed or revoked while we waited.
    select * into v_row from private.tenant_invitations
    where id = v_row.id and token_hash = private.hash_invitation_token(p_token) for update;
  end if;
  select exists (select 1 from public.tenant_members m where m.tenant_id = v_row.tenant_id and m.user_id = v_user.id) into v_is_member;
  if v_row.id is null or v_row.state = 'revoked' then
    perform private.fail(410, 'invitation_revoked');
  elsif v_row.state = 'accepted' and not (v_is_member and v_row.accepted_by = v_user.id) then
    perform private.fail(410, 'invitation_used');
  elsif v_row.state = 'pending' and v_row.expires_at <= now() then
    perform private.fail(410, 'invitation_expired');
  elsif v_row.state = 'pending' and not p_preview then
    update private.tenant_invitations set state = 'accepted', accepted_by = v_user.id where id = v_row.id;
    insert into public.tenant_members (tenant_id, user_id, role) values (v_row.tenant_id, v_user.id, v_row.role)
    on conflict (tenant_id, user_id) do nothing;
    v_is_member := true;
  end if;
  return jsonb_build_object('tenantId', v_row.tenant_id,
    'tenantName', (select t.name from public.tenants t where t.id = v_row.tenant_id), 'role', v_row.role, 'email', v_row.email,
    'invitedBy', (select u.email from auth.users u where u.id = v_row.invited_by), 'expiresAt', v_row.expires_at,
    'isMember', v_is_member);
end $$;

grant execute on function private.set_tenant_member(uuid, uuid, public.tenant_role, int), private.remove_tenant_member(uuid, uuid, int),
  private.invite_tenant_member(uuid, text, public.tenant_role), private.renew_tenant_invitation(uuid, uuid),
  private.revoke_tenant_invitation(uuid, uuid), private.list_tenant_invitations(uuid), private.list_tenant_members(uuid),
  private.accept_tenant_invitation(text, boolean) to authenticated;

create function public.set_tenant_member(p_tenant_id uuid, p_user_id uuid, p_role public.tenant_role, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.set_tenant_member(p_tenant_id, p_user_id, p_role, p_revision) $$;
create function public.remove_tenant_member(p_tenant_id uuid, p_user_id uuid, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.remove_tenant_member(p_tenant_id, p_user_id, p_revision) $$;
create function public.invite_tenant_member(p_tenant_id uuid, p_email text, p_role public.tenant_role) returns jsonb
language sql set search_path = '' as $$ select private.invite_tenant_member(p_tenant_id, p_email, p_role) $$;
create function public.renew_tenant_invitation(p_tenant_id uuid, p_invitation_id uuid) returns jsonb
language sql set search_path = '' as $$ select private.renew_tenant_invitation(p_tenant_id, p_invitation_id) $$;
create function public.revoke_tenant_invitation(p_tenant_id uuid, p_invitation_id uuid) returns void
language sql set search_path = '' as $$ select private.revoke_tenant_invitation(p_tenant_id, p_invitation_id) $$;
create function public.list_tenant_invitations(p_tenant_id uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.list_tenant_invitations(p_tenant_id) $$;
create function public.list_tenant_members(p_tenant_id uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.list_tenant_members(p_tenant_id) $$;
create function public.accept_tenant_invitation(p_token text, p_preview boolean default false) returns jsonb
language sql set search_path = '' as $$ select private.accept_tenant_invitation(p_token, coalesce(p_preview, false)) $$;
grant execute on function public.set_tenant_member(uuid, uuid, public.tenant_role, int), public.remove_tenant_member(uuid, uuid, int),
  public.invite_tenant_member(uuid, text, public.tenant_role), public.renew_tenant_invitation(uuid, uuid),
  public.revoke_tenant_invitation(uuid, uuid), public.list_tenant_invitations(uuid), public.list_tenant_members(uuid),
  public.accept_tenant_invitation(text, boolean) to authenticated;
