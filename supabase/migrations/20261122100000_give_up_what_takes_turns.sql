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
