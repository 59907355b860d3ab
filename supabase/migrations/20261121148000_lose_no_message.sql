-- As in break_circuits_that_hang, but waits for rows that somebody holds: their messages are used up by this call, so that what is
-- neither begun nor put off would stay where it is until its visibility is over.
create or replace function private.hold_back(p_object_ids uuid[], p_state text) returns uuid[]
language plpgsql security definer set search_path = ''
as $$
declare
  v_held uuid[];
begin
  select coalesce(array_agg(w.id order by w.place), '{}') into v_held
  from (
    select o.id, c.is_open, array_position(p_object_ids, o.id) as place,
      row_number() over (partition by o.integration_id order by array_position(p_object_ids, o.id)) as turn,
      exists (
        select 1 from public.s3_processed_objects f
        where f.integration_id = o.integration_id and f.state = case p_state when 'queued' then 'processing' else 'staged' end
          -- One that was killed, or takes long for other reasons, does not keep the next waiting until its lease runs out.
          and f.lease_id is not null and f.leased_at > now() - interval '3 minutes') as is_tried
    from public.s3_processed_objects o
    join (
      select s.integration_id, bool_or(s.open_until > now()) as is_open from public.s3_circuits s
      where s.open_until is not null and (p_state = 'queued' or s.side = 'write') group by s.integration_id) as c using (integration_id)
    where o.id = any (p_object_ids) and o.state = p_state and o.lease_id is null) as w
  where w.is_open or w.is_tried or w.turn > 1;
  if cardinality(v_held) > 0 then
    update public.s3_processed_objects o set
      state = case o.state when 'queued' then 'found' else o.state end,
      state_changed_at = case o.state when 'queued' then now() else o.state_changed_at end,
      due_at = now() + interval '30 seconds' + array_position(v_held, o.id) * interval '1 microsecond'
    where o.id in (
      select w.id from public.s3_processed_objects w
      where w.id = any (v_held) and w.state = p_state and w.lease_id is null order by w.id for update);
  end if;
  return v_held;
end $$;

