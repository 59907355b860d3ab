-- A listing that died after it had recorded a version, and before it had saved the slice, left the slice with the digest of the version
-- before. A customer who then put that version back made the slice look as it was: no listing compared it again, and what had been
-- overwritten stayed the latest in the ledger for ever. Found by simulating histories (docs/decisions/0030).

-- The slices of these keys do not vouch for them any more: they are compared again even if they look the same. The caller holds the row
-- of the poll.
create function private.forget_digests(p_integration_id uuid, p_keys text[]) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_listing_slices l set digest = null
  from (
    select distinct (
      select s.start_after from public.s3_listing_slices s
      where s.integration_id = p_integration_id and s.start_after < k.key order by s.start_after desc limit 1) as start_after
    from unnest(p_keys) as k (key)) as touched
  where l.integration_id = p_integration_id and l.start_after = touched.start_after and l.digest is not null
$$;

-- As before (judge_versions_exactly), and what replaces the current version has its slice compared again until that slice is saved.
create or replace function private.record_s3_objects(p_integration_id uuid, p_lease_id uuid, p_lease_seconds int, p_observed_at timestamptz,
  p_keys text[], p_etags text[], p_sizes bigint[], p_modified timestamptz[], p_skip_reasons text[]) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_policy text;
  v_changed private.listed_object[];
  v_deferred int;
  v_put_aside text[];
  v_result jsonb;
begin
  v_state := private.hold_poll_lease(p_integration_id, p_lease_id, p_lease_seconds);
  select overwrite_policy into v_policy from public.s3_integrations where id = p_integration_id;

  with listed as (
    select distinct on (t.key) t.key, t.etag, t.size_bytes, t.modified_at, t.skip_reason
    from unnest(p_keys, p_etags, p_sizes, p_modified, p_skip_reasons) as t (key, etag, size_bytes, modified_at, skip_reason)
  ), compared as (
    select l.*, c.id is not null as has_current,
      -- Nothing was ever made of it, so whatever comes now is the first.
      c.reason is not null and c.state = 'skipped' and c.outputs is null
        and c.reason in ('object_not_found', 'object_changed', 'outside_prefix', 'before_start') as is_nothing,
      c.etag = l.etag and c.size_bytes = l.size_bytes as is_same,
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
      or (c.state = 'skipped' and (c.reason in ('object_not_found', 'object_changed', 'outside_prefix')
        or (c.reason = 'before_start' and l.skip_reason is distinct from 'before_start')))
  )
  select
    array_agg(row(key, etag, size_bytes, modified_at, skip_reason,
      has_current and not is_nothing and not is_same
        and coalesce((private.folder_rule_for(p_integration_id, key)).overwrite_policy, v_policy) = 'ignore')::private.listed_object)
      filter (where not has_current or not is_later),
    count(*) filter (where has_current and is_later)
  into v_changed, v_deferred
  from compared;

  if v_changed is null then
    return jsonb_build_object('inserted', 0, 'revived', 0, 'skipped', 0, 'deferred', v_deferred, 'observedAt', clock_timestamp());
  end if;

  -- The version that was current is so no longer. If nobody is working on it, it never needs to be worked on.
  with put_aside as (
    update public.s3_processed_objects o set
      is_current = false,
      state = case when o.state in ('found', 'queued') then 'skipped' else o.state end,
      reason = case when o.state in ('found', 'queued') then 'superseded' else o.reason end,
      due_at = case when o.state in ('found', 'queued') then null else o.due_at end,
      state_changed_at = case when o.state in ('found', 'queued') then now() else o.state_changed_at end
    from unnest(v_changed) as c
    where o.integration_id = p_integration_id and o.key = c.key and o.is_current and not c.is_ignored
      and (o.etag, o.size_bytes) is distinct from (c.etag, c.size_bytes)
    returning o.key)
  select array_agg(key) into v_put_aside from put_aside;
  if v_put_aside is not null then
    perform private.forget_digests(p_integration_id, v_put_aside);
  end if;

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
      -- The sequencer was of the time it came before.
      is_current = true, current_since = now(), source_modified_at = excluded.source_modified_at, source_sequencer = null,
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

-- As before (record_deliveries_in_order).
create or replace function private.leave_to_listing(p_integration_id uuid, p_superseded text[], p_keys text[], p_etags text[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if p_superseded is null and p_keys is null then
    return;
  end if;
  perform 1 from public.s3_poll_states where integration_id = p_integration_id for no key update;
  -- Should an event have been wrong about which version is the latest, the next listing shows it.
  perform private.forget_digests(p_integration_id, p_superseded);
  if p_keys is not null then
    insert into private.s3_deferred_events (integration_id, key, etag)
    select distinct p_integration_id, d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag) order by d.key, d.etag
    on conflict (integration_id, key, etag) do update set told_at = excluded.told_at;
    perform private.request_listing(p_integration_id);
  end if;
end $$;
