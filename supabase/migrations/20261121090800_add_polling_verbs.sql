-- Verbs of finding by polling. Engine only. A poll is fenced by its lease: whoever lost it can write nothing.

-- Claims due integrations, one each, taking turns between tenants. The lease must be begun before it expires.
create function public.claim_due_polls(p_limit int, p_lease_seconds int)
returns table (integration_id uuid, lease_id uuid)
language sql security definer set search_path = ''
as $$
  with due as (
    select s.integration_id, s.next_poll_at, row_number() over (partition by s.tenant_id order by s.next_poll_at) as turn
    from public.s3_poll_states s
    join public.s3_integrations i on i.id = s.integration_id
    where s.next_poll_at <= now() and (s.lease_expires_at is null or s.lease_expires_at <= now())
      and i.status = 'active' and i.detection_mode = 'poll'
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

-- Renews the lease and returns the tenant, or raises. Every verb below starts with it.
create function private.hold_poll_lease(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int) returns public.s3_poll_states
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
begin
  select s.* into v_state from public.s3_poll_states s join public.s3_integrations i on i.id = s.integration_id
  where s.integration_id = p_integration_id and s.lease_id = p_lease_id and i.status = 'active' for update of s;
  if v_state.integration_id is null then
    perform private.fail(409, 'conflict', 'The poll lease was lost.');
  end if;
  -- Written only when half of it is gone: most calls write nothing here.
  if v_state.lease_expires_at < now() + make_interval(secs => p_lease_seconds / 2.0) then
    update public.s3_poll_states set lease_expires_at = now() + make_interval(secs => p_lease_seconds)
    where integration_id = p_integration_id;
  end if;
  return v_state;
end $$;

-- Starts or resumes the listing the message was sent for. Null when the message is stale: nothing to do. The lease
-- changes, so that the same message delivered twice begins once.
create function public.begin_poll(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int) returns jsonb
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
    and i.status = 'active' and i.detection_mode = 'poll'
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

-- Replaces slices: p_upserts [{startAfter, objectCount, digest, isListed}], p_removed [startAfter]. The caller holds the
-- poll lease, and with it the lock on the poll's row that settle_attempt waits for.
create function private.save_slices(p_state public.s3_poll_states, p_upserts jsonb, p_removed text[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.s3_listing_slices where integration_id = p_state.integration_id and start_after = any (p_removed);
  insert into public.s3_listing_slices as l (integration_id, tenant_id, start_after, object_count, digest, cycle)
  select p_state.integration_id, p_state.tenant_id, e ->> 'startAfter', (e ->> 'objectCount')::int, e ->> 'digest',
    p_state.cycle - case when (e ->> 'isListed')::boolean then 0 else 1 end
  from jsonb_array_elements(p_upserts) as e
  on conflict (integration_id, start_after) do update
    set object_count = excluded.object_count, digest = excluded.digest, cycle = excluded.cycle;
  -- These slices may have been listed before a worker found something in them gone or changed, and saved after: the
  -- digest would vouch for an object that the ledger has given up, and nobody would look at it again.
  update public.s3_listing_slices l set digest = null
  from (
    select distinct (
      select s.start_after from public.s3_listing_slices s
      where s.integration_id = p_state.integration_id and s.start_after < o.key order by s.start_after desc limit 1) as start_after
    from public.s3_processed_objects o
    where o.integration_id = p_state.integration_id and o.is_current and o.state = 'skipped'
      and o.reason in ('object_not_found', 'object_changed') and o.state_changed_at >= p_state.cycle_started_at) as gone
  where l.integration_id = p_state.integration_id and l.start_after = gone.start_after and l.digest is not null;
end $$;

-- Remembers how far a long listing has come, so that a kill costs little.
create function public.save_poll_progress(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int, p_upserts jsonb, p_removed text[])
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.save_slices(private.hold_poll_lease(p_integration_id, p_lease_id, p_lease_seconds), p_upserts, p_removed);
end $$;

-- Ends the lease. p_is_finished: the cycle is complete, the next one starts after p_interval_seconds; otherwise the
-- listing goes on as soon as it is claimed again.
create function public.complete_poll(p_integration_id uuid, p_lease_id uuid, p_upserts jsonb, p_removed text[], p_is_finished boolean,
  p_is_unordered boolean, p_listed_objects bigint, p_list_calls int, p_interval_seconds int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states := private.hold_poll_lease(p_integration_id, p_lease_id, 60);
begin
  perform private.save_slices(v_state, p_upserts, p_removed);
  -- The line support looks for first. Written when the number changes, not every two minutes.
  if p_is_finished and p_listed_objects is distinct from v_state.last_listed_objects then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-poller', 'info', 'poll_finished', format('listed %s objects under prefix=%s', p_listed_objects, i.input_prefix),
      i.tenant_id, i.id, jsonb_build_object('listedObjects', p_listed_objects, 'listCalls', p_list_calls)
    from public.s3_integrations i where i.id = p_integration_id;
  end if;
  update public.s3_poll_states set
    lease_id = null, lease_expires_at = null, is_unordered = p_is_unordered,
    consecutive_failures = 0, last_error_code = null, last_error_detail = null, last_error_at = null,
    cycle_started_at = case when p_is_finished then null else cycle_started_at end,
    last_completed_at = case when p_is_finished then now() else last_completed_at end,
    last_listed_objects = case when p_is_finished then p_listed_objects else last_listed_objects end,
    last_list_calls = case when p_is_finished then p_list_calls else last_list_calls end,
    next_poll_at = case when p_is_finished then now() + make_interval(secs => p_interval_seconds) else now() end
  where integration_id = p_integration_id;
end $$;

-- A listing that failed advances nothing but its next attempt, later each time (at most p_max_interval_seconds).
create function public.fail_poll(p_integration_id uuid, p_lease_id uuid, p_code text, p_detail text, p_interval_seconds int, p_max_interval_seconds int)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states := private.hold_poll_lease(p_integration_id, p_lease_id, 60);
begin
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-poller', 'warn', 'poll_failed', format('listing failed: %s', p_code), v_state.tenant_id, p_integration_id,
    jsonb_build_object('code', p_code, 'detail', left(p_detail, 1000)));
  update public.s3_poll_states set
    lease_id = null, lease_expires_at = null, consecutive_failures = consecutive_failures + 1,
    last_error_code = left(p_code, 100), last_error_detail = left(p_detail, 1000), last_error_at = now(),
    next_poll_at = now() + make_interval(secs => least(p_interval_seconds * 2.0 ^ least(consecutive_failures, 20), p_max_interval_seconds))
  where integration_id = p_integration_id;
end $$;

create type private.listed_object as (key text, etag text, size_bytes bigint, modified_at timestamptz, skip_reason text, is_ignored boolean);

-- Records one page of a listing, at most 1,000 objects. Nothing is written for what the ledger holds already.
-- p_observed_at is this database's own time from before the page was requested: a version recorded after that instant
-- may be newer than the page, so the page does not override it (`deferred`) and the caller must compare the slice again.
-- Deferred likewise is a version that came back while its earlier run is being written: its key has one writer at a time.
-- Returns {inserted, revived, skipped, deferred, observedAt}.
create function public.record_s3_objects(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int, p_observed_at timestamptz,
  p_keys text[], p_etags text[], p_sizes bigint[], p_modified timestamptz[], p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_policy text;
  v_changed private.listed_object[];
  v_deferred int;
  v_result jsonb;
begin
  v_state := private.hold_poll_lease(p_integration_id, p_lease_id, p_lease_seconds);
  select overwrite_policy into v_policy from public.s3_integrations where id = p_integration_id;

  with listed as (
    select distinct on (t.key) t.key, t.etag, t.size_bytes, t.modified_at, t.skip_reason
    from unnest(p_keys, p_etags, p_sizes, p_modified, p_skip_reasons) as t (key, etag, size_bytes, modified_at, skip_reason)
  ), compared as (
    select l.*, c.id is not null as has_current,
      c.reason is not null and c.state = 'skipped' and c.reason in ('object_not_found', 'object_changed') as is_gone,
      -- A bucket that lists an object and then denies it is believed again later each time.
      case when c.etag = l.etag and c.size_bytes = l.size_bytes
        then c.state_changed_at + make_interval(secs => 30 * (c.revision - 1))
        else c.current_since end > p_observed_at
        or exists (
          select 1 from public.s3_processed_objects v
          where v.integration_id = p_integration_id and v.key = l.key and v.etag = l.etag and v.size_bytes = l.size_bytes
            and v.state = 'staged' and v.lease_id is not null and v.due_at > now()) as is_later
    from listed l
    left join public.s3_processed_objects c on c.integration_id = p_integration_id and c.key = l.key and c.is_current
    where c.id is null or c.etag <> l.etag or c.size_bytes <> l.size_bytes
      or (c.state = 'skipped' and c.reason in ('object_not_found', 'object_changed'))
  )
  select
    array_agg(row(key, etag, size_bytes, modified_at, skip_reason,
      has_current and not is_gone
        and coalesce((private.folder_rule_for(p_integration_id, key)).overwrite_policy, v_policy) = 'ignore')::private.listed_object)
      filter (where not has_current or not is_later),
    count(*) filter (where has_current and is_later)
  into v_changed, v_deferred
  from compared;

  if v_changed is null then
    return jsonb_build_object('inserted', 0, 'revived', 0, 'skipped', 0, 'deferred', v_deferred, 'observedAt', clock_timestamp());
  end if;

  -- The version that was current is so no longer. If nobody is working on it, it never needs to be worked on.
  update public.s3_processed_objects o set
    is_current = false,
    state = case when o.state in ('found', 'queued') then 'skipped' else o.state end,
    reason = case when o.state in ('found', 'queued') then 'superseded' else o.reason end,
    due_at = case when o.state in ('found', 'queued') then null else o.due_at end,
    state_changed_at = case when o.state in ('found', 'queued') then now() else o.state_changed_at end
  from unnest(v_changed) as c
  where o.integration_id = p_integration_id and o.key = c.key and o.is_current and not c.is_ignored
    and (o.etag, o.size_bytes) is distinct from (c.etag, c.size_bytes);

  with written as (
    insert into public.s3_processed_objects as o (tenant_id, integration_id, key, etag, size_bytes, source_modified_at, is_current,
      found_by, state, reason, due_at)
    select v_state.tenant_id, p_integration_id, c.key, c.etag, c.size_bytes, c.modified_at, not c.is_ignored, 'poll',
      case when c.skip_reason is null and not c.is_ignored then 'found' else 'skipped' end,
      case when c.is_ignored then 'overwrite_ignored' else c.skip_reason end,
      case when c.skip_reason is null and not c.is_ignored then now() end
    from unnest(v_changed) as c
    -- One order of locking for everybody.
    order by c.key
    on conflict (integration_id, key, etag, size_bytes) do update set
      is_current = true, current_since = now(), source_modified_at = excluded.source_modified_at,
      state = excluded.state, reason = excluded.reason, reason_detail = null, provider_code = null, due_at = excluded.due_at,
      attempts = 0, revision = o.revision + 1, job_id = gen_random_uuid(), lease_id = null, staged_outputs = null,
      state_changed_at = now()
      where excluded.reason is distinct from 'overwrite_ignored'
    returning o.id, o.key, o.state, o.reason, o.size_bytes, o.revision
  ), logged as (
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-poller', case when w.reason in ('oversize', 'object_name_unusable') then 'warn' else 'info' end, 'object_skipped',
      format('skipped %s: %s', w.key, w.reason), v_state.tenant_id, p_integration_id,
      jsonb_build_object('objectId', w.id, 'key', w.key, 'reason', w.reason, 'sizeBytes', w.size_bytes)
    from written w where w.state = 'skipped'
  )
  select jsonb_build_object('inserted', count(*) filter (where revision = 1), 'revived', count(*) filter (where revision > 1),
    'skipped', count(*) filter (where state = 'skipped'), 'deferred', v_deferred, 'observedAt', clock_timestamp())
  into v_result from written;
  return v_result;
end $$;

grant execute on function public.claim_due_polls(int, int), public.begin_poll(uuid, uuid, int),
  public.save_poll_progress(uuid, uuid, int, jsonb, text[]),
  public.complete_poll(uuid, uuid, jsonb, text[], boolean, boolean, bigint, int, int),
  public.fail_poll(uuid, uuid, text, text, int, int),
  public.record_s3_objects(uuid, uuid, int, timestamptz, text[], text[], bigint[], timestamptz[], text[]) to service_role;
