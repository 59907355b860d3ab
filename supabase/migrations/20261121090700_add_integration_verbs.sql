-- Verbs on integrations. What needs a sealed secret is for the engine alone and names its actor; what does not, a
-- member may call through PostgREST as well as through the API, with the same result.

-- An integration as the engine needs it, without secrets.
create function private.integration_config(i public.s3_integrations) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'id', i.id, 'tenantId', i.tenant_id, 'name', i.name, 'provider', i.provider, 'status', i.status,
    'bucket', i.bucket, 'region', i.region, 'endpoint', i.endpoint, 'addressingStyle', i.addressing_style,
    'roleArn', i.role_arn, 'externalId', i.external_id, 'inputPrefix', i.input_prefix, 'outputPrefix', i.output_prefix,
    'overwritePolicy', i.overwrite_policy, 'language', i.language)
$$;

-- Asked before the work of a write is begun; the write asks again in its own transaction.
create function public.require_tenant_admin(p_actor uuid, p_tenant_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.act_as(p_actor);
  perform private.require_role(p_tenant_id, 'admin');
end $$;
grant execute on function public.require_tenant_admin(uuid, uuid) to service_role;

-- Whether what is written under the output could be read from the input, in whichever direction they lie one inside the
-- other. A whole bucket as input leaves outputs out by name and by their provenance.
create function private.prefixes_overlap(p_input text, p_output text) returns boolean
language sql immutable set search_path = ''
as $$ select p_input <> '' and (starts_with(p_input, p_output) or starts_with(p_output, p_input)) $$;

create function public.create_s3_integration(p_actor uuid, p_integration jsonb, p_credentials jsonb) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid := (p_integration ->> 'id')::uuid;
  v_tenant_id uuid := (p_integration ->> 'tenantId')::uuid;
  v_constraint text;
  v_other text;
begin
  perform private.act_as(p_actor);
  perform private.require_role(v_tenant_id, 'admin');

  -- One at a time per tenant, so that two creations cannot each miss the other.
  perform 1 from public.tenants where id = v_tenant_id for no key update;
  select o.name into v_other from public.s3_integrations o
  where o.tenant_id = v_tenant_id and o.status <> 'deleted'
    and o.bucket = p_integration ->> 'bucket' and o.endpoint is not distinct from p_integration ->> 'endpoint'
    and (private.prefixes_overlap(o.input_prefix, p_integration ->> 'outputPrefix')
      or private.prefixes_overlap(p_integration ->> 'inputPrefix', o.output_prefix))
  limit 1;
  if v_other is not null then
    perform private.fail(422, 'prefixes_overlap', format('The prefixes cross those of the integration "%s" on the same bucket.', v_other));
  end if;
  -- Results are named by their place below the input folder: `a/x.pdf` of one and `b/x.pdf` of another would be one key.
  select o.name into v_other from public.s3_integrations o
  where o.tenant_id = v_tenant_id and o.status <> 'deleted'
    and o.bucket = p_integration ->> 'bucket' and o.endpoint is not distinct from p_integration ->> 'endpoint'
    and private.prefixes_overlap(o.output_prefix, p_integration ->> 'outputPrefix')
  limit 1;
  if v_other is not null then
    perform private.fail(422, 'prefixes_overlap',
      format('The integration "%s" writes its results into the same folder, where results could overwrite one another.', v_other));
  end if;

  insert into public.s3_integrations (id, tenant_id, name, provider, bucket, region, endpoint, addressing_style, role_arn,
    external_id, access_key_hint, input_prefix, output_prefix, overwrite_policy, language, created_by)
  values (v_id, v_tenant_id, p_integration ->> 'name', p_integration ->> 'provider', p_integration ->> 'bucket',
    p_integration ->> 'region', p_integration ->> 'endpoint', p_integration ->> 'addressingStyle', p_integration ->> 'roleArn',
    p_integration ->> 'externalId', p_integration ->> 'accessKeyHint', p_integration ->> 'inputPrefix',
    p_integration ->> 'outputPrefix', coalesce(p_integration ->> 'overwritePolicy', 'reprocess'), p_integration ->> 'language', p_actor);
  insert into public.s3_poll_states (integration_id, tenant_id) values (v_id, v_tenant_id);
  if p_credentials is not null then
    perform private.add_sealed_secret(v_tenant_id, 's3_integration', v_id, 'credentials', p_credentials);
  end if;
  return v_id;
exception
  when unique_violation then
    perform private.fail(409, 'integration_exists', 'Another integration of this tenant reads the same bucket and input prefix.');
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'prefixes_do_not_overlap' then
      perform private.fail(422, 'prefixes_overlap', 'One of the two prefixes lies inside the other.');
    end if;
    raise;
end $$;

-- For a connection test: the configuration with its sealed credentials. The actor must be an admin of the tenant.
create function public.get_s3_integration_with_secrets(p_actor uuid, p_integration_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'admin');
  return jsonb_build_object('integration', private.integration_config(v_row),
    'sealed', private.sealed_secrets_of('s3_integration', v_row.id));
end $$;

-- Takes up, as far as p_limit, what stood still when a connection test passed: what waits is due now, and what was given up
-- for a cause that can be mended outside is found again, under the job it was charged for. What stopped after the test is
-- left alone, or a batch could take up again what the batch before it had tried in vain. The caller holds the poll's row,
-- so one does it at a time. Returns how many rows it took up.
create function private.revive_objects(p_integration_id uuid, p_tested_at timestamptz, p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_waiting int;
  v_stopped int;
begin
  update public.s3_processed_objects o set due_at = now()
  from (
    select w.id from public.s3_processed_objects w
    where w.integration_id = p_integration_id and w.state in ('found', 'staged') and w.lease_id is null
      and w.due_at > now() and w.reason is not null and w.state_changed_at <= p_tested_at
    limit p_limit for update skip locked) as waiting
  where o.id = waiting.id;
  get diagnostics v_waiting = row_count;
  update public.s3_processed_objects o set state = 'found', attempts = 0, obstacle_owner = null, due_at = now(), staged_outputs = null,
    state_changed_at = now()
  from (
    select s.id from public.s3_processed_objects s
    where s.integration_id = p_integration_id and s.is_current and (s.state = 'dead' or (s.state = 'failed'
        and s.reason in ('object_archived', 'output_taken', 'unsupported_by_provider', 'object_too_large', 'quota_exceeded')))
      and s.state_changed_at <= p_tested_at
    limit p_limit - v_waiting for update skip locked) as stopped
  where o.id = stopped.id;
  get diagnostics v_stopped = row_count;
  if v_stopped > 0 then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-ingest', 'info', 'objects_revived', format('%s objects are tried again after a connection test', v_stopped),
      i.tenant_id, i.id, jsonb_build_object('objects', v_stopped)
    from public.s3_integrations i where i.id = p_integration_id;
  end if;
  return v_waiting + v_stopped;
end $$;

create function public.record_s3_connection_test(p_actor uuid, p_integration_id uuid, p_result jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.act_as(p_actor);
  update public.s3_integrations set last_test = p_result, last_tested_at = now()
  where id = p_integration_id and status <> 'deleted';
  if not found then
    return;
  end if;
  -- The entry support looks for first.
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  select 's3-integrations', case p_result ->> 'outcome' when 'passed' then 'info' else 'warn' end, 'testConnection',
    format('connection test %s', p_result ->> 'outcome'), i.tenant_id, i.id, p_result
  from public.s3_integrations i where i.id = p_integration_id;
  -- A connection that works again need not wait for the back-off of when it did not.
  if p_result ->> 'outcome' = 'passed' then
    update public.s3_poll_states set next_poll_at = least(next_poll_at, now()), consecutive_failures = 0,
      revive_requested_at = now()
    where integration_id = p_integration_id;
    -- A batch: there may be millions, and the sweep (revive_after_test) goes on with them.
    perform private.revive_objects(p_integration_id, now(), 5000);
  end if;
end $$;

-- Goes on, for at most p_limit rows, with what passed connection tests are to take up again; integrations share alike. A
-- request is over when there was nothing left to do for it. Returns how many rows were taken up.
create function public.revive_after_test(p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_share int;
  v_request record;
  v_rows int;
  v_total int := 0;
begin
  select greatest(1, p_limit / greatest(1, count(*)))::int into v_share
  from public.s3_poll_states where revive_requested_at is not null;
  for v_request in
    select s.integration_id, s.revive_requested_at, i.status
    from public.s3_poll_states s join public.s3_integrations i on i.id = s.integration_id
    where s.revive_requested_at is not null
    order by s.revive_requested_at limit p_limit for update of s skip locked
  loop
    v_rows := case when v_request.status = 'deleted' then 0
      else private.revive_objects(v_request.integration_id, v_request.revive_requested_at, v_share) end;
    if v_rows = 0 then
      update public.s3_poll_states set revive_requested_at = null where integration_id = v_request.integration_id;
    end if;
    v_total := v_total + v_rows;
  end loop;
  return v_total;
end $$;

grant execute on function public.create_s3_integration(uuid, jsonb, jsonb), public.get_s3_integration_with_secrets(uuid, uuid),
  public.record_s3_connection_test(uuid, uuid, jsonb), public.revive_after_test(int) to service_role;

-- p_changes holds only what changes: name, status (active, paused), language (null clears), overwritePolicy.
create function private.update_s3_integration(p_integration_id uuid, p_changes jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
begin
  -- `no key`: a poll that records objects holds its own lease and refers to this row; a plain `for update` here would
  -- wait for that lease while the poll waits for this row.
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  if p_changes - array['name', 'status', 'language', 'overwritePolicy'] <> '{}'::jsonb
    or coalesce(p_changes ->> 'status', 'active') not in ('active', 'paused') then
    perform private.fail(400, 'invalid_request', 'Only name, status (active, paused), language and overwritePolicy can change.');
  end if;
  update public.s3_integrations set
    name = coalesce(p_changes ->> 'name', name),
    status = coalesce(p_changes ->> 'status', status),
    language = case when p_changes ? 'language' then p_changes ->> 'language' else language end,
    overwrite_policy = coalesce(p_changes ->> 'overwritePolicy', overwrite_policy)
  where id = p_integration_id;
  -- At once, not when the lease of a poll that the pause ended runs out. The cycle goes on where it stood.
  if v_old.status = 'paused' and p_changes ->> 'status' = 'active' then
    update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null
    where integration_id = p_integration_id;
  end if;
  -- What the old policy decided is decided anew: a cycle begins in which nothing is vouched for. A poll under way has
  -- recorded by the old policy and must not save a digest for it, so it loses its lease; its row's lock comes first.
  if p_changes ->> 'overwritePolicy' <> v_old.overwrite_policy then
    update public.s3_poll_states set lease_id = null, lease_expires_at = null, cycle_started_at = null
    where integration_id = p_integration_id;
    update public.s3_listing_slices set digest = null where integration_id = p_integration_id;
  end if;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;

-- The row stays, hidden, so that history and costs keep their name; the secrets go at once. Objects still pending are
-- settled by the sweep (settle_deleted_integrations) because there may be millions.
create function private.delete_s3_integration(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  update public.s3_integrations set status = 'deleted' where id = p_integration_id;
  update public.s3_poll_states set lease_id = null, lease_expires_at = null where integration_id = p_integration_id;
  delete from public.s3_listing_slices where integration_id = p_integration_id;
  delete from private.sealed_secrets where record_type = 's3_integration' and record_id = p_integration_id;
end $$;
grant execute on function private.update_s3_integration(uuid, jsonb), private.delete_s3_integration(uuid) to authenticated;

create function public.update_s3_integration(p_integration_id uuid, p_changes jsonb) returns void
language sql set search_path = '' as $$ select private.update_s3_integration(p_integration_id, p_changes) $$;
create function public.delete_s3_integration(p_integration_id uuid) returns void
language sql set search_path = '' as $$ select private.delete_s3_integration(p_integration_id) $$;

-- The books of an integration: found = written_back + skipped + failed + dead + pending, by state and reason.
-- Runs as its caller, so row level security decides what is counted.
create function public.s3_integration_ledger(p_integration_id uuid)
returns table (state text, reason text, objects bigint, bytes bigint)
language sql stable set search_path = ''
as $$
  select o.state, case when o.state in ('skipped', 'failed', 'dead') then o.reason end, count(*), sum(o.size_bytes)::bigint
  from public.s3_processed_objects o where o.integration_id = p_integration_id
  group by 1, 2 order by 1, 2
$$;
grant execute on function public.update_s3_integration(uuid, jsonb), public.delete_s3_integration(uuid),
  public.s3_integration_ledger(uuid) to authenticated;
grant execute on function public.s3_integration_ledger(uuid) to service_role;
