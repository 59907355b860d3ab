-- The audit of a tenant that is not named is nobody's to read: `null not in (…)` is not true, so a null let every caller past the
-- check and showed the events of all tenants. And whoever of support reads the audit of all tenants is told of to each tenant shown.

create or replace function private.list_audit_events(p_tenant_id uuid, p_filter jsonb, p_before bigint, p_limit int) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- Support that has opened the tenant has no role in it. `exists` is never null.
  if not exists (select 1 from private.my_admin_tenant_ids() as mine where mine = p_tenant_id) then
    perform private.require_role(p_tenant_id, 'admin');
  end if;
  return private.audit_page(p_tenant_id, p_filter, p_before, p_limit);
end $$;

create or replace function private.support_list_audit_events(p_tenant_id uuid, p_filter jsonb, p_before bigint, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_page jsonb;
  v_tenant_id uuid;
begin
  perform private.require_support();
  -- What is shown was there before it was looked at.
  v_page := private.audit_page(p_tenant_id, p_filter, p_before, p_limit);
  perform private.note_support(p_tenant_id, 'read', 'audit_events', 'list', p_filter);
  if p_tenant_id is null then
    for v_tenant_id in
      select distinct (e ->> 'tenantId')::uuid from jsonb_array_elements(v_page) as e where e ->> 'tenantId' is not null
    loop
      perform private.note_support(v_tenant_id, 'read', 'audit_events', 'list', p_filter);
    end loop;
  end if;
  return v_page;
end $$;
