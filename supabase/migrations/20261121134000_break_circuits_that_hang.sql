-- Documents of a bucket that does not answer take consumers' time, up to 30 s each, and a backlog of them takes everybody's. After so
-- many attempts in a row that ran out of time, none of its documents is taken up for a while, twice as long each time; then one, to see.
-- One that ends in any other way ends it, and so does a connection test that passes. What is in the queues already is put back unseen.

create table private.s3_circuits (
  integration_id uuid primary key references public.s3_integrations (id) on delete cascade,
  -- Attempts that ran out of time since the last that did not.
  timeouts int not null default 1,
  trips int not null default 0,
  open_until timestamptz not null default '-infinity'
);
comment on table private.s3_circuits is 'Only integrations whose last attempts ran out of time.';
alter table private.s3_circuits enable row level security;

-- An attempt has ended. What ended in any other way than for want of time shows that the bucket answers.
create function private.mind_circuit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.reason is distinct from 'upstream_timeout' then
    delete from private.s3_circuits where integration_id = new.integration_id;
    return null;
  end if;
  insert into private.s3_circuits as c (integration_id) values (new.integration_id)
  on conflict (integration_id) do update set
    timeouts = c.timeouts + 1,
    -- What was under way when it opened says nothing new.
    trips = case when c.timeouts + 1 >= 10 and c.open_until <= now() then c.trips + 1 else c.trips end,
    open_until = case when c.timeouts + 1 >= 10 and c.open_until <= now()
      then now() + make_interval(secs => least(30 * 2.0 ^ least(c.trips, 10), 1800)) else c.open_until end;
  return null;
end $$;
-- Whoever lost its lease has not said how it ended: the sweep takes the lease then, and leaves the rest.
create trigger mind_circuit after update of state on public.s3_processed_objects
  for each row when (old.lease_id is not null and new.lease_id is null and new.state not in ('queued', 'dead')
    and new.state_changed_at <> old.state_changed_at)
  execute function private.mind_circuit();

create function private.close_circuit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from private.s3_circuits where integration_id = new.integration_id;
  return null;
end $$;
create trigger close_circuit_of_tested after update of revive_requested_at on public.s3_poll_states
  for each row when (new.revive_requested_at is not null) execute function private.close_circuit();

-- Puts what is in the queues back where its circuit is open: it is due when that closes.
create function private.put_back(p_object_ids uuid[]) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_processed_objects o set
    state = case o.state when 'queued' then 'found' else o.state end, due_at = q.open_until, state_changed_at = now()
  from (
    select w.id, c.open_until from public.s3_processed_objects w join private.s3_circuits c using (integration_id)
    where w.id = any (p_object_ids) and c.open_until > now() and (w.state = 'queued' or (w.state = 'staged' and w.lease_id is null))
    order by w.id for update of w skip locked) as q
  where o.id = q.id
$$;

-- As in add_object_verbs, but for circuits that are open, or were.
create or replace function public.claim_due_objects(p_limit int, p_per_integration int, p_in_flight_per_tenant int, p_visibility_seconds int, p_max_attempts int)
returns table (object_id uuid, target text)
language plpgsql security definer set search_path = ''
as $$
begin
  return query
  with integrations as materialized (
    -- Where the circuit was open, one at a time until one ends otherwise.
    select i.id, i.tenant_id, c.trips > 0 as is_tried from public.s3_integrations i
    left join private.s3_circuits c on c.integration_id = i.id
    where i.status = 'active' and (c.open_until is null or c.open_until <= now())
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
      where f.integration_id = i.id and f.state = 'found' and f.due_at <= now() order by f.due_at
      limit case when i.is_tried then 1 else p_per_integration end) as o
    where i.is_tried is not true or not exists (
      select 1 from public.s3_processed_objects f where f.integration_id = i.id and f.state in ('queued', 'processing'))
  ), overdue as (
    select o.id, i.tenant_id, o.due_at, row_number() over (partition by i.tenant_id order by o.due_at, o.id) as turn
    from integrations i
    cross join lateral (
      select f.id, f.due_at from public.s3_processed_objects f
      where f.integration_id = i.id and f.state in ('queued', 'processing', 'staged') and f.due_at <= now()
      order by f.due_at limit case when i.is_tried then 1 else p_per_integration end) as o
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

-- As in add_tiers_and_held_up, but for what is put back.
create or replace function public.begin_processing(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
begin
  perform private.put_back(p_object_ids);
  with taken as (
    update public.s3_processed_objects o set state = 'processing', attempts = o.attempts + 1, lease_id = gen_random_uuid(),
      due_at = now() + make_interval(secs => p_lease_seconds), state_changed_at = now(),
      (rule_id, quality_tier) = (select f.id, coalesce(f.quality_tier, 'standard') from private.folder_rule_for(o.integration_id, o.key) as f)
    where o.id in (
      select q.id from public.s3_processed_objects q join public.s3_integrations i on i.id = q.integration_id
      where q.id = any (p_object_ids) and q.state = 'queued' and i.status = 'active' order by q.id for update of q skip locked)
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
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

create or replace function public.begin_writeback(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
  v_mine uuid[];
begin
  perform private.put_back(p_object_ids);
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
      and not exists (select 1 from private.s3_circuits c where c.integration_id = i.id and c.open_until > now())
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
      'overwritePolicy', t.policy, 'outputSubfolder', t.output_subfolder, 'qualityTier', t.quality_tier, 'stagedOutputs', t.staged_outputs))
      filter (where t.decision = 'write'),
    array_agg(distinct t.integration_id) filter (where t.decision = 'write')
  into v_objects, v_integrations
  from changed t;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;
