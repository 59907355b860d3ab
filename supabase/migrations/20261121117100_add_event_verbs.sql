-- Recording what events tell. Events come late, twice, out of order and at the same time as a listing; whatever the order, the ledger
-- ends as the bucket is, and no version is processed twice.

-- A listing records while no event does and the other way round: each judges by what is current. Locks of this kind are fair, so a
-- stream of events does not keep a listing waiting. Whoever defines record_s3_objects anew keeps this lock.
create function private.recording_lock(p_integration_id uuid) returns bigint
language sql immutable set search_path = ''
as $$ select hashtextextended(p_integration_id::text, 117) $$;

alter function public.record_s3_objects(uuid, uuid, int, timestamptz, text[], text[], bigint[], timestamptz[], text[]) set schema private;
revoke execute on function private.record_s3_objects(uuid, uuid, int, timestamptz, text[], text[], bigint[], timestamptz[], text[])
  from service_role;
create function public.record_s3_objects(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int, p_observed_at timestamptz,
  p_keys text[], p_etags text[], p_sizes bigint[], p_modified timestamptz[], p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform pg_advisory_xact_lock(private.recording_lock(p_integration_id));
  return private.record_s3_objects(p_integration_id, p_lease_id, p_lease_seconds, p_observed_at, p_keys, p_etags, p_sizes, p_modified,
    p_skip_reasons);
end $$;
grant execute on function
  public.record_s3_objects(uuid, uuid, int, timestamptz, text[], text[], bigint[], timestamptz[], text[]) to service_role;

create type private.told_object as (key text, etag text, size_bytes bigint, at timestamptz, sequencer text, version_id text,
  skip_reason text);

-- What is to be done about an object that an event tells of:
--   record      a version that nobody has seen, the latest of its key as far as we know
--   outdated    one that nobody has seen, but a later one is known
--   ignored     a later one, where the overwrite policy keeps the first
--   revive      the current version, which was given up as gone or changed and is told of again since
--   compare     an earlier version came back: only a listing can tell what holds now
--   known       nothing
create function private.judge_told_objects(p_integration public.s3_integrations, p_told private.told_object[])
returns table (told private.told_object, action text, current_id uuid)
language sql stable security definer set search_path = ''
as $$
  select t, case
    when k.id is not null and k.is_current then case when c.is_gone and t.at > c.state_changed_at then 'revive' else 'known' end
    when k.id is not null then case when c.id is null or c.is_earlier then 'compare' else 'known' end
    when c.id is null then 'record'
    when not c.is_earlier then 'outdated'
    when not c.is_gone
      and coalesce((private.folder_rule_for(p_integration.id, t.key)).overwrite_policy, p_integration.overwrite_policy) = 'ignore'
      then 'ignored'
    else 'record' end, c.id
  from unnest(p_told) as t
  left join public.s3_processed_objects k
    on k.integration_id = p_integration.id and k.key = t.key and k.etag = t.etag and k.size_bytes = t.size_bytes
  left join lateral (
    select o.id, o.state_changed_at,
      o.state = 'skipped' and o.reason in ('object_not_found', 'object_changed') as is_gone,
      case when t.sequencer is not null and o.source_sequencer is not null
        then rpad(t.sequencer, 64, '0') collate "C" > rpad(o.source_sequencer, 64, '0')
        else o.source_modified_at is null or t.at >= o.source_modified_at end as is_earlier
    from public.s3_processed_objects o
    where o.integration_id = p_integration.id and o.key = t.key and o.is_current) as c on true
$$;

-- Events for what a listing has found before they came: they were not missed after all.
create function private.note_late_events(p_integration public.s3_integrations, p_told private.told_object[]) returns void
language sql security definer set search_path = ''
as $$
  with late as (
    update public.s3_processed_objects o set event_at = now()
    from (
      select l.id from public.s3_processed_objects l join unnest(p_told) as t on l.key = t.key and l.etag = t.etag and l.size_bytes = t.size_bytes
      where l.integration_id = p_integration.id and l.found_by = 'poll' and l.event_at is null
      order by l.key for no key update of l) as mine
    where o.id = mine.id
    returning o.found_at, o.source_modified_at, case when o.state = 'skipped' and o.history is not null then 'found' else o.state end as state
  )
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  select p_integration.id, (l.found_at at time zone 'utc')::date, 'event_missed', '', -count(*)
  from late l join public.s3_event_states e on e.integration_id = p_integration.id
  where private.is_event_missed(p_integration.detection_mode, e.event_mode_since, 'poll', l.state, l.source_modified_at)
    and l.found_at >= e.event_mode_since
  group by 2
$$;

-- Makes the versions that nobody has seen rows of the ledger; returns how many became rows. One that loses a race against another
-- event of its key does not, and is to be judged again. p_current_ids are the versions they were judged against: one that has become
-- current since then is not for this judgement to put aside.
create function private.record_told_objects(p_integration public.s3_integrations, p_told private.told_object[], p_actions text[],
  p_current_ids uuid[]) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_superseded text[];
  v_recorded int;
begin
  -- The version that was current is so no longer. If nobody is working on it, it never needs to be worked on.
  with latest as (
    select o.id from public.s3_processed_objects o join unnest(p_actions, p_current_ids) as t (action, current_id) on t.current_id = o.id
    where o.is_current and t.action = 'record'
    order by o.key for update of o
  ), superseded as (
    update public.s3_processed_objects o set
      is_current = false,
      state = case when o.state in ('found', 'queued') then 'skipped' else o.state end,
      reason = case when o.state in ('found', 'queued') then 'superseded' else o.reason end,
      due_at = case when o.state in ('found', 'queued') then null else o.due_at end,
      state_changed_at = case when o.state in ('found', 'queued') then now() else o.state_changed_at end
    from latest where o.id = latest.id and o.is_current
    returning o.key
  )
  select array_agg(key) into v_superseded from superseded;

  with written as (
    insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, source_modified_at, source_sequencer,
      version_id, is_current, found_by, event_at, state, reason, due_at)
    select p_integration.tenant_id, p_integration.id, t.key, t.etag, t.size_bytes, t.at, t.sequencer, t.version_id, t.action = 'record',
      'event', now(),
      case when t.action = 'record' and t.skip_reason is null then 'found' else 'skipped' end,
      case t.action when 'outdated' then 'superseded' when 'ignored' then 'overwrite_ignored' else t.skip_reason end,
      case when t.action = 'record' and t.skip_reason is null then now() end
    from unnest(p_told, p_actions) as t (key, etag, size_bytes, at, sequencer, version_id, skip_reason, action)
    -- One order of locking for everybody.
    order by t.key
    on conflict do nothing
    returning id, key, state, reason, size_bytes
  ), logged as (
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-ingest', case when w.reason in ('oversize', 'object_name_unusable') then 'warn' else 'info' end, 'object_skipped',
      format('skipped %s: %s', w.key, w.reason), p_integration.tenant_id, p_integration.id,
      jsonb_build_object('objectId', w.id, 'key', w.key, 'reason', w.reason, 'sizeBytes', w.size_bytes)
    from written w where w.state = 'skipped'
  )
  select count(*) into v_recorded from written;

  -- Should the event have been wrong about which version is the latest, the next listing must not take its slice for compared. The
  -- row of the poll first: the order of whoever saves slices.
  if v_superseded is not null then
    perform 1 from public.s3_poll_states where integration_id = p_integration.id for no key update;
    update public.s3_listing_slices l set digest = null
    from (
      select distinct (
        select s.start_after from public.s3_listing_slices s
        where s.integration_id = p_integration.id and s.start_after < o.key order by s.start_after desc limit 1) as start_after
      from unnest(v_superseded) as o (key)) as touched
    where l.integration_id = p_integration.id and l.start_after = touched.start_after and l.digest is not null;
  end if;
  return v_recorded;
