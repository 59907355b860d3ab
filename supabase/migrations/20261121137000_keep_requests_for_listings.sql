-- Whoever asks for a listing gets one that begins after they asked. Asked for by next_poll_at alone, a request that came while a listing
-- was running was forgotten when that listing ended and set the time of the next.

alter table public.s3_poll_states
  -- Asked for and not begun since.
  add column is_listing_requested boolean not null default false;

-- As before (create_s3_events), with a request that lasts.
create or replace function private.detection_mode_was_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.detection_mode = 'event' then
    insert into public.s3_event_states as s (integration_id, tenant_id, event_mode_since) values (new.id, new.tenant_id, now())
    on conflict (integration_id) do update set event_mode_since = now(), sweep_interval_seconds = null;
  end if;
  update public.s3_poll_states set is_listing_requested = true, next_poll_at = least(next_poll_at, now()) where integration_id = new.id;
  return null;
end $$;

-- For what an event could not settle. A bucket that refuses to be listed is asked when its turn comes again, not with every event.
create function private.request_listing(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_poll_states set is_listing_requested = true,
    next_poll_at = case when consecutive_failures = 0 then least(next_poll_at, now()) else next_poll_at end
  where integration_id = p_integration_id and not (is_listing_requested and (next_poll_at <= now() or consecutive_failures > 0));
end $$;

-- As before (list_in_event_mode). A listing that begins fulfils every request made until then; one that goes on does not, as it may have
-- been where the answer lies already.
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
    cycle_started_at = case when s.is_unordered then now() else coalesce(s.cycle_started_at, now()) end,
    is_listing_requested = s.is_listing_requested and s.cycle_started_at is not null and not s.is_unordered
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
