-- What an event told of and only a listing can settle is remembered until then: its event came, so it was not missed.

create table private.s3_deferred_events (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  key text not null collate "C",
  -- Empty: the event did not say, and the bucket could not be asked.
  etag text not null collate "C",
  told_at timestamptz not null default now(),
  primary key (integration_id, key, etag)
);
create index s3_deferred_events_told_idx on private.s3_deferred_events (told_at);
alter table private.s3_deferred_events enable row level security;

drop function private.note_late_events(public.s3_integrations, private.told_object[]);

-- As before (plan_recording_once); p_told_at says when each was told, null: now.
create function private.note_late_events(p_integration public.s3_integrations, p_told private.told_object[],
  p_told_at timestamptz[] default null) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  with late as (
    update public.s3_processed_objects o set event_at = coalesce(mine.told_at, now())
    from (
      select l.id, t.told_at
      from public.s3_processed_objects l
      join unnest(p_told, p_told_at) as t (key, etag, size_bytes, at, sequencer, version_id, skip_reason, told_at)
        on l.key = t.key and l.etag = t.etag and l.size_bytes = t.size_bytes
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
  group by 2;
end $$;

-- The events of what a listing has found by now, of p_keys or of all, came late: later than they could be settled.
create function private.settle_deferred_events(p_integration_id uuid, p_keys text[] default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_told private.told_object[];
  v_told_at timestamptz[];
begin
  select array_agg(row(o.key, o.etag, o.size_bytes, null, null, null, null)::private.told_object), array_agg(d.told_at)
  into v_told, v_told_at
  from private.s3_deferred_events d
  join public.s3_processed_objects o on o.integration_id = d.integration_id and o.key = d.key and o.found_by = 'poll' and o.event_at is null
    -- Of what was written after the event came, it cannot have told. Clocks differ by no more than providers bear.
    and case when d.etag = '' then o.is_current and o.source_modified_at <= d.told_at + interval '15 minutes' else o.etag = d.etag end
  where d.integration_id = p_integration_id and (p_keys is null or d.key = any (p_keys));
  if v_told is not null then
    perform private.note_late_events(i, v_told, v_told_at) from public.s3_integrations i where i.id = p_integration_id;
  end if;
end $$;

-- As before (add_event_verbs).
create or replace function public.record_s3_objects(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int, p_observed_at timestamptz,
  p_keys text[], p_etags text[], p_sizes bigint[], p_modified timestamptz[], p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_result jsonb;
begin
  perform pg_advisory_xact_lock(private.recording_lock(p_integration_id));
  v_result := private.record_s3_objects(p_integration_id, p_lease_id, p_lease_seconds, p_observed_at, p_keys, p_etags, p_sizes, p_modified,
    p_skip_reasons);
  perform private.settle_deferred_events(p_integration_id, p_keys);
  return v_result;
end $$;

-- As before (list_in_event_mode); what was asked for since it began is listed at once (keep_requests_for_listings), and a whole listing
-- has settled what was told before it began.
create or replace function public.complete_poll(p_integration_id uuid, p_lease_id uuid, p_upserts jsonb, p_removed text[],
  p_is_finished boolean, p_is_unordered boolean, p_listed_objects bigint, p_list_calls int, p_interval_seconds int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_seconds int := p_interval_seconds;
begin
  if p_is_finished and exists (select 1 from private.s3_deferred_events where integration_id = p_integration_id) then
    -- Before the row of the poll: the order of whoever records.
    perform pg_advisory_xact_lock(private.recording_lock(p_integration_id));
    perform private.settle_deferred_events(p_integration_id);
  end if;
  v_state := private.hold_poll_lease(p_integration_id, p_lease_id, 60);
  if p_is_finished then
    delete from private.s3_deferred_events where integration_id = p_integration_id and told_at < v_state.cycle_started_at;
    v_seconds := private.next_sweep_seconds(p_integration_id, v_state.cycle_started_at, p_interval_seconds);
    if v_state.is_listing_requested then
      v_seconds := 0;
    end if;
  end if;
  perform private.complete_poll(p_integration_id, p_lease_id, p_upserts, p_removed, p_is_finished, p_is_unordered, p_listed_objects,
    p_list_calls, v_seconds);
end $$;

-- As before (create_s3_events), and of what waits for a listing for as long: of a bucket that cannot be listed.
create or replace function public.prune_s3_event_deliveries(p_hours int default 72, p_limit int default 50000) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_deliveries int;
  v_deferred int;
begin
  delete from private.s3_event_deliveries where (integration_id, delivery_id) in (
    select integration_id, delivery_id from private.s3_event_deliveries
    where received_at < now() - make_interval(hours => p_hours) order by received_at limit p_limit);
  get diagnostics v_deliveries = row_count;
  delete from private.s3_deferred_events where ctid = any (array(
    select ctid from private.s3_deferred_events
    where told_at < now() - make_interval(hours => p_hours) order by told_at limit p_limit));
  get diagnostics v_deferred = row_count;
  return v_deliveries + v_deferred;
end $$;
