-- Events lock the objects they tell of and then, where a listing is to look again, the row of the poll; an attempt that found another
-- version, and a replay, lock the row of the poll and then the objects. Each could wait for the other, and PostgreSQL ended one of them
-- after a second. Whoever records events holds the lock of recording (recording_lock) with its like, and listings by themselves; now
-- these two take it by themselves as well, first. So everybody's order is: the lock of recording, and of what is behind it none waits.

-- As before.
create or replace function public.settle_attempt(p_object_id uuid, p_lease_id uuid, p_disposition text, p_reason text, p_detail text,
  p_provider_code text, p_delay_seconds int, p_max_attempts int, p_owner text) returns text
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

-- As before.
create or replace function public.run_replay_batch(p_limit int, p_scan int, p_max_waiting int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  r public.s3_replays;
  v_input_prefix text;
  v_output_prefix text;
  v_legs jsonb;
  v_leg jsonb;
  v_row record;
  v_ids uuid[] := '{}';
  v_examined int := 0;
  v_asked int;
  v_got int;
  v_superseded int := 0;
  v_replayed int;
  v_is_full boolean := false;
begin
  update public.s3_replays d set status = 'cancelled', ended_at = now()
  from public.s3_integrations i where d.status = 'running' and i.id = d.integration_id and i.status = 'deleted';

  select d.* into r from public.s3_replays d join public.s3_integrations i on i.id = d.integration_id
  where d.status = 'running' and i.status = 'active'
    and (select count(*) from (select 1 from public.s3_processed_objects f
      where f.integration_id = d.integration_id and f.state = 'found' limit p_max_waiting) as f) < p_max_waiting
  order by d.last_batch_at nulls first, d.created_at limit 1 for update of d skip locked;
  if r.id is null then
    return null;
  end if;
  -- Before the objects, in the order of recording: a listing being recorded decides which versions are current.
  perform pg_advisory_xact_lock(private.recording_lock(r.integration_id));
  perform 1 from public.s3_poll_states where integration_id = r.integration_id for update;
  -- After it, in the order of an edit: what was edited meanwhile counts.
  select input_prefix, output_prefix into v_input_prefix, v_output_prefix from public.s3_integrations where id = r.integration_id;

  v_legs := case when r.object_id is not null or r.prefix is not null then '[[null, null]]'::jsonb else (
    select jsonb_agg(jsonb_build_array(s.state, q.reason) order by s.n, q.n)
    from unnest(r.states) with ordinality as s (state, n)
    cross join unnest(coalesce(r.reasons, array[null]::text[])) with ordinality as q (reason, n)) end;
  while r.leg <= jsonb_array_length(v_legs) and not v_is_full loop
    v_leg := v_legs -> (r.leg - 1);
    v_asked := least(p_limit, p_scan - v_examined);
    v_got := 0;
    for v_row in select * from private.replay_walk(r, v_leg ->> 0, v_leg ->> 1, v_asked) loop
      v_got := v_got + 1;
      r.cursor_object_id := v_row.id;
      if v_row.state = any (r.states) and (r.reasons is null or v_row.reason = any (r.reasons)) and v_row.state_changed_at <= r.as_of
        and v_row.found_at >= coalesce(r.found_from, '-infinity') and v_row.found_at < coalesce(r.found_to, 'infinity')
        and private.is_replayable(v_row.state, v_row.reason, v_row.key, v_input_prefix, v_output_prefix) then
        if v_row.is_current then
          v_ids := v_ids || v_row.id;
        else
          v_superseded := v_superseded + 1;
        end if;
      end if;
      v_is_full := cardinality(v_ids) >= least(p_limit, r.expected_objects - r.replayed_objects);
      exit when v_is_full;
    end loop;
    v_examined := v_examined + v_got;
    if not v_is_full and v_got < v_asked then
      r.leg := r.leg + 1;
      r.cursor_object_id := null;
    end if;
    v_is_full := v_is_full or v_examined >= p_scan;
  end loop;

  -- In the history of an object it is the user who took it up.
  perform private.act_as(r.requested_by);
  update public.s3_processed_objects o set state = 'found', reason = null, reason_detail = null, provider_code = null, attempts = 0,
    revision = o.revision + 1, job_id = gen_random_uuid(), staged_outputs = null, due_at = now(), state_changed_at = clock_timestamp()
  where o.id = any (v_ids);
  get diagnostics v_replayed = row_count;
  perform private.act_as(null);

  update public.s3_replays d set leg = r.leg, cursor_object_id = r.cursor_object_id, last_batch_at = clock_timestamp(),
    examined_objects = d.examined_objects + v_examined, replayed_objects = d.replayed_objects + v_replayed,
    superseded_objects = d.superseded_objects + v_superseded,
    status = case when r.leg > jsonb_array_length(v_legs) or d.replayed_objects + v_replayed >= d.expected_objects
      then 'completed' else 'running' end,
    ended_at = case when r.leg > jsonb_array_length(v_legs) or d.replayed_objects + v_replayed >= d.expected_objects then now() end
  where d.id = r.id returning d.* into r;
  if r.status = 'completed' then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-ingest', 'info', 'replay_completed', format('replayed %s of %s objects', r.replayed_objects, r.expected_objects),
      r.tenant_id, r.integration_id, jsonb_build_object('replayId', r.id, 'replayed', r.replayed_objects,
        'superseded', r.superseded_objects, 'examined', r.examined_objects));
  end if;
  return jsonb_build_object('replayId', r.id, 'integrationId', r.integration_id, 'tenantId', r.tenant_id, 'examined', v_examined,
    'replayed', v_replayed, 'superseded', v_superseded, 'isEnded', r.status <> 'running');
end $$;
