-- As before, and by `p_search`, as `support_list_integrations` finds them: the whole id of an integration or a tenant, or a part of
-- the name of either. What was looked for stands in the audit of the tenants shown.
drop function public.support_usage_summary(int, int, uuid, uuid);
drop function private.support_usage_summary(int, int, uuid, uuid);

create function private.support_usage_summary(p_days int, p_limit int, p_after uuid, p_tenant_id uuid, p_search text) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_from date := private.require_usage_days(p_days);
  v_search text := lower(p_search);
  v_ids uuid[];
  v_tenant_id uuid;
begin
  -- What is not for the caller is not there.
  if not private.is_support() then
    perform private.fail(404, 'not_found');
  end if;
  select array_agg(p.id) into v_ids from (
    select i.id from public.s3_integrations i
    where (p_after is null or i.id > p_after) and (p_tenant_id is null or i.tenant_id = p_tenant_id)
      and (v_search is null or v_search in (i.id::text, i.tenant_id::text) or strpos(lower(i.name), v_search) > 0
        or exists (select 1 from public.tenants n where n.id = i.tenant_id and strpos(lower(n.name), v_search) > 0))
    order by i.id limit least(greatest(p_limit, 1), 500)) as p;
  -- Each tenant shown is told, and whom the question names even when there is nothing to show of it.
  for v_tenant_id in
    select i.tenant_id from public.s3_integrations i where i.id = any (v_ids)
    union select t.id from public.tenants t where t.id = p_tenant_id or t.id::text = v_search
  loop
    perform private.note_support(v_tenant_id, 'read', 's3_usage', 'list',
      jsonb_strip_nulls(jsonb_build_object('days', p_days, 'search', p_search)));
  end loop;
  return jsonb_build_object('from', v_from, 'to', v_from + (p_days - 1), 'items', coalesce((
    select jsonb_agg(jsonb_build_object('tenantId', t.id, 'tenantName', t.name, 'integrationId', i.id, 'name', i.name,
      'provider', i.provider, 'status', i.status, 'totals', coalesce(u.figures, private.no_usage())) order by i.id)
    from public.s3_integrations i
    join public.tenants t on t.id = i.tenant_id
    left join private.usage_figures(v_ids, v_from) u on u.integration_id = i.id and u.day is null
    where i.id = any (v_ids)), '[]'::jsonb));
end $$;
revoke execute on function private.support_usage_summary(int, int, uuid, uuid, text) from public;
grant execute on function private.support_usage_summary(int, int, uuid, uuid, text) to authenticated;

create function public.support_usage_summary(p_days int default 30, p_limit int default 50, p_after uuid default null,
  p_tenant_id uuid default null, p_search text default null) returns jsonb
language sql volatile set search_path = ''
as $$ select private.support_usage_summary(p_days, p_limit, p_after, p_tenant_id, p_search) $$;
revoke execute on function public.support_usage_summary(int, int, uuid, uuid, text) from public;
grant execute on function public.support_usage_summary(int, int, uuid, uuid, text) to authenticated;
