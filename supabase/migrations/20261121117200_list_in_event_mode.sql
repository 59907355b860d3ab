-- In event mode the bucket is listed too: events get lost everywhere. How often depends on how many were.

create or replace function public.claim_due_polls(p_limit int, p_lease_seconds int)
returns table (integration_id uuid, lease_id uuid)
language sql security definer set search_path = ''
as $$
  with due as (
    select s.integration_id, s.next_poll_at, row_number() over (partition by s.tenant_id order by s.next_poll_at) as turn
    from public.s3_poll_states s
    join public.s3_integrations i on i.id = s.integration_id
    where s.next_poll_at <= now() and (s.lease_expires_at is null or s.lease_expires_at <= now())
      and i.status = 'active'
  ), picked as (
    select s.integration_id from public.s3_poll_states s join due d using (integration_id)
    -- Asked again under the lock: another cron may have claimed it meanwhile, and the poll may even be over.
    where s.next_poll_at <= now() and (s.lease_expires_at is null or s.lease_expires_at <= now())
    -- PostgREST answers with at most 1,000 rows; one more would be claimed and never heard of.
    order by d.turn, d.next_poll_at limit least(p_limit, 1000) for update of s skip locked
  )
  update public.s3_poll_states s
  set lease_id = gen_random_uuid(), lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  from picked p where s.integration_id = p.integration_id
  returning s.integration_id, s.lease_id
$$;

