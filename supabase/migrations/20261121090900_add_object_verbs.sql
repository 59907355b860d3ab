-- Verbs of processing and writing back. Engine only. Each is one transaction; work in flight is fenced by lease_id, so a
-- message delivered twice, late, or to a worker thought dead takes effect once.

-- The sweep, and the only way from found to queued: claims rows that are due, taking turns between tenants, and says
-- which queue each belongs to. A row whose message is lost becomes due again after p_visibility_seconds. What a worker
-- took and never settled counts as a crash; after p_max_attempts it is dead. At most 1,000 rows, all PostgREST answers with.
create function public.claim_due_objects(p_limit int, p_per_integration int, p_in_flight_per_tenant int, p_visibility_seconds int, p_max_attempts int)
returns table (object_id uuid, target text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query
  with integrations as materialized (
    select i.id, i.tenant_id from public.s3_integrations i where i.status = 'active'
  ), room as materialized (
    -- Counted once a tenant, not once a candidate. What a paused integration holds in flight takes no room from the tenant's others.
    select i.tenant_id, greatest(0, p_in_flight_per_tenant - sum((
      select count(*) from (
        select 1 from public.s3_processed_objects f
        where f.integration_id = i.id and f.state in ('queued', 'processing') limit p_in_flight_per_tenant) as f))) as free
    from integrations i group by i.tenant_id
  ), fresh as (
    select o.id, i.tenant_id, o.due_at, row_number() over (partition by i.tenant_id order by o.due_at, o.id) as turn
    from integrations i
    cross join lateral (
      select f.id, f.due_at from public.s3_processed_objects f
      where f.integration_id = i.id and f.state = 'found' and f.due_at <= now() order by f.due_at limit p_per_integration) as o
  ), overdue as (
    select o.id, i.tenant_id, o.due_at, row_number() over (partition by i.tenant_id order by o.due_at, o.id) as turn
    from integrations i
    cross join lateral (
      select f.id, f.due_at from public.s3_processed_objects f
      where f.integration_id = i.id and f.state in ('queued', 'processing', 'staged') and f.due_at <= now()
      order by f.due_at limit p_per_integration) as o
  ), candidates as (
    select f.id, f.turn from fresh f join room r using (tenant_id) where f.turn <= r.free
    union all
    select v.id, v.turn from overdue v
  ), picked as (
    select o.id from public.s3_processed_objects o join candidates c using (id)
    where o.due_at <= now()
    order by c.turn limit least(p_limit, 1000) for update of o skip locked
  ), claimed as (
    update public.s3_processed_objects o set
      state = case
        when o.state in ('processing', 'staged') and o.lease_id is not null and o.attempts >= p_max_attempts then 'dead'
        when o.state = 'staged' then 'staged'
        else 'queued' end,
      reason = case when o.state in ('processing', 'staged') and o.lease_id is not null and o.attempts >= p_max_attempts
        then 'retries_exhausted' else o.reason end,
      state_changed_at = case when o.state in ('queued', 'staged') and (o.lease_id is null or o.attempts < p_max_attempts)
        then o.state_changed_at else now() end,
      lease_id = null,
      due_at = case when o.state in ('processing', 'staged') and o.lease_id is not null and o.attempts >= p_max_attempts
        then null else now() + make_interval(secs => p_visibility_seconds) end
    from picked p where o.id = p.id
    returning o.*
  ), logged as (
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select case when d.staged_outputs is null then 's3-ingest' else 's3-integration-writeback' end, 'error', 'object_dead',
      format('dead %s: retries_exhausted', d.key), d.tenant_id, d.integration_id,
      jsonb_build_object('objectId', d.id, 'key', d.key, 'state', d.state, 'reason', d.reason, 'attempts', d.attempts)
    from claimed d where d.state = 'dead'
  )
  select d.id, case d.state when 'queued' then 'process' when 'staged' then 'writeback' else 'dead' end from claimed d;
end $$;

-- Configuration and sealed credentials of the integrations named, by id.
create function private.integrations_with_secrets(p_ids uuid[]) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(i.id, jsonb_build_object('integration', private.integration_config(i),
    'sealed', private.sealed_secrets_of('s3_integration', i.id))), '{}'::jsonb)
  from public.s3_integrations i where i.id = any (p_ids)
$$;

-- Takes queued objects into processing. Objects that are not queued any more (done, superseded, taken by another
-- delivery, paused) are left out. Returns {objects: [...], integrations: {id: {integration, sealed}}}.
create function public.begin_processing(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
begin
  with taken as (
    update public.s3_processed_objects o set state = 'processing', attempts = o.attempts + 1, lease_id = gen_random_uuid(),
      due_at = now() + make_interval(secs => p_lease_seconds), state_changed_at = now(),
      rule_id = (private.folder_rule_for(o.integration_id, o.key)).id
    where o.id in (
      select q.id from public.s3_processed_objects q join public.s3_integrations i on i.id = q.integration_id
      where q.id = any (p_object_ids) and q.state = 'queued' and i.status = 'active' order by q.id for update of q skip locked)
    returning o.*
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner,
      'ruleId', t.rule_id, 'overwritePolicy', coalesce(r.overwrite_policy, i.overwrite_policy), 'outputSubfolder', r.output_subfolder,
      'language', coalesce(r.language, i.language))),
    array_agg(distinct t.integration_id)
  into v_objects, v_integrations
  from taken t
  join public.s3_integrations i on i.id = t.integration_id
  left join public.s3_integration_folder_rules r on r.id = t.rule_id;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

