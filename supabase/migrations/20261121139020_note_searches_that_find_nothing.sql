-- As before, and a tenant that is named is told so even where nothing is shown of it.
create or replace function private.support_list_integrations(p_filter jsonb, p_after uuid, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_page jsonb;
  v_tenant_id uuid;
  v_search text := lower(p_filter ->> 'search');
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
      and (v_search is null or v_search in (i.id::text, i.tenant_id::text) or strpos(lower(i.name), v_search) > 0
        or exists (select 1 from public.tenants n where n.id = i.tenant_id and strpos(lower(n.name), v_search) > 0))
      and (p_filter ->> 'bucket' is null or i.bucket = p_filter ->> 'bucket')
      and i.status = coalesce(p_filter ->> 'status', i.status) and (i.status <> 'deleted' or p_filter ->> 'status' = 'deleted')
      and (p_filter ->> 'isFailing' is null or (p_filter ->> 'isFailing')::boolean = (
        exists (select 1 from public.s3_poll_states f where f.integration_id = i.id and f.consecutive_failures > 0)
        or exists (select 1 from public.s3_processed_objects o where o.integration_id = i.id and o.reason is not null
          and o.state in ('found', 'staged'))))
    order by i.id limit least(greatest(p_limit, 1), 500)) as i
  join public.tenants t on t.id = i.tenant_id
  left join public.s3_poll_states p on p.integration_id = i.id;
  -- Whom the question names, too, whatever it found.
  for v_tenant_id in select (e ->> 'tenantId')::uuid from jsonb_array_elements(v_page) as e
    union select t.id from public.tenants t where t.id::text in (lower(p_filter ->> 'tenantId'), v_search) loop
    perform private.note_support(v_tenant_id, 'read', 's3_integrations', 'list', p_filter);
  end loop;
  return v_page;
end $$;
