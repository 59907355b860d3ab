-- What an edit left behind stays behind: objects outside of the input folder are taken up by no test and no replay (their results would
-- be named by their place in another folder, and could overwrite another document's), and work that was being taken in another bucket
-- while the edit was made never reaches the new one.

-- As before; nor what lies outside of the input folder, which an edit may have changed.
create function private.is_replayable(p_state text, p_reason text, p_key text, p_input_prefix text, p_output_prefix text) returns boolean
language sql immutable set search_path = ''
as $$
  select starts_with(p_key, p_input_prefix) and not starts_with(p_key, p_output_prefix)
    and not (p_state = 'skipped' and p_reason in ('own_output', 'folder_marker', 'object_name_unusable', 'upstream_invalid', 'not_pdf',
      'empty_object', 'oversize'))
$$;

-- As before.
create or replace function private.count_s3_replay(p_integration_id uuid, p_as_of timestamptz, p_object_id uuid, p_prefix text,
  p_found_from timestamptz, p_found_to timestamptz, p_states text[], p_reasons text[]) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_result jsonb;
  v_bytes_per_page float8;
begin
  select jsonb_build_object(
      'objects', count(*) filter (where c.can and c.is_current), 'bytes', coalesce(sum(c.size_bytes) filter (where c.can and c.is_current), 0),
      'superseded', count(*) filter (where c.can and not c.is_current), 'leftAlone', count(*) filter (where not c.can),
      'isTooMany', count(*) > 1000000,
      'knownObjects', count(c.pages) filter (where c.can and c.is_current),
      'knownPages', coalesce(sum(c.pages) filter (where c.can and c.is_current), 0),
      'unknownObjects', count(*) filter (where c.can and c.is_current and c.pages is null),
      'unknownBytes', coalesce(sum(c.size_bytes) filter (where c.can and c.is_current and c.pages is null), 0)),
    sum(c.size_bytes) filter (where c.pages > 0)::float8 / sum(c.pages) filter (where c.pages > 0)
  into v_result, v_bytes_per_page
  from (
    select o.size_bytes, o.is_current, o.pages, private.is_replayable(o.state, o.reason, o.key, i.input_prefix, i.output_prefix) as can
    from public.s3_processed_objects o join public.s3_integrations i on i.id = o.integration_id
    where o.integration_id = p_integration_id and o.state = any (p_states) and o.state_changed_at <= p_as_of
      and (p_object_id is null or o.id = p_object_id)
      and (p_prefix is null or (o.key >= p_prefix and o.key < private.prefix_end(p_prefix)))
      and (p_found_from is null or o.found_at >= p_found_from) and (p_found_to is null or o.found_at < p_found_to)
      and (p_reasons is null or o.reason = any (p_reasons))
    limit 1000001) as c;
  -- Nothing among these to learn from: from what the integration had processed last, else a scanned page's usual size.
  if v_bytes_per_page is null then
    select sum(l.size_bytes)::float8 / nullif(sum(l.pages), 0) into v_bytes_per_page
    from (
      select o.size_bytes, o.pages from public.s3_processed_objects o
      where o.integration_id = p_integration_id and o.state = 'written_back' order by o.found_at desc, o.id desc limit 1000) as l;
  end if;
  return v_result || jsonb_build_object('bytesPerPage', round(greatest(coalesce(v_bytes_per_page, 50000), 1)));
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
drop function private.is_replayable(text, text, text, text);

-- As before, inside of the input folder.
create or replace function private.revive_objects(p_integration_id uuid, p_tested_at timestamptz, p_limit int) returns int
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
    select s.id from public.s3_processed_objects s join public.s3_integrations i on i.id = s.integration_id
    where s.integration_id = p_integration_id and s.is_current and starts_with(s.key, i.input_prefix) and (s.state = 'dead' or (s.state = 'failed'
        and s.reason in ('object_archived', 'output_taken', 'unsupported_by_provider', 'object_too_large', 'quota_exceeded')))
      and s.state_changed_at <= p_tested_at
    limit p_limit - v_waiting for update of s skip locked) as stopped
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