-- processing → staged, and the charge. Returns false when the lease was lost: the result of another run counts.
create function public.complete_processing(p_object_id uuid, p_lease_id uuid, p_outputs jsonb, p_pages int, p_report jsonb,
  p_amount_micros bigint, p_visibility_seconds int) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_processed_objects;
begin
  update public.s3_processed_objects o set state = 'staged', staged_outputs = p_outputs, pages = p_pages, report = p_report,
    lease_id = null, attempts = 0, obstacle_owner = null, reason = null, reason_detail = null, provider_code = null,
    due_at = now() + make_interval(secs => p_visibility_seconds), state_changed_at = now(), staged_at = now()
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'processing'
  returning * into v_row;
  if v_row.id is null then
    return false;
  end if;
  insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros)
  values (v_row.tenant_id, v_row.integration_id, v_row.job_id, 'processing', p_pages, p_amount_micros)
  on conflict (job_id, kind) do nothing;
  return true;
end $$;

-- Takes staged objects into writing. A version that is no longer current is settled as superseded (unless versions are
-- kept apart); one whose key another version is being written to, or taken for writing at this moment, waits for it.
create function public.begin_writeback(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
  v_mine uuid[];
begin
  -- One writer per key: of each key the current version if it is asked for, and none that another call is deciding on. Tried, never
  -- waited for, and in a statement of its own, so that the next one sees what the call before us wrote.
  select array_agg(t.id) into v_mine
  from (
    select distinct on (q.integration_id, q.key) q.id, q.integration_id, q.key
    from public.s3_processed_objects q
    where q.id = any (p_object_ids) and q.state = 'staged' and q.lease_id is null
    order by q.integration_id, q.key, q.is_current desc, q.found_at, q.id) as t
  where pg_try_advisory_xact_lock(hashtextextended(t.integration_id::text || '/' || t.key, 0));

  with candidates as (
    select q.id, q.integration_id, q.key, q.is_current, coalesce(r.overwrite_policy, i.overwrite_policy) as policy, r.output_subfolder
    from public.s3_processed_objects q
    join public.s3_integrations i on i.id = q.integration_id
    left join public.s3_integration_folder_rules r on r.id = q.rule_id
    where q.id = any (p_object_ids) and q.state = 'staged' and q.lease_id is null and i.status = 'active'
    order by q.id for update of q skip locked
  ), decided as (
    select c.*, case
      when not c.is_current and c.policy <> 'keep_versions' then 'superseded'
      when c.id <> all (coalesce(v_mine, '{}')) then 'wait'
      when exists (select 1 from public.s3_processed_objects w where w.integration_id = c.integration_id and w.key = c.key
        and w.id <> c.id and w.state = 'staged' and w.lease_id is not null and w.due_at > now()) then 'wait'
      else 'write' end as decision
    from candidates c
  ), changed as (
    update public.s3_processed_objects o set
      state = case d.decision when 'superseded' then 'skipped' else 'staged' end,
      reason = case d.decision when 'superseded' then 'superseded' else o.reason end,
      lease_id = case d.decision when 'write' then gen_random_uuid() end,
      staged_outputs = case d.decision when 'superseded' then null else o.staged_outputs end,
      attempts = o.attempts + case d.decision when 'write' then 1 else 0 end,
      due_at = case d.decision when 'write' then now() + make_interval(secs => p_lease_seconds)
        when 'wait' then now() + interval '5 seconds' end,
      state_changed_at = case d.decision when 'superseded' then now() else o.state_changed_at end
    from decided d where d.id = o.id
    returning o.*, d.decision, d.policy, d.output_subfolder
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner, 'ruleId', t.rule_id,
      'overwritePolicy', t.policy, 'outputSubfolder', t.output_subfolder, 'stagedOutputs', t.staged_outputs))
      filter (where t.decision = 'write'),
    array_agg(distinct t.integration_id) filter (where t.decision = 'write')
  into v_objects, v_integrations
  from changed t;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

