-- A test of events was ended as left behind in another bucket whenever the text of an endpoint or a region changed, though the bucket was the
-- same under another name (its port written out, another region of AWS); and a test that could not be written was kept when the bucket or the
-- folder changed, as if something of it lay there, and blamed the new one. Which bucket it is says its place, as everywhere else.

-- As before (end_overtaken_event_tests).
create or replace function private.overtake_event_test() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_is_moved boolean := new.location_key is distinct from old.location_key;
begin
  if v_is_moved or new.input_prefix <> old.input_prefix then
    -- But for one whose object still lies there.
    delete from public.s3_event_tests t
    where t.integration_id = new.id and t.ended_at is not null
      and (t.error_code is null or (t.written_at is null and t.error_code <> 'event_test_left_behind'));
  end if;
  update public.s3_event_tests t set overtaken_at = coalesce(t.overtaken_at, clock_timestamp()),
    ended_at = case when v_is_moved then clock_timestamp() end,
    error_code = case when v_is_moved then 'event_test_left_behind' end,
    error_detail = case when v_is_moved then left(format('bucket %s', old.bucket), 1000) end
  where t.integration_id = new.id and t.ended_at is null;
  return null;
end $$;
