-- Whoever is a member already accepts nothing, and is answered the role they have.
create or replace function private.accept_tenant_invitation(p_token text, p_preview boolean) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_user auth.users;
  v_row private.tenant_invitations;
  v_role public.tenant_role;
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
  select m.role into v_role from public.tenant_members m where m.tenant_id = v_row.tenant_id and m.user_id = v_user.id;
  if v_row.id is null or v_row.state = 'revoked' then
    perform private.fail(410, 'invitation_revoked');
  elsif v_row.state = 'accepted' and (v_role is null or v_row.accepted_by is distinct from v_user.id) then
    perform private.fail(410, 'invitation_used');
  elsif v_row.state = 'pending' and v_row.expires_at <= now() then
    perform private.fail(410, 'invitation_expired');
  elsif v_row.state = 'pending' and v_role is not null and not p_preview then
    -- They came to this address after they were invited by it. It would change nothing, and stays for whoever may want it.
    perform private.fail(409, 'already_member');
  elsif v_row.state = 'pending' and not p_preview then
    update private.tenant_invitations set state = 'accepted', accepted_by = v_user.id where id = v_row.id;
    insert into public.tenant_members (tenant_id, user_id, role) values (v_row.tenant_id, v_user.id, v_row.role);
    v_role := v_row.role;
  end if;
  return jsonb_build_object('tenantId', v_row.tenant_id,
    'tenantName', (select t.name from public.tenants t where t.id = v_row.tenant_id), 'role', coalesce(v_role, v_row.role), 'email', v_row.email,
    'invitedBy', (select u.email from auth.users u where u.id = v_row.invited_by), 'expiresAt', v_row.expires_at,
    'isMember', v_role is not null);
end $$;

-- Characters nobody sees would make an address that nobody has.
alter table private.tenant_invitations add constraint tenant_invitations_email_is_visible
  check (email !~ '[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]') not valid;
