-- Recording deliveries, one or many of an integration: what only a listing can settle is counted and remembered, and everybody locks in
-- one order: who sends, the ids of the deliveries, the objects by their keys, the row of the poll. Deliveries that are sent again come to
-- several Workers in any order.

create type private.told_delivery as (delivery_id text, secret_version int, revision int, refused jsonb, left_keys text[],
  told private.told_object[]);

drop function private.record_told_objects(public.s3_integrations, private.told_object[], text[], uuid[]);
drop function public.record_s3_events(uuid, text, int, int, jsonb, boolean, text[], text[], bigint[], timestamptz[], text[], text[], text[]);

-- As before (add_event_verbs), without the slices: recorded, how many became rows, and superseded, the keys that had another version.
create function private.record_told_objects(p_integration public.s3_integrations, p_told private.told_object[], p_actions text[],
  p_current_ids uuid[], out recorded int, out superseded text[])
language plpgsql security definer set search_path = ''
as $$
begin
  -- The version that was current is so no longer. If nobody is working on it, it never needs to be worked on.
  with latest as (
    select o.id from public.s3_processed_objects o join unnest(p_actions, p_current_ids) as t (action, current_id) on t.current_id = o.id
    where o.is_current and t.action = 'record'
    order by o.key for update of o
  ), put_aside as (
    update public.s3_processed_objects o set
      is_current = false,
      state = case when o.state in ('found', 'queued') then 'skipped' else o.state end,
      reason = case when o.state in ('found', 'queued') then 'superseded' else o.reason end,
      due_at = case when o.state in ('found', 'queued') then null else o.due_at end,
      state_changed_at = case when o.state in ('found', 'queued') then now() else o.state_changed_at end
    from latest where o.id = latest.id and o.is_current
    returning o.key
  )
  select array_agg(key) into superseded from put_aside;

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
  select count(*) into recorded from written;
end $$;

-- What one delivery tells, into the ledger: recorded, how many objects; superseded, the keys that had another version; deferred, what only
-- a listing can settle.
create function private.record_told(p_integration public.s3_integrations, p_told private.told_object[],
  out recorded int, out superseded text[], out deferred private.told_object[])
language plpgsql security definer set search_path = ''
as $$
declare
  v_new private.told_object[];
  v_actions text[];
  v_current_ids uuid[];
  v_revived text[];
  v_put_aside text[];
  v_round int := 0;
  v_rows int;
begin
  recorded := 0;
  perform private.note_late_events(p_integration, p_told);
  loop
    v_round := v_round + 1;
    select array_agg(j.told) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg(j.action) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg(j.current_id) filter (where j.action in ('record', 'outdated', 'ignored')),
      array_agg((j.told).key) filter (where j.action = 'revive'),
      array_agg(j.told) filter (where j.action = 'compare')
    into v_new, v_actions, v_current_ids, v_revived, deferred
    from private.judge_told_objects(p_integration, p_told) as j;
    if v_revived is not null then
      update public.s3_processed_objects o set
        current_since = now(), source_modified_at = t.at, source_sequencer = t.sequencer, event_at = now(),
        state = case when t.skip_reason is null then 'found' else 'skipped' end, reason = t.skip_reason, reason_detail = null,
        provider_code = null, due_at = case when t.skip_reason is null then now() end, attempts = 0, revision = o.revision + 1,
        job_id = gen_random_uuid(), lease_id = null, staged_outputs = null, state_changed_at = now()
      from unnest(p_told) as t
      where o.integration_id = p_integration.id and o.key = t.key and o.etag = t.etag and o.size_bytes = t.size_bytes
        and t.key = any (v_revived) and o.is_current and o.state = 'skipped' and o.reason in ('object_not_found', 'object_changed');
      get diagnostics v_rows = row_count;
      recorded := recorded + v_rows;
    end if;
    exit when v_new is null;
    select r.recorded, r.superseded into v_rows, v_put_aside
    from private.record_told_objects(p_integration, v_new, v_actions, v_current_ids) as r;
    recorded := recorded + v_rows;
    superseded := superseded || v_put_aside;
    exit when v_rows = cardinality(v_new);
    if v_round >= 10 then
      perform private.fail(503, 'unavailable');
    end if;
  end loop;