-- staged → written_back. Returns false when the lease was lost.
create function public.complete_writeback(p_object_id uuid, p_lease_id uuid, p_outputs jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_processed_objects o set state = 'written_back', outputs = p_outputs, staged_outputs = null, lease_id = null,
    due_at = null, reason = null, reason_detail = null, provider_code = null, state_changed_at = now(), written_back_at = now()
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'staged';
  return found;
end $$;

-- Ends an attempt that did not succeed. p_disposition: 'retry' (later each time, dead after p_max_attempts), 'skipped' or
-- 'failed' for good. p_owner says whose move it is: what another than the last time must mend is counted from one again, so
-- that the attempts one obstacle used up are not held against the next. What was staged and is lost (output_missing) goes
-- back to found as if new, however often it was tried: there is nothing left to write, and nothing wrong with the object.
-- Returns the state the object is in now, null when the lease was lost.
create function public.settle_attempt(p_object_id uuid, p_lease_id uuid, p_disposition text, p_reason text, p_detail text,
  p_provider_code text, p_delay_seconds int, p_max_attempts int, p_owner text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_processed_objects;
  v_from text;
  v_state text;
  v_attempts int;
begin
  -- Before the object, in the order of recording: a listing that saves its slices now must see this, or wait for it.
  if p_reason in ('object_not_found', 'object_changed') then
    perform 1 from public.s3_poll_states s join public.s3_processed_objects o on o.integration_id = s.integration_id
    where o.id = p_object_id for share of s;
  end if;
  select * into v_row from public.s3_processed_objects
  where id = p_object_id and lease_id = p_lease_id and state in ('processing', 'staged') for update;
  if v_row.id is null then
    return null;
  end if;
  v_from := v_row.state;
  v_attempts := case when v_row.obstacle_owner = p_owner then v_row.attempts else 1 end;
  v_state := case
    when p_disposition in ('skipped', 'failed') then p_disposition
    when v_from = 'staged' and p_reason = 'output_missing' then 'found'
    when v_attempts >= p_max_attempts then 'dead'
    when v_from = 'staged' then 'staged'
    else 'found' end;
  update public.s3_processed_objects o set
    state = v_state, reason = left(p_reason, 100), reason_detail = left(p_detail, 1000), provider_code = left(p_provider_code, 100),
    attempts = case when v_from = 'staged' and p_reason = 'output_missing' then 0 else v_attempts end, obstacle_owner = p_owner,
    -- Not now(): that was before the wait for the listing.
    lease_id = null, state_changed_at = clock_timestamp(),
    due_at = case when v_state in ('found', 'staged') then now() + make_interval(secs => p_delay_seconds) end,
    staged_outputs = case when v_state = 'staged' then o.staged_outputs end
  where o.id = p_object_id;
  if p_reason in ('object_not_found', 'object_changed') then
    -- What the listing showed is no longer so: compare its slice again even if it looks the same.
    update public.s3_listing_slices set digest = null
    where integration_id = v_row.integration_id and start_after = (
      select max(start_after) from public.s3_listing_slices where integration_id = v_row.integration_id and start_after < v_row.key);
  end if;
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values (case v_from when 'staged' then 's3-integration-writeback' else 's3-ingest' end,
    case when v_state = 'skipped' then 'info' when v_state in ('failed', 'dead') then 'error' else 'warn' end,
    case when v_state = 'skipped' then 'object_skipped' when v_from = 'staged' then 'writeback_failed' else 'processing_failed' end,
    format('%s %s: %s', case when v_state in ('found', 'staged') then 'will retry' else v_state end, v_row.key, p_reason),
    v_row.tenant_id, v_row.integration_id,
    jsonb_build_object('objectId', v_row.id, 'key', v_row.key, 'state', v_state, 'reason', p_reason, 'detail', left(p_detail, 1000),
      'providerCode', left(p_provider_code, 100), 'attempts', v_attempts));
  return v_state;
end $$;

-- Settles, a batch at a time, what was pending when its integration was deleted. Returns how many rows it settled.
create function public.settle_deleted_integrations(p_limit int) returns int
language sql security definer set search_path = ''
as $$
  with pending as (
    -- Apart, as the partial indexes are: what a deleted integration has settled long ago is not looked at.
    select o.id from public.s3_integrations i
    cross join lateral (
      (select f.id from public.s3_processed_objects f where f.integration_id = i.id and f.state = 'found' limit p_limit)
      union all
      (select f.id from public.s3_processed_objects f
       where f.integration_id = i.id and f.state in ('queued', 'processing', 'staged') limit p_limit)) as o
    where i.status = 'deleted' limit p_limit
  ), gone as (
    select o.id from public.s3_processed_objects o join pending p using (id)
    where o.due_at is not null for update of o skip locked
  ), settled as (
    update public.s3_processed_objects o set state = 'skipped', reason = 'integration_deleted', due_at = null, lease_id = null,
      staged_outputs = null, state_changed_at = now()
    from gone where o.id = gone.id returning 1)
  select count(*)::int from settled
$$;

grant execute on function public.claim_due_objects(int, int, int, int, int), public.begin_processing(uuid[], int),
  public.complete_processing(uuid, uuid, jsonb, int, jsonb, bigint, int), public.begin_writeback(uuid[], int),
  public.complete_writeback(uuid, uuid, jsonb), public.settle_attempt(uuid, uuid, text, text, text, text, int, int, text),
  public.settle_deleted_integrations(int) to service_role;