create or replace function public.begin_poll(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_integration public.s3_integrations;
begin
  update public.s3_poll_states s set
    lease_id = gen_random_uuid(),
    lease_expires_at = now() + make_interval(secs => p_lease_seconds),
    -- A listing without order always begins at the beginning, so each of its runs is a cycle: even one that never gets to
    -- its end comes to the cycle in which the order is tried again.
    cycle = case when s.cycle_started_at is null or s.is_unordered then s.cycle + 1 else s.cycle end,
    cycle_started_at = case when s.is_unordered then now() else coalesce(s.cycle_started_at, now()) end
  from public.s3_integrations i
  where s.integration_id = p_integration_id and s.lease_id = p_lease_id and i.id = s.integration_id
    and i.status = 'active'
  returning s.* into v_state;
  if v_state.integration_id is null then
    return null;
  end if;
  select * into v_integration from public.s3_integrations where id = p_integration_id;
  return jsonb_build_object(
    'leaseId', v_state.lease_id, 'cycle', v_state.cycle, 'isUnordered', v_state.is_unordered, 'observedAt', clock_timestamp(),
    'integration', private.integration_config(v_integration),
    'sealed', private.sealed_secrets_of('s3_integration', p_integration_id),
    'slices', coalesce((
      select jsonb_agg(jsonb_build_object('startAfter', start_after, 'objectCount', object_count, 'digest', digest,
        'isListed', l.cycle = v_state.cycle) order by start_after)
      from public.s3_listing_slices l where l.integration_id = p_integration_id), '[]'::jsonb));
end $$;

-- After how many seconds a bucket is listed again whose listing has just ended. In poll mode after p_interval_seconds, and in event
-- mode too until events have come and whenever one was missed; otherwise twice as long as the last time, at most an hour.
-- An event is given a minute to come before it counts as missed here.
create function private.next_sweep_seconds(p_integration_id uuid, p_cycle_started_at timestamptz, p_interval_seconds int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_event_states;
  v_seconds int;
begin
  select e.* into v_state from public.s3_event_states e join public.s3_integrations i on i.id = e.integration_id
  where e.integration_id = p_integration_id and i.detection_mode = 'event';
  if v_state.integration_id is null then
    return p_interval_seconds;
  end if;
  if coalesce(v_state.last_received_at < v_state.event_mode_since, true) or exists (
    select 1 from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.found_at >= p_cycle_started_at and o.event_at is null
      and o.source_modified_at < now() - interval '1 minute'
      and private.is_event_missed('event', v_state.event_mode_since, o.found_by, o.state, o.source_modified_at)) then
    v_seconds := p_interval_seconds;
  else
    v_seconds := greatest(p_interval_seconds, least(coalesce(v_state.sweep_interval_seconds, p_interval_seconds) * 2, 3600));
  end if;
  update public.s3_event_states set sweep_interval_seconds = v_seconds where integration_id = p_integration_id;
  return v_seconds;
end $$;

-- Whoever defines complete_poll anew keeps asking for this interval.
alter function public.complete_poll(uuid, uuid, jsonb, text[], boolean, boolean, bigint, int, int) set schema private;
revoke execute on function private.complete_poll(uuid, uuid, jsonb, text[], boolean, boolean, bigint, int, int) from service_role;
create function public.complete_poll(p_integration_id uuid, p_lease_id uuid, p_upserts jsonb, p_removed text[], p_is_finished boolean,
  p_is_unordered boolean, p_listed_objects bigint, p_list_calls int, p_interval_seconds int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states := private.hold_poll_lease(p_integration_id, p_lease_id, 60);
begin
  perform private.complete_poll(p_integration_id, p_lease_id, p_upserts, p_removed, p_is_finished, p_is_unordered, p_listed_objects,
    p_list_calls, case when p_is_finished
      then private.next_sweep_seconds(p_integration_id, v_state.cycle_started_at, p_interval_seconds) else p_interval_seconds end);
end $$;
grant execute on function public.complete_poll(uuid, uuid, jsonb, text[], boolean, boolean, bigint, int, int) to service_role;

-- A day's figures gain `eventsRefused`, by reason.
create or replace function private.usage_figures(p_integration_ids uuid[], p_from date)
returns table (integration_id uuid, day date, figures jsonb)
language sql stable security definer set search_path = ''
as $$
  with parts as (
    select d.integration_id, d.day, d.metric, d.label, d.amount from private.s3_usage_daily d
    where d.integration_id = any (p_integration_ids) and d.day >= p_from
    union all
    select d.integration_id, d.day, d.metric, d.label, d.amount from private.s3_usage_deltas d
    where d.integration_id = any (p_integration_ids) and d.day >= p_from
  ), sums as (
    select p.integration_id, p.day, p.metric, p.label, sum(p.amount)::bigint as amount
    from parts p group by grouping sets ((p.integration_id, p.day, p.metric, p.label), (p.integration_id, p.metric, p.label))
  )
  select s.integration_id, s.day, jsonb_build_object(
    'found', coalesce(sum(amount) filter (where metric = 'found'), 0),
    'foundBy', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'found'), '{}'),
    'revived', coalesce(sum(amount) filter (where metric = 'revived'), 0),
    'processed', coalesce(sum(amount) filter (where metric = 'processed'), 0),
    'writtenBack', coalesce(sum(amount) filter (where metric = 'written_back'), 0),
    'skipped', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'skipped'), '{}'),
    'failed', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'failed'), '{}'),
    'pages', coalesce(sum(amount) filter (where metric = 'pages'), 0),
    'bytesFound', coalesce(sum(amount) filter (where metric = 'found_bytes'), 0),
    'bytesProcessed', coalesce(sum(amount) filter (where metric = 'processed_bytes'), 0),
    'eventsMissed', coalesce(sum(amount) filter (where metric = 'event_missed'), 0),
    'eventsRefused', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'event_refused'), '{}'),
    'discoveryLatency', private.latency_summary(jsonb_object_agg(label, amount) filter (where metric = 'discovery_ms')),
    'completionLatency', private.latency_summary(jsonb_object_agg(label, amount) filter (where metric = 'completion_ms')),
    'calls', jsonb_build_object(
      'list', coalesce(sum(amount) filter (where metric = 'call' and label = 'list'), 0),
      'get', coalesce(sum(amount) filter (where metric = 'call' and label = 'get'), 0),
      'put', coalesce(sum(amount) filter (where metric = 'call' and label = 'put'), 0),
      'head', coalesce(sum(amount) filter (where metric = 'call' and label = 'head'), 0),
      'delete', coalesce(sum(amount) filter (where metric = 'call' and label = 'delete'), 0),
      'failed', coalesce(sum(amount) filter (where metric = 'call_failed'), 0)),
    'costMicros', coalesce(sum(amount) filter (where metric = 'cost_micros'), 0))
  from sums s group by s.integration_id, s.day
$$;

create or replace function private.no_usage() returns jsonb
language sql immutable set search_path = ''
as $$
  select '{"found": 0, "foundBy": {}, "revived": 0, "processed": 0, "writtenBack": 0, "skipped": {}, "failed": {}, "pages": 0,
    "bytesFound": 0, "bytesProcessed": 0, "eventsMissed": 0, "eventsRefused": {}, "discoveryLatency": null, "completionLatency": null,
    "calls": {"list": 0, "get": 0, "put": 0, "head": 0, "delete": 0, "failed": 0}, "costMicros": 0}'::jsonb
$$;
