-- What staff read of a tenant's usage is an event in its audit, as everything else they read is. Both functions write now, so they
-- are volatile, and so are the doors to them.

create or replace function private.s3_integration_usage_summary(p_integration_id uuid, p_days int) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_from date := private.require_usage_days(p_days);
  v_to date := v_from + (p_days - 1);
  v_tenant_id uuid;
begin
  select i.tenant_id into v_tenant_id from public.s3_integrations i where i.id = p_integration_id
    and (private.is_support() or (i.status <> 'deleted' and i.tenant_id in (select private.my_tenant_ids())));
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  -- Whoever is a member, or has opened the tenant, came by another right than the claim; the opening is an event already.
  if v_tenant_id not in (select private.my_tenant_ids()) then
    perform private.note_support(v_tenant_id, 'read', 's3_usage', p_integration_id::text, jsonb_build_object('days', p_days));
  end if;
  return (
    with usage as materialized (select u.day, u.figures from private.usage_figures(array[p_integration_id], v_from) u)
    select jsonb_build_object('integrationId', p_integration_id, 'from', v_from, 'to', v_to,
      'totals', coalesce((select u.figures from usage u where u.day is null), private.no_usage()),
      'days', (
        select jsonb_agg(jsonb_build_object('day', d.day::date) || coalesce(u.figures, private.no_usage()) order by d.day)
        from generate_series(v_from, v_to, interval '1 day') as d (day) left join usage u on u.day = d.day::date)));
end $$;

create or replace function private.support_usage_summary(p_days int, p_limit int, p_after uuid, p_tenant_id uuid) returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_from date := private.require_usage_days(p_days);
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
    order by i.id limit least(greatest(p_limit, 1), 500)) as p;
  -- Each tenant shown is told, and the one that was asked for even when it has nothing to show.
  for v_tenant_id in
    select i.tenant_id from public.s3_integrations i where i.id = any (v_ids)
    union select t.id from public.tenants t where t.id = p_tenant_id
  loop
    perform private.note_support(v_tenant_id, 'read', 's3_usage', 'list', jsonb_build_object('days', p_days));
  end loop;
  return jsonb_build_object('from', v_from, 'to', v_from + (p_days - 1), 'items', coalesce((
    select jsonb_agg(jsonb_build_object('tenantId', t.id, 'tenantName', t.name, 'integrationId', i.id, 'name', i.name,
      'provider', i.provider, 'status', i.status, 'totals', coalesce(u.figures, private.no_usage())) order by i.id)
    from public.s3_integrations i
    join public.tenants t on t.id = i.tenant_id
    left join private.usage_figures(v_ids, v_from) u on u.integration_id = i.id and u.day is null
    where i.id = any (v_ids)), '[]'::jsonb));
end $$;

create or replace function public.s3_integration_usage_summary(p_integration_id uuid, p_days int default 30) returns jsonb
language sql volatile set search_path = '' as $$ select private.s3_integration_usage_summary(p_integration_id, p_days) $$;
create or replace function public.support_usage_summary(p_days int default 30, p_limit int default 50, p_after uuid default null,
  p_tenant_id uuid default null) returns jsonb
language sql volatile set search_path = '' as $$ select private.support_usage_summary(p_days, p_limit, p_after, p_tenant_id) $$;
