-- What events tell of and only a listing can settle was remembered without limit for one integration: a bucket that cannot be listed, told of
-- by events that name no version, filled a table that all tenants share, for three days. There are at most 10,000 of one integration now.
-- Nothing is lost beyond: the listing that is asked for finds those files as it finds the others. But nothing is known of their events
-- then, so they count as missed, which has the bucket listed more often; the tenant's log says so.

create function private.max_deferred_events() returns int language sql immutable set search_path = '' as $$ select 10000 $$;

-- Remembers them as far as there is room. The caller holds the row of the poll, so that no other counts meanwhile.
create function private.defer_events(p_integration_id uuid, p_keys text[], p_etags text[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_told int;
  v_known int;
  v_new int;
  v_room int;
begin
  select count(*) into v_told from (select distinct d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag)) as d;
  update private.s3_deferred_events e set told_at = now()
  from (select distinct d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag)) as t
  where e.integration_id = p_integration_id and e.key = t.key and e.etag = t.etag;
  get diagnostics v_known = row_count;
  if v_known = v_told then
    return;
  end if;
  v_room := private.max_deferred_events() - (select count(*) from private.s3_deferred_events where integration_id = p_integration_id);
  insert into private.s3_deferred_events (integration_id, key, etag)
  select distinct p_integration_id, d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag)
  where not exists (
    select 1 from private.s3_deferred_events e where e.integration_id = p_integration_id and e.key = d.key and e.etag = d.etag)
  order by d.key, d.etag limit greatest(v_room, 0);
  get diagnostics v_new = row_count;
  if v_known + v_new < v_told then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    select 's3-ingest', 'warn', 'events_not_remembered',
      format('%s files that events told of wait for a listing; those told of besides are found by it, and count as missed by their events',
        private.max_deferred_events()),
      i.tenant_id, i.id, jsonb_build_object('waiting', private.max_deferred_events(), 'notRemembered', v_told - v_known - v_new)
    from public.s3_integrations i
    where i.id = p_integration_id and not exists (
      select 1 from public.app_logs l where l.integration_id = p_integration_id and l.at > now() - interval '1 hour'
        and l.event = 'events_not_remembered');
  end if;
end $$;

-- As before (keep_what_events_put_aside_compared), with a limit of what is remembered.
create or replace function private.leave_to_listing(p_integration_id uuid, p_superseded text[], p_keys text[], p_etags text[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_is_listed boolean;
begin
  if p_superseded is null and p_keys is null then
    return;
  end if;
  select cycle_started_at is not null into v_is_listed
  from public.s3_poll_states where integration_id = p_integration_id for no key update;
  -- Should an event have been wrong about which version is the latest, the next listing shows it.
  perform private.forget_digests(p_integration_id, p_superseded);
  if v_is_listed then
    insert into private.s3_put_aside_keys (integration_id, key, put_aside_at)
    select p_integration_id, k.key, clock_timestamp()
    from (select distinct s.key from unnest(p_superseded) as s (key)) as k
    on conflict (integration_id, key) do update set put_aside_at = excluded.put_aside_at;
  end if;
  if p_keys is not null then
    perform private.defer_events(p_integration_id, p_keys, p_etags);
    perform private.request_listing(p_integration_id);
  end if;
end $$;