end $$;

-- What deliveries leave to a listing, and what the next listing must not take for compared. The row of the poll first: the order of
-- whoever saves slices or ends a listing.
create function private.leave_to_listing(p_integration_id uuid, p_superseded text[], p_keys text[], p_etags text[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if p_superseded is null and p_keys is null then
    return;
  end if;
  perform 1 from public.s3_poll_states where integration_id = p_integration_id for no key update;
  -- Should an event have been wrong about which version is the latest, the next listing shows it.
  update public.s3_listing_slices l set digest = null
  from (
    select distinct (
      select s.start_after from public.s3_listing_slices s
      where s.integration_id = p_integration_id and s.start_after < o.key order by s.start_after desc limit 1) as start_after
    from unnest(p_superseded) as o (key)) as touched
  where l.integration_id = p_integration_id and l.start_after = touched.start_after and l.digest is not null;
  if p_keys is not null then
    insert into private.s3_deferred_events (integration_id, key, etag)
    select distinct p_integration_id, d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag) order by d.key, d.etag
    on conflict (integration_id, key, etag) do update set told_at = excluded.told_at;
    perform private.request_listing(p_integration_id);
  end if;
end $$;

-- Each whole or not at all, and all of them or none: an array of what record_s3_events gives for each.
create function private.record_s3_deliveries(p_integration_id uuid, p_deliveries private.told_delivery[]) returns jsonb[]
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration public.s3_integrations;
  v_versions int[];
  v_new_ids text[];
  v_one record;
  v_told record;
  v_superseded text[];
  v_keys text[];
  v_etags text[];
  v_results jsonb[] := array_fill(null::jsonb, array[cardinality(p_deliveries)]);
begin
  perform pg_advisory_xact_lock_shared(private.recording_lock(p_integration_id));
  select * into v_integration from public.s3_integrations
  where id = p_integration_id and status = 'active' and detection_mode = 'event';
  select array_agg(v.version order by v.version) into v_versions from public.s3_secret_versions v
  where v.integration_id = p_integration_id and v.field = 'event_secret'
    and (v.state = 'current' or (v.state = 'previous' and v.valid_until > now()))
    and v.version in (select d.secret_version from unnest(p_deliveries) as d where d.revision = v_integration.revision);
  perform public.record_event_secret_seen(p_integration_id, v.version) from unnest(v_versions) as v (version);
  with written as (
    insert into private.s3_event_deliveries (integration_id, delivery_id)
    select distinct p_integration_id, d.delivery_id from unnest(p_deliveries) as d
    where d.revision = v_integration.revision and d.secret_version = any (v_versions)
    order by d.delivery_id
    on conflict do nothing
    returning delivery_id)
  select array_agg(delivery_id) into v_new_ids from written;
  -- An empty delivery only tries the way, and says nothing of how events fare.
  update public.s3_event_states set last_received_at = now()
  where integration_id = p_integration_id and (last_received_at is null or last_received_at < now() - interval '10 seconds')
    and exists (
      select 1 from unnest(p_deliveries) as d
      where d.delivery_id = any (v_new_ids) and cardinality(d.told) + cardinality(d.left_keys) > 0);

  for v_one in
    select v.*, v.is_valid and v.delivery_id = any (v_new_ids)
      and row_number() over (partition by v.delivery_id, v.is_valid order by v.place) = 1 as is_new
    from (
      select d.*, coalesce(d.revision = v_integration.revision and d.secret_version = any (v_versions), false) as is_valid
      from unnest(p_deliveries) with ordinality as d (delivery_id, secret_version, revision, refused, left_keys, told, place)) as v
    order by (v.told[1]).key collate "C", v.place
  loop
    if not v_one.is_valid then
      v_results[v_one.place] := '{"outcome": "stale", "recorded": 0, "deferred": 0}';
      continue;
    elsif v_one.is_new is not true then
      perform private.note_refused_events(v_integration.tenant_id, p_integration_id, 'replayed', 1, null, null);
      v_results[v_one.place] := '{"outcome": "replayed", "recorded": 0, "deferred": 0}';
      continue;
    end if;
    perform private.note_refused_events(v_integration.tenant_id, p_integration_id, r.key, r.value::int, null, null)
    from jsonb_each_text(v_one.refused) as r;
    select * into v_told from private.record_told(v_integration, v_one.told);
    v_superseded := v_superseded || v_told.superseded;
    select v_keys || array_agg(t.key), v_etags || array_agg(t.etag) into v_keys, v_etags
    from (
      select d.key, d.etag from unnest(v_told.deferred) as d
      union all select l, '' from unnest(v_one.left_keys) as l) as t;
    v_results[v_one.place] := jsonb_build_object('outcome', 'recorded', 'recorded', v_told.recorded,
      'deferred', coalesce(cardinality(v_told.deferred), 0));
  end loop;
  perform private.leave_to_listing(p_integration_id, v_superseded, v_keys, v_etags);
  return v_results;
end $$;

-- Records one delivery, whole or not at all: {outcome, recorded, deferred}. At most one object of a key.
--   recorded    what it tells is in the ledger; deferred, how many of its objects are left to a listing, which is asked for
--   replayed    a delivery of this id was recorded before
--   stale       it was judged by another revision of the integration, or its secret is valid no longer; nothing was written
-- p_refused {reason: events} counts what was refused of it. p_left_keys are left to a listing too: nobody could say their versions.
-- Engine only.
create function public.record_s3_events(p_integration_id uuid, p_delivery_id text, p_secret_version int, p_revision int, p_refused jsonb,
  p_left_keys text[], p_keys text[], p_etags text[], p_sizes bigint[], p_times timestamptz[], p_sequencers text[], p_version_ids text[],
  p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_told private.told_object[] := array(
    select t::private.told_object from unnest(p_keys, p_etags, p_sizes, p_times, p_sequencers, p_version_ids, p_skip_reasons) as t);
begin
  return (private.record_s3_deliveries(p_integration_id, array[
    row(p_delivery_id, p_secret_version, p_revision, p_refused, p_left_keys, v_told)::private.told_delivery]))[1];
end $$;

-- As before (record_deliveries_together): several deliveries to one integration in one transaction, an array of what record_s3_events gives
-- for each. For a stream of deliveries that hold one event each, as EventBridge sends them: what each costs by itself is paid once.
-- p_deliveries is an array of {deliveryId, secretVersion, revision, refused, leftKeys, keys, etags, sizes, times, sequencers, versionIds,
-- skipReasons}. Engine only.
create or replace function public.record_s3_event_deliveries(p_integration_id uuid, p_deliveries jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_deliveries private.told_delivery[];
begin
  select array_agg(row(d.value ->> 'deliveryId', (d.value ->> 'secretVersion')::int, (d.value ->> 'revision')::int, d.value -> 'refused',
    array(select jsonb_array_elements_text(d.value -> 'leftKeys')),
    array(
      select t::private.told_object
      from rows from (
        jsonb_array_elements_text(d.value -> 'keys'), jsonb_array_elements_text(d.value -> 'etags'),
        jsonb_array_elements_text(d.value -> 'sizes'), jsonb_array_elements_text(d.value -> 'times'),
        jsonb_array_elements_text(d.value -> 'sequencers'), jsonb_array_elements_text(d.value -> 'versionIds'),
        jsonb_array_elements_text(d.value -> 'skipReasons')) as t))::private.told_delivery order by d.ordinality)
  into v_deliveries from jsonb_array_elements(p_deliveries) with ordinality as d;
  return to_jsonb(private.record_s3_deliveries(p_integration_id, v_deliveries));
end $$;
grant execute on function
  public.record_s3_events(uuid, text, int, int, jsonb, text[], text[], text[], bigint[], timestamptz[], text[], text[], text[]) to service_role;