end $$;

-- Records one delivery, whole or not at all: {outcome, recorded}. At most one object of a key.
--   recorded    what it tells is in the ledger
--   replayed    a delivery of this id was recorded before
--   stale       it was judged by another revision of the integration, or its secret is valid no longer; nothing was written
-- p_refused {reason: events} counts what was refused of it. p_needs_sweep asks for a listing at once. Engine only.
create function public.record_s3_events(p_integration_id uuid, p_delivery_id text, p_secret_version int, p_revision int, p_refused jsonb,
  p_needs_sweep boolean, p_keys text[], p_etags text[], p_sizes bigint[], p_times timestamptz[], p_sequencers text[], p_version_ids text[],
  p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration public.s3_integrations;
  v_told private.told_object[];
  v_new private.told_object[];
  v_actions text[];
  v_current_ids uuid[];
  v_revived text[];
  v_needs_sweep boolean := p_needs_sweep;
  v_is_again boolean;
  v_round int := 0;
  v_rows int;
  v_recorded int := 0;
begin
  perform pg_advisory_xact_lock_shared(private.recording_lock(p_integration_id));
  select * into v_integration from public.s3_integrations
  where id = p_integration_id and status = 'active' and detection_mode = 'event' and revision = p_revision;
  if v_integration.id is null or not exists (
    select 1 from public.s3_secret_versions v
    where v.integration_id = p_integration_id and v.field = 'event_secret' and v.version = p_secret_version
      and (v.state = 'current' or (v.state = 'previous' and v.valid_until > now()))) then
    return jsonb_build_object('outcome', 'stale', 'recorded', 0);
  end if;
  perform public.record_event_secret_seen(p_integration_id, p_secret_version);
  insert into private.s3_event_deliveries (integration_id, delivery_id) values (p_integration_id, p_delivery_id) on conflict do nothing;
  if not found then
    perform private.note_refused_events(v_integration.tenant_id, p_integration_id, 'replayed', 1, null, null);
    return jsonb_build_object('outcome', 'replayed', 'recorded', 0);
  end if;
  perform private.note_refused_events(v_integration.tenant_id, p_integration_id, r.key, r.value::int, null, null)
  from jsonb_each_text(p_refused) as r;
  -- An empty delivery only tries the way, and says nothing of how events fare.
  update public.s3_event_states set last_received_at = now()
  where integration_id = p_integration_id and cardinality(p_keys) > 0 and (last_received_at is null or last_received_at < now() - interval '10 seconds');

  select array_agg(t::private.told_object) into v_told
  from unnest(p_keys, p_etags, p_sizes, p_times, p_sequencers, p_version_ids, p_skip_reasons) as t;
  perform private.note_late_events(v_integration, v_told);
  loop
    v_round := v_round + 1;
    select array_agg(j.told) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg(j.action) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg(j.current_id) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg((j.told).key) filter (where j.action = 'revive'),
      coalesce(bool_or(j.action = 'compare'), false)
    into v_new, v_actions, v_current_ids, v_revived, v_is_again
    from private.judge_told_objects(v_integration, v_told) as j;
    v_needs_sweep := v_needs_sweep or v_is_again;
    if v_revived is not null then
      update public.s3_processed_objects o set
        current_since = now(), source_modified_at = t.at, source_sequencer = t.sequencer, event_at = now(),
        state = case when t.skip_reason is null then 'found' else 'skipped' end, reason = t.skip_reason, reason_detail = null,
        provider_code = null, due_at = case when t.skip_reason is null then now() end, attempts = 0, revision = o.revision + 1,
        job_id = gen_random_uuid(), lease_id = null, staged_outputs = null, state_changed_at = now()
      from unnest(v_told) as t
      where o.integration_id = p_integration_id and o.key = t.key and o.etag = t.etag and o.size_bytes = t.size_bytes
        and t.key = any (v_revived) and o.is_current and o.state = 'skipped' and o.reason in ('object_not_found', 'object_changed');
      get diagnostics v_rows = row_count;
      v_recorded := v_recorded + v_rows;
    end if;
    exit when v_new is null;
    v_rows := private.record_told_objects(v_integration, v_new, v_actions, v_current_ids);
    v_recorded := v_recorded + v_rows;
    exit when v_rows = cardinality(v_new);
    if v_round >= 10 then
      perform private.fail(503, 'unavailable');
    end if;
  end loop;
  if v_needs_sweep then
    update public.s3_poll_states set next_poll_at = now() where integration_id = p_integration_id and next_poll_at > now();
  end if;
  return jsonb_build_object('outcome', 'recorded', 'recorded', v_recorded);
end $$;
grant execute on function public.record_s3_events(uuid, text, int, int, jsonb, boolean, text[], text[], bigint[], timestamptz[], text[],
  text[], text[]) to service_role;
