-- An event that came beside a listing put a version aside and cleared the digest of its slice; then the listing saved what it had listed
-- before that, and with it a digest of the version that was put aside. A customer who put that version back was not seen, as the slice
-- looked as it was; nor was an event that had been wrong about which version is the latest. What events put aside while a bucket is
-- listed is remembered now, and no slice that this listing saves vouches for it: the next compares.

create table private.s3_put_aside_keys (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  key text not null collate "C",
  put_aside_at timestamptz not null,
  primary key (integration_id, key)
);
create index s3_put_aside_keys_at_idx on private.s3_put_aside_keys (put_aside_at);
alter table private.s3_put_aside_keys enable row level security;
create policy "No API role comes to this table" on private.s3_put_aside_keys as restrictive for all to public using (false);

-- As before (compare_until_it_is_saved), and remembered while the bucket is listed.
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
    insert into private.s3_deferred_events (integration_id, key, etag)
    select distinct p_integration_id, d.key, d.etag from unnest(p_keys, p_etags) as d (key, etag) order by d.key, d.etag
    on conflict (integration_id, key, etag) do update set told_at = excluded.told_at;
    perform private.request_listing(p_integration_id);
  end if;
end $$;

-- As before (add_polling_verbs), and none of them vouches for what an event put aside since the listing began.
create or replace function private.save_slices(p_state public.s3_poll_states, p_upserts jsonb, p_removed text[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_first text collate "C" := (select min((e ->> 'startAfter') collate "C") from jsonb_array_elements(p_upserts) as e);
  v_last text collate "C" := (select max((e ->> 'startAfter') collate "C") from jsonb_array_elements(p_upserts) as e);
  v_end text collate "C";
begin
  delete from public.s3_listing_slices where integration_id = p_state.integration_id and start_after = any (p_removed);
  insert into public.s3_listing_slices as l (integration_id, tenant_id, start_after, object_count, digest, cycle)
  select p_state.integration_id, p_state.tenant_id, e ->> 'startAfter', (e ->> 'objectCount')::int, e ->> 'digest',
    p_state.cycle - case when (e ->> 'isListed')::boolean then 0 else 1 end
  from jsonb_array_elements(p_upserts) as e
  on conflict (integration_id, start_after) do update
    set object_count = excluded.object_count, digest = excluded.digest, cycle = excluded.cycle;
  v_end := (select min(l.start_after) from public.s3_listing_slices l where l.integration_id = p_state.integration_id and l.start_after > v_last);
  delete from private.s3_put_aside_keys where integration_id = p_state.integration_id and put_aside_at < p_state.cycle_started_at;
  -- These slices may have been listed before a worker found something in them gone or changed, or an event put it aside, and saved after:
  -- the digest would vouch for an object that the ledger has given up, and nobody would look at it again.
  perform private.forget_digests(p_state.integration_id, array(
    select o.key from public.s3_processed_objects o
    where o.integration_id = p_state.integration_id and o.is_current and o.state = 'skipped'
      and o.reason in ('object_not_found', 'object_changed') and o.state_changed_at >= p_state.cycle_started_at
    union all
    -- Of the slices that are saved now: the digests of the others have been taken from them already.
    select k.key from private.s3_put_aside_keys k
    where k.integration_id = p_state.integration_id and k.key > v_first and (v_end is null or k.key <= v_end)));
end $$;

-- As before (settle_deferred_events), and of what was put aside for as long: of a bucket that cannot be listed.
create or replace function public.prune_s3_event_deliveries(p_hours int default 72, p_limit int default 50000) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_deliveries int;
  v_deferred int;
  v_put_aside int;
begin
  delete from private.s3_event_deliveries where (integration_id, delivery_id) in (
    select integration_id, delivery_id from private.s3_event_deliveries
    where received_at < now() - make_interval(hours => p_hours) order by received_at limit p_limit);
  get diagnostics v_deliveries = row_count;
  delete from private.s3_deferred_events where ctid = any (array(
    select ctid from private.s3_deferred_events
    where told_at < now() - make_interval(hours => p_hours) order by told_at limit p_limit));
  get diagnostics v_deferred = row_count;
  delete from private.s3_put_aside_keys where ctid = any (array(
    select ctid from private.s3_put_aside_keys
    where put_aside_at < now() - make_interval(hours => p_hours) order by put_aside_at limit p_limit));
  get diagnostics v_put_aside = row_count;
  return v_deliveries + v_deferred + v_put_aside;
end $$;