-- As before; that it was moved is remembered until it is started.
create or replace function private.settle_outside_prefix(p_integration_id uuid, p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_prefix text;
  v_rows int;
begin
  -- Before the objects, in the order of the sweep and of recording.
  select * into v_state from public.s3_poll_states
  where integration_id = p_integration_id and settle_requested_at is not null for no key update;
  if v_state.integration_id is null then
    return 0;
  end if;
  select input_prefix into v_prefix from public.s3_integrations where id = p_integration_id;
  update public.s3_processed_objects o set
    state = case when left_over.is_again then 'found' else 'skipped' end,
    reason = case when left_over.is_again then null when left_over.is_outside then 'outside_prefix' else 'superseded' end,
    reason_detail = null, provider_code = null, obstacle_owner = null,
    due_at = case when left_over.is_again then now() end,
    attempts = case when left_over.is_again then 0 else o.attempts end,
    revision = o.revision + left_over.is_again::int,
    job_id = case when left_over.is_again then gen_random_uuid() else o.job_id end,
    lease_id = null, staged_outputs = null, state_changed_at = now()
  from (
    select p.id, not starts_with(p.key, v_prefix) as is_outside, starts_with(p.key, v_prefix) and p.is_current as is_again
    from public.s3_processed_objects p
    where p.integration_id = p_integration_id and p.state in ('found', 'queued', 'processing', 'staged')
      and (not starts_with(p.key, v_prefix) or (v_state.is_moved and p.state in ('processing', 'staged')))
    order by p.id limit p_limit for update of p) as left_over
  where o.id = left_over.id;
  get diagnostics v_rows = row_count;
  if v_rows < p_limit then
    update public.s3_poll_states set settle_requested_at = null where integration_id = p_integration_id;
  end if;
  return v_rows;
end $$;

-- As before; what began to be worked on in another bucket while the edit was made is settled too: the edit could not see it.
create or replace function private.start_s3_integration(p_integration_id uuid, p_start jsonb, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_start jsonb := coalesce(p_start, '{}');
  v_start_from timestamptz;
  v_reason text;
  v_unmet record;
  v_override jsonb;
  v_claims uuid[] := '{}';
  v_is_proven boolean := false;
begin
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  perform private.require_revision(v_old.revision, p_revision);
  if jsonb_typeof(v_start) <> 'object' or v_start - array['startFrom', 'override'] <> '{}'
    or jsonb_typeof(coalesce(v_start -> 'startFrom', '""')) <> 'string'
    or (v_start ? 'override' and (jsonb_typeof(v_start -> 'override') <> 'object' or (v_start -> 'override') - 'reason' <> '{}'
      or jsonb_typeof(v_start #> '{override,reason}') is distinct from 'string')) then
    perform private.fail(400, 'invalid_request', 'A start has only startFrom (text) and override, which has only a reason (text).');
  end if;
  v_reason := btrim(v_start #>> '{override,reason}');
  if char_length(v_reason) not between 1 and 500 or v_reason ~ '[[:cntrl:]]' then
    perform private.fail(400, 'invalid_request', 'A reason has between 1 and 500 characters, and no control characters.');
  end if;
  v_start_from := case when v_start ? 'startFrom' then private.start_instant(v_start ->> 'startFrom') else v_old.start_from end;

  if v_old.status <> 'active' then
    if v_old.provider <> 'aws_role' and not private.sealed_secrets_of('s3_integration', v_old.id) ? 'credentials' then
      perform private.fail(422, 'credentials_missing');
    end if;
    -- Of two starts on one place at once, the second sees what the first has done.
    perform pg_advisory_xact_lock(hashtextextended('s3_location ' || v_old.location_key, 0));
    -- Work that was being taken while the edit was made is seen only now.
    update public.s3_poll_states set settle_requested_at = coalesce(settle_requested_at, now())
    where integration_id = p_integration_id and is_moved;
    perform private.settle_outside_prefix(p_integration_id, 20000);
    if exists (select 1 from public.s3_poll_states where integration_id = p_integration_id and settle_requested_at is not null) then
      perform private.fail(409, 'still_settling');
    end if;
    v_unmet := private.unmet_checks(v_old);
    if v_unmet.code is null then
      v_claims := private.claims_elsewhere(v_old);
      if cardinality(v_claims) > 0 then
        v_unmet.code := 'bucket_claimed_elsewhere';
        v_unmet.checks := array['bucket_claimed_elsewhere'];
      end if;
      v_is_proven := true;
    end if;
    if v_unmet.code is not null then
      if v_reason is null then
        perform private.fail(409, v_unmet.code, case v_unmet.code
          when 'connection_test_failed' then format('These checks failed: %s.', array_to_string(v_unmet.checks, ', ')) end);
      end if;
      v_override := jsonb_build_object('reason', v_reason, 'checks', v_unmet.checks, 'by', private.current_actor(), 'at', now());
    end if;
    update public.s3_integrations set status = 'active', start_from = v_start_from, started_at = now(), activation_override = v_override,
      claim_proven_at = case when v_is_proven then now() end
    where id = p_integration_id;
    update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null, is_moved = false
    where integration_id = p_integration_id;
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', case when v_override is null then 'info' else 'warn' end, 'integration_started',
      case when v_override is null then 'started after a connection test that passed'
        else format('started although these checks did not pass: %s', array_to_string(v_unmet.checks, ', ')) end,
      v_old.tenant_id, v_old.id, jsonb_build_object('startFrom', v_start_from, 'override', v_override));
    perform private.tell_of_claims(v_old, v_claims);
  elsif v_start_from is distinct from v_old.start_from then
    update public.s3_integrations set start_from = v_start_from where id = p_integration_id;
  end if;
  if v_start_from is distinct from v_old.start_from then
    perform private.list_anew(p_integration_id);
  end if;
end $$;
