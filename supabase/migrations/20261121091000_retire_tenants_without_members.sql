-- A tenant whose last member is gone (their account was deleted) has nobody left to stop its work or to pay for it. Its
-- integrations end as if that member had deleted them: no more polling, and the credentials go at once.

create function private.retire_tenant_without_members() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select 1 from public.tenant_members where tenant_id = old.tenant_id) then
    return null;
  end if;
  update public.s3_integrations set status = 'deleted' where tenant_id = old.tenant_id and status <> 'deleted';
  update public.s3_poll_states set lease_id = null, lease_expires_at = null
  where tenant_id = old.tenant_id and lease_id is not null;
  delete from public.s3_listing_slices where tenant_id = old.tenant_id;
  delete from private.sealed_secrets where tenant_id = old.tenant_id;
  return null;
end $$;

create trigger retire_tenants_without_members after delete on public.tenant_members
  for each row execute function private.retire_tenant_without_members();
