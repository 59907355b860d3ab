-- Events: what providers tell us of new objects, and what became of it. An event is a hint that saves waiting; the truth is the
-- listing, which goes on in event mode too, so a lost event loses no file.

-- How far the events of an integration can be relied on. There is a row for whatever was in event mode once.
create table public.s3_event_states (
  integration_id uuid primary key,
  tenant_id uuid not null,
  -- What was last changed before this was not missed by its event: there was none.
  event_mode_since timestamptz not null,
  -- Written at most every ten seconds.
  last_received_at timestamptz,
  -- How long after the last listing the next one begins. Null: as in poll mode.
  sweep_interval_seconds int check (sweep_interval_seconds > 0),
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade
);
create index s3_event_states_tenant_idx on public.s3_event_states (tenant_id, integration_id);
alter table public.s3_event_states enable row level security;
create policy "Members see the events of their integrations" on public.s3_event_states
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_event_states to authenticated, service_role;

-- Deliveries that were recorded, so that one that is sent again does nothing again. Kept for longer than any sender tries.
create table private.s3_event_deliveries (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  delivery_id text not null collate "C" check (char_length(delivery_id) between 1 and 256),
  received_at timestamptz not null default now(),
  primary key (integration_id, delivery_id)
);
create index s3_event_deliveries_received_idx on private.s3_event_deliveries (received_at);
alter table private.s3_event_deliveries enable row level security;

alter table public.s3_processed_objects
  -- When an event told of this version, whoever had found it first.
  add column event_at timestamptz,
  -- Where the provider orders the events of a key. Hexadecimal; the shorter is filled up with zeros.
  add column source_sequencer text collate "C" check (source_sequencer ~ '^[0-9A-F]{1,64}$');

-- A listing at once whenever the mode changes or event mode is taken up again: it finds what arrived while nobody was watching. What
-- arrived until then was not missed: nobody took its event.
create function private.detection_mode_was_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.detection_mode = 'event' then
    insert into public.s3_event_states as s (integration_id, tenant_id, event_mode_since) values (new.id, new.tenant_id, now())
    on conflict (integration_id) do update set event_mode_since = now(), sweep_interval_seconds = null;
  end if;
  update public.s3_poll_states set next_poll_at = now() where integration_id = new.id;
  return null;
end $$;
create trigger detection_mode_was_set after insert on public.s3_integrations
  for each row when (new.detection_mode = 'event') execute function private.detection_mode_was_changed();
create trigger detection_mode_was_changed after update of detection_mode, status on public.s3_integrations
  for each row when (old.detection_mode <> new.detection_mode
    or (new.detection_mode = 'event' and new.status = 'active' and old.status <> 'active')) execute function private.detection_mode_was_changed();

-- Whether a version that a listing found should have been told by an event. What is skipped by its name is often filtered out of the
-- events by the rule that makes them.
create function private.is_event_missed(p_detection_mode text, p_event_mode_since timestamptz, p_found_by text, p_state text,
  p_source_modified_at timestamptz) returns boolean
language sql immutable set search_path = ''
as $$
  select coalesce(p_found_by = 'poll' and p_detection_mode = 'event' and p_state <> 'skipped'
    and p_source_modified_at >= p_event_mode_since, false)
$$;

create or replace function private.count_found_objects() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  with objects as (
    select n.integration_id, (n.found_at at time zone 'utc')::date as found_on, (n.state_changed_at at time zone 'utc')::date as changed_on,
      n.found_by, n.size_bytes, n.state, n.reason, n.found_at - n.source_modified_at as latency,
      -- What was there before we watched was not found late.
      n.source_modified_at >= i.created_at as is_news,
      private.is_event_missed(i.detection_mode, e.event_mode_since, n.found_by, n.state, n.source_modified_at) as is_missed
    from new_rows n join public.s3_integrations i on i.id = n.integration_id
    left join public.s3_event_states e on e.integration_id = i.id
  )
  select integration_id, found_on, 'found', found_by, count(*) from objects group by 1, 2, 4
  union all select integration_id, found_on, 'found_bytes', '', sum(size_bytes) from objects group by 1, 2
  union all select integration_id, found_on, 'event_missed', '', count(*) from objects where is_missed group by 1, 2
  union all select integration_id, found_on, 'discovery_ms', private.latency_bucket(latency), count(*) from objects
    where is_news group by 1, 2, 4
  union all select integration_id, changed_on, 'skipped', reason, count(*) from objects where state = 'skipped' group by 1, 2, 4;
  return null;
end $$;

-- Events that were refused: counted every time, told in the log at most once a minute for each reason, so that a sender that goes
-- on and on fills no table.
create function private.note_refused_events(p_tenant_id uuid, p_integration_id uuid, p_reason text, p_events int, p_detail text,
  p_request_id text) returns void
language sql security definer set search_path = ''
as $$
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  values (p_integration_id, (now() at time zone 'utc')::date, 'event_refused', p_reason, p_events);
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, request_id, fields)
  select 's3-ingest', case p_reason when 'replayed' then 'info' else 'warn' end, 'eventRejected', format('events refused: %s', p_reason),
    p_tenant_id, p_integration_id, left(p_request_id, 100), jsonb_strip_nulls(jsonb_build_object('reason', p_reason, 'events', p_events,
      'detail', left(p_detail, 1000)))
  where not exists (
    select 1 from public.app_logs l where l.integration_id = p_integration_id and l.at > now() - interval '1 minute'
      and l.event = 'eventRejected' and l.fields ->> 'reason' = p_reason);
$$;

-- For whoever receives a delivery: {integration, sealed, eventSecrets}, the event secrets that are valid now, newest first. Null for
-- an integration that does not exist. Engine only.
create function public.get_s3_event_source(p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'integration', private.integration_config(i) || jsonb_build_object('detectionMode', i.detection_mode, 'revision', i.revision),
    'sealed', private.sealed_secrets_of('s3_integration', i.id),
    'eventSecrets', public.get_event_secrets(i.id) -> 'secrets')
  from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted'
$$;

-- A delivery that was refused as a whole. Engine only.
create function public.refuse_s3_events(p_integration_id uuid, p_reason text, p_detail text, p_request_id text) returns void
language sql security definer set search_path = ''
as $$
  select private.note_refused_events(i.tenant_id, i.id, p_reason, 1, p_detail, p_request_id)
  from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted'
$$;

-- Retention. Deletes at most p_limit deliveries older than p_hours; returns how many. Engine only.
create function public.prune_s3_event_deliveries(p_hours int default 72, p_limit int default 50000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from private.s3_event_deliveries where (integration_id, delivery_id) in (
      select integration_id, delivery_id from private.s3_event_deliveries
      where received_at < now() - make_interval(hours => p_hours) order by received_at limit p_limit)
    returning 1)
  select count(*)::int from gone
$$;
grant execute on function public.get_s3_event_source(uuid), public.refuse_s3_events(uuid, text, text, text),
  public.prune_s3_event_deliveries(int, int) to service_role;
