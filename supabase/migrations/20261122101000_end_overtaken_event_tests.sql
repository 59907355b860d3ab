-- A test of events that was open while its integration was edited went on as if nothing had happened: it waited for an event that was
-- refused, blamed the customer's rule for it, and had its object "deleted" from the bucket that was connected meanwhile, where it never lay.
-- What overtakes a test is noted with it now. In the same bucket its object is deleted at once; where another bucket was connected, whose
-- credentials replace those of the one before, the test is over and says where the object is left. What was tested before in another bucket
-- or folder is no answer for this one, and is forgotten.

alter table public.s3_event_tests
  -- Since when no event of it is taken in any more: its integration was edited, stopped or put into poll mode.
  add column overtaken_at timestamptz;

-- Which bucket it is says its place, as everywhere else: the same may be written otherwise. A test that could not be written in another
-- bucket or folder says nothing of this one, either.
create function private.overtake_event_test() returns trigger
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
create trigger overtake_event_test after update on public.s3_integrations
  for each row when ((old.status = 'active' and new.status <> 'active') or (old.detection_mode = 'event' and new.detection_mode <> 'event')
    or old.bucket <> new.bucket or old.endpoint is distinct from new.endpoint or old.region <> new.region or old.input_prefix <> new.input_prefix)
  execute function private.overtake_event_test();

-- As before (create_s3_event_tests); says which revision of the integration it is begun for, so that nothing is written elsewhere.
create or replace function public.begin_s3_event_test(p_actor uuid, p_integration_id uuid, p_kind text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_id uuid := gen_random_uuid();
  v_key text;
begin
  perform private.act_as(p_actor);
  v_row := private.lock_integration(p_integration_id);
  if v_row.status <> 'active' then
    perform private.fail(409, 'paused');
  elsif v_row.detection_mode <> 'event' then
    perform private.fail(409, 'mode_mismatch');
  end if;
  delete from public.s3_event_tests where integration_id = p_integration_id and ended_at is not null;
  v_key := v_row.input_prefix || 'sluice-event-test-' || v_id || '.pdf';
  insert into public.s3_event_tests (id, tenant_id, integration_id, kind, key, started_by)
  values (v_id, v_row.tenant_id, p_integration_id, p_kind, v_key, p_actor);
  return jsonb_build_object('id', v_id, 'key', v_key, 'revision', v_row.revision);
exception when unique_violation then
  perform private.fail(409, 'event_test_running');
end $$;

-- As before (create_s3_event_tests). Of one that was overtaken while it was being written, too: whether an object of it lies somewhere.
create or replace function public.note_s3_event_test(p_id uuid, p_error_code text, p_error_detail text) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_event_tests set
    written_at = case when p_error_code is null then clock_timestamp() end,
    error_code = coalesce(p_error_code, error_code),
    error_detail = case when p_error_code is null then error_detail else left(p_error_detail, 1000) end,
    ended_at = coalesce(ended_at, case when p_error_code is not null or kind = 'self_delivery' then clock_timestamp() end)
  where id = p_id and written_at is null and (ended_at is null or overtaken_at is not null)
$$;

-- As before (take_turns_in_event_tests); what was overtaken has nothing to wait for.
create or replace function public.due_s3_event_tests(p_limit int) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'integrationId', d.integration_id, 'key', d.key,
    'isLastTry', d.started_at < now() - interval '15 minutes') order by d.turn, d.started_at), '[]'::jsonb)
  from (
    select t.*, row_number() over (partition by t.tenant_id order by t.started_at) as turn from public.s3_event_tests t
    where t.ended_at is null and (t.written_at < now() - interval '1 minute' or t.started_at < now() - interval '2 minutes'
      or (t.written_at is not null and t.overtaken_at is not null)
      or exists (select 1 from public.s3_processed_objects o
        where o.integration_id = t.integration_id and o.key = t.key and o.event_at is not null))
    order by turn, t.started_at limit p_limit) as d
$$;
