-- What runs for every event and every object found is planned once a connection. A function in SQL that is not inlined (those that pin
-- their search path are not) is planned anew each time it is called, which was half of what recording an event cost. The bodies are
-- as before.

create or replace function private.note_late_events(p_integration public.s3_integrations, p_told private.told_object[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
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
  group by 2;
end $$;

create or replace function private.is_event_missed(p_detection_mode text, p_event_mode_since timestamptz, p_found_by text, p_state text,
  p_source_modified_at timestamptz) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return coalesce(p_found_by = 'poll' and p_detection_mode = 'event' and p_state <> 'skipped'
    and p_source_modified_at >= p_event_mode_since, false);
end $$;

create or replace function private.latency_bucket(p_latency interval) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return floor(8 * ln(greatest(extract(epoch from p_latency) * 1000, 1)::float8) / ln(2.0::float8))::int::text;
end $$;

create or replace function private.recording_lock(p_integration_id uuid) returns bigint
language plpgsql immutable set search_path = ''
as $$
begin
  return hashtextextended(p_integration_id::text, 117);
end $$;

create or replace function public.record_event_secret_seen(p_integration_id uuid, p_version int) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_secret_versions set last_used_at = now()
  where integration_id = p_integration_id and field = 'event_secret' and version = p_version
    and (last_used_at is null or last_used_at < now() - interval '55 seconds');
end $$;

create or replace function private.ledger_place(p_state text, p_reason text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return case when p_state in ('found', 'queued', 'processing', 'staged') then 'pending' when p_state = 'written_back' then p_state
    else p_state || '/' || p_reason end;
end $$;

create or replace function private.ledger_deltas(p_changes private.ledger_change[])
returns table (integration_id uuid, day date, metric text, label text, amount bigint)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select p.integration_id, (now() at time zone 'utc')::date, m.metric, p.place, m.amount
  from (
    select c.integration_id, private.ledger_place(c.state, c.reason) as place, sum(c.objects)::bigint as objects, sum(c.bytes)::bigint as bytes
    from unnest(p_changes) as c group by 1, 2) as p
  cross join lateral (values ('ledger', p.objects), ('ledger_bytes', p.bytes)) as m (metric, amount)
  where m.amount <> 0;
end $$;
