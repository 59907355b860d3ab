-- What waits for a listing, and what events put aside, is locked by deliveries in the order of keys and was pruned in the order it lies in, without
-- the row of the poll: a delivery that told again of what was just pruned, or a listing that settled it, could wait with the pruning in a
-- circle, and one of the two was broken off. The pruning passes over what somebody holds now: it is told of again, or settled, at this moment.

-- As before (keep_what_events_put_aside_compared); waits for nobody.
create or replace function public.prune_s3_event_deliveries(p_hours int default 72, p_limit int default 50000) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_deliveries int;
  v_deferred int;
  v_put_aside int;
begin
  delete from private.s3_event_deliveries where ctid = any (array(
    select ctid from private.s3_event_deliveries
    where received_at < now() - make_interval(hours => p_hours) order by received_at limit p_limit for update skip locked));
  get diagnostics v_deliveries = row_count;
  delete from private.s3_deferred_events where ctid = any (array(
    select ctid from private.s3_deferred_events
    where told_at < now() - make_interval(hours => p_hours) order by told_at limit p_limit for update skip locked));
  get diagnostics v_deferred = row_count;
  delete from private.s3_put_aside_keys where ctid = any (array(
    select ctid from private.s3_put_aside_keys
    where put_aside_at < now() - make_interval(hours => p_hours) order by put_aside_at limit p_limit for update skip locked));
  get diagnostics v_put_aside = row_count;
  return v_deliveries + v_deferred + v_put_aside;
end $$;