-- As in break_circuits_that_hang, but for a message that is lost: the one document with which a bucket is tried keeps the next waiting for
-- three minutes, not until its visibility is over.
create or replace function public.claim_due_objects(p_limit int, p_per_integration int, p_in_flight_per_tenant int, p_visibility_seconds int, p_max_attempts int)
returns table (object_id uuid, target text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query
  with circuits as materialized (
    select c.integration_id, bool_or(c.open_until > now()) as is_open, bool_or(c.side = 'write') as is_write_tried,
      bool_or(c.side = 'write' and c.open_until > now()) as is_write_open
    from public.s3_circuits c where c.open_until is not null group by c.integration_id
  ), integrations as materialized (
    select i.id, i.tenant_id, c.integration_id is not null as is_tried, coalesce(c.is_open, false) as is_open,
      coalesce(c.is_write_tried, false) as is_write_tried, coalesce(c.is_write_open, false) as is_write_open,
      -- Counted once an integration, not once a candidate.
      (select count(*) from (
        select 1 from public.s3_processed_objects f
        where f.integration_id = i.id and f.state in ('queued', 'processing')
        limit p_in_flight_per_tenant) as f) as in_flight
    from public.s3_integrations i left join circuits c on c.integration_id = i.id where i.status = 'active'
  ), room as (
    -- What an integration holds in flight that is paused takes no room from the tenant's others.
    select i.tenant_id, greatest(0, p_in_flight_per_tenant - sum(i.in_flight)) as free from integrations i group by i.tenant_id
  ), fresh as (
    select o.id, i.tenant_id, row_number() over (partition by i.tenant_id order by i.in_flight + o.place, o.due_at, o.id) as turn
    from integrations i
    cross join lateral (
      select f.id, f.due_at, row_number() over (order by f.due_at, f.key) as place from (
        select s.id, s.due_at, s.key from public.s3_processed_objects s
        where s.integration_id = i.id and s.state = 'found' and s.due_at <= now() order by s.due_at limit p_per_integration) as f) as o
    where not i.is_tried or (not i.is_open and o.place = 1 and not exists (
      select 1 from public.s3_processed_objects f
      where f.integration_id = i.id and ((f.state = 'queued' and f.state_changed_at > now() - interval '3 minutes')
          or (f.state = 'processing' and f.leased_at > now() - interval '3 minutes'))))
  ), overdue as (
    select o.id, row_number() over (partition by i.tenant_id order by o.place, o.due_at, o.id) as turn
    from integrations i
    cross join lateral (
      select f.id, f.due_at, f.state, row_number() over (partition by f.state = 'staged' order by f.due_at, f.key) as place from (
        select s.id, s.due_at, s.key, s.state from public.s3_processed_objects s
        where s.integration_id = i.id and s.state in ('queued', 'processing', 'staged') and s.due_at <= now()
          and case s.state when 'staged' then not i.is_write_open else not i.is_open end
        order by s.due_at limit p_per_integration) as f) as o
    where o.place = 1 or case o.state when 'staged' then not i.is_write_tried else not i.is_tried end
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

-- As in break_circuits_that_hang, but a message that comes while its integration is paused puts its object back: it is due, and goes out with
-- the first sweep after the integration is active again.
create or replace function public.begin_processing(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
  v_held uuid[] := private.hold_back(p_object_ids, 'queued');
begin
  with taken as (
    update public.s3_processed_objects o set state = 'processing', attempts = o.attempts + 1, lease_id = gen_random_uuid(),
      leased_at = now(), due_at = now() + make_interval(secs => p_lease_seconds), state_changed_at = now(),
      (rule_id, quality_tier) = (select f.id, coalesce(f.quality_tier, 'standard') from private.folder_rule_for(o.integration_id, o.key) as f)
    where o.id in (
      select q.id from public.s3_processed_objects q join public.s3_integrations i on i.id = q.integration_id
      where q.id = any (p_object_ids) and q.id <> all (v_held) and q.state = 'queued' and i.status = 'active'
      order by q.id for update of q)
    returning o.*
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner,
      'ruleId', t.rule_id, 'overwritePolicy', coalesce(r.overwrite_policy, i.overwrite_policy), 'outputSubfolder', r.output_subfolder,
      'language', coalesce(r.language, i.language), 'qualityTier', t.quality_tier)),
    array_agg(distinct t.integration_id)
  into v_objects, v_integrations
  from taken t
  join public.s3_integrations i on i.id = t.integration_id
  left join public.s3_integration_folder_rules r on r.id = t.rule_id;
  -- Of what was named and is as it was, the integration is not active.
  update public.s3_processed_objects o set state = 'found', state_changed_at = now(), due_at = now()
  where o.id = any (p_object_ids) and o.id <> all (v_held) and o.state = 'queued' and o.lease_id is null;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

-- The same of results.
create or replace function public.begin_writeback(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
  v_mine uuid[];
  v_decided uuid[];
  v_held uuid[] := private.hold_back(p_object_ids, 'staged');
begin
  -- One writer per key: of each key the current version if it is asked for, and none that another call is deciding on. Tried, never
  -- waited for, and in a statement of its own, so that the next one sees what the call before us wrote.
  select array_agg(t.id) into v_mine
  from (
    select distinct on (q.integration_id, q.key) q.id, q.integration_id, q.key
    from public.s3_processed_objects q
    where q.id = any (p_object_ids) and q.id <> all (v_held) and q.state = 'staged' and q.lease_id is null
    order by q.integration_id, q.key, q.is_current desc, q.found_at, q.id) as t
  where pg_try_advisory_xact_lock(hashtextextended(t.integration_id::text || '/' || t.key, 0));

  with candidates as (
    select q.id, q.integration_id, q.key, q.is_current, coalesce(r.overwrite_policy, i.overwrite_policy) as policy, r.output_subfolder
    from public.s3_processed_objects q
    join public.s3_integrations i on i.id = q.integration_id
    left join public.s3_integration_folder_rules r on r.id = q.rule_id
    where q.id = any (p_object_ids) and q.id <> all (v_held) and q.state = 'staged' and q.lease_id is null and i.status = 'active'
    order by q.id for update of q
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
      leased_at = case d.decision when 'write' then now() else o.leased_at end,
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
      'overwritePolicy', t.policy, 'outputSubfolder', t.output_subfolder, 'qualityTier', t.quality_tier, 'stagedOutputs', t.staged_outputs))
      filter (where t.decision = 'write'),
    array_agg(distinct t.integration_id) filter (where t.decision = 'write'), coalesce(array_agg(t.id), '{}')
  into v_objects, v_integrations, v_decided
  from changed t;
  -- Of what was named and is as it was, the integration is not active.
  update public.s3_processed_objects o set due_at = now()
  where o.id = any (p_object_ids) and o.id <> all (v_held) and o.id <> all (v_decided) and o.state = 'staged' and o.lease_id is null;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;
