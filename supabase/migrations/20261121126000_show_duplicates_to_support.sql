-- Support that has opened access to a tenant reads its rows (20261121115100): its duplicates too, which asked for a member.

create or replace function private.list_s3_duplicates(p_integration_id uuid, p_limit int, p_after_etag text, p_after_size_bytes bigint, p_scan int)
returns table (etag text, size_bytes bigint, objects bigint, keys text[], pages int, processed_objects bigint)
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_variable
declare
  v_tenant_id uuid;
  v_found int := 0;
  v_scanned int := 0;
  v_row record;
begin
  select i.tenant_id into v_tenant_id from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted'
    and i.tenant_id in (select private.my_tenant_ids());
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  objects := 0;
  for v_row in
    select o.etag, o.size_bytes from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.is_current and o.etag ~ '^[0-9a-f]{32}$'
      and (o.etag, o.size_bytes) > (coalesce(p_after_etag, ''), coalesce(p_after_size_bytes, -1))
    order by o.etag, o.size_bytes
  loop
    v_scanned := v_scanned + 1;
    if v_row.etag = etag and v_row.size_bytes = size_bytes then
      objects := objects + 1;
      continue;
    end if;
    if objects > 1 then
      v_found := v_found + 1;
      select d.keys, d.pages, d.processed_objects into keys, pages, processed_objects
      from private.duplicate_group(p_integration_id, etag, size_bytes) as d;
      return next;
      exit when v_found = p_limit;
    end if;
    if v_scanned > p_scan then
      objects := 1;
      keys := null;
      return next;
      return;
    end if;
    etag := v_row.etag;
    size_bytes := v_row.size_bytes;
    objects := 1;
  end loop;
  if objects > 1 and v_found < p_limit then
    select d.keys, d.pages, d.processed_objects into keys, pages, processed_objects
    from private.duplicate_group(p_integration_id, etag, size_bytes) as d;
    return next;
  end if;
end $$;
