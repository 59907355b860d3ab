-- What was processed and is lost before it is written back is made again, as often as it takes. Its attempts are counted anew each time, as
-- something came of it in between, so where a working bucket loses everything the document was read from the customer's bucket and
-- processed every ten seconds for ever. How often it was lost since something of it was written is counted now, and waited for: later each time.
-- It is of one job: what is asked for anew, or comes back, is met at once.
alter table public.s3_processed_objects add column lost_results int not null default 0;

-- As before (wait_longer_whatever_the_obstacle); says how often.
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
      attempts_in_all = case when d.decision <> 'write' then o.attempts_in_all when o.attempts = 0 then 1 else o.attempts_in_all + 1 end,
      outages = case when d.decision = 'write' and o.attempts = 0 then 0 else o.outages end,
      due_at = case d.decision when 'write' then now() + make_interval(secs => p_lease_seconds)
        when 'wait' then now() + interval '5 seconds' end,
      state_changed_at = case d.decision when 'superseded' then now() else o.state_changed_at end
    from decided d where d.id = o.id
    returning o.*, d.decision, d.policy, d.output_subfolder
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner,
      'attemptsInAll', t.attempts_in_all, 'outages', t.outages, 'lostResults', t.lost_results, 'ruleId', t.rule_id,
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

-- An obstacle is counted from one again when it is another's move than the last time, so an object whose obstacles take turns never used up
-- its attempts: it was met every ten minutes for ever, and no list of what was given up had it. So all attempts since anything came of it have
-- a limit too (p_max_attempts_in_all; null, as from an engine of before: none), far above what one obstacle alone may use up. What is dead says
-- how often it was tried in all.
drop function public.settle_attempt(uuid, uuid, text, text, text, text, int, int, text);
create function public.settle_attempt(p_object_id uuid, p_lease_id uuid, p_disposition text, p_reason text, p_detail text,
  p_provider_code text, p_delay_seconds int, p_max_attempts int, p_owner text, p_max_attempts_in_all int default null) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration_id uuid;
  v_row public.s3_processed_objects;
  v_from text;
  v_state text;
  v_attempts int;
begin
  -- Before the object, in the order of recording: a listing that saves its slices now must see this, or wait for it.
  if p_reason in ('object_not_found', 'object_changed') then
    select o.integration_id into v_integration_id from public.s3_processed_objects o where o.id = p_object_id;
    perform pg_advisory_xact_lock(private.recording_lock(v_integration_id));
    perform 1 from public.s3_poll_states s where s.integration_id = v_integration_id for share;
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
    when v_attempts >= p_max_attempts or v_row.attempts_in_all >= p_max_attempts_in_all then 'dead'
    when v_from = 'staged' then 'staged'
    else 'found' end;
  if v_state = 'dead' then
    v_attempts := greatest(v_attempts, v_row.attempts_in_all);
  end if;
  update public.s3_processed_objects o set
    state = v_state, reason = left(p_reason, 100), reason_detail = left(p_detail, 1000), provider_code = left(p_provider_code, 100),
    attempts = case when v_from = 'staged' and p_reason = 'output_missing' then 0 else v_attempts end,
    obstacle_owner = p_owner,
    lost_results = o.lost_results + case when v_from = 'staged' and p_reason = 'output_missing' then 1 else 0 end,
    outages = o.outages + case p_owner when 'platform_outage' then 1 else 0 end,
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

grant execute on function public.settle_attempt(uuid, uuid, text, text, text, text, int, int, text, int) to service_role;

-- As before (know_where_results_lie); what is written is not lost.
create or replace function public.complete_writeback(p_object_id uuid, p_lease_id uuid, p_outputs jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_processed_objects o set state = 'written_back', outputs = p_outputs, staged_outputs = null,
    outputs_location = (select i.location_key from public.s3_integrations i where i.id = o.integration_id), lease_id = null,
    due_at = null, reason = null, reason_detail = null, provider_code = null, state_changed_at = now(), written_back_at = now(), lost_results = 0
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'staged';
  return found;
end $$;

create function private.forget_lost_results() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.lost_results := 0;
  return new;
end $$;
create trigger forget_lost_results before update of job_id on public.s3_processed_objects
  for each row when (old.lost_results > 0 and new.job_id <> old.job_id) execute function private.forget_lost_results();
