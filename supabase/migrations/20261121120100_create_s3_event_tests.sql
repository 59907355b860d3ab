-- A test of the events of an integration: an object of ours is put into the input folder, and whether its event arrives is seen in the
-- ledger, where it is recorded like any other and skipped as `event_test`. Then the object is deleted again. One is kept for each
-- integration, the last.

create table public.s3_event_tests (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  integration_id uuid not null,
  -- self_delivery: no object is written; a delivery that we sign ourselves proves the receiving alone.
  kind text not null check (kind in ('probe', 'self_delivery')),
  key text not null collate "C",
  started_at timestamptz not null default now(),
  started_by uuid references auth.users (id) on delete set null,
  written_at timestamptz,
  removed_at timestamptz,
  ended_at timestamptz,
  -- Why it was not written, or not removed.
  error_code text check (char_length(error_code) <= 100),
  error_detail text check (char_length(error_detail) <= 1000),
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade
);
create unique index s3_event_tests_integration_idx on public.s3_event_tests (integration_id);
create index s3_event_tests_tenant_idx on public.s3_event_tests (tenant_id, integration_id);
create index s3_event_tests_started_by_idx on public.s3_event_tests (started_by);
create index s3_event_tests_open_idx on public.s3_event_tests (started_at) where ended_at is null;
create trigger audit_s3_event_tests after insert on public.s3_event_tests
  for each row execute function private.audit('tenant_id', 'id', 'integration_id', 'kind');

alter table public.s3_event_tests enable row level security;
create policy "Members see the event tests of their tenants" on public.s3_event_tests
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_event_tests to authenticated, service_role;

-- When its event came.
grant select (event_at) on public.s3_processed_objects to authenticated;

-- Begins one: {id, key}. The one before has to be over, and its object gone. Engine only.
create function public.begin_s3_event_test(p_actor uuid, p_integration_id uuid, p_kind text) returns jsonb
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
  return jsonb_build_object('id', v_id, 'key', v_key);
exception when unique_violation then
  perform private.fail(409, 'event_test_running');
end $$;

-- The object was written or the delivery sent; or it was not, and the test is over. Engine only.
create function public.note_s3_event_test(p_id uuid, p_error_code text, p_error_detail text) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_event_tests set
    written_at = case when p_error_code is null then clock_timestamp() end, error_code = p_error_code, error_detail = left(p_error_detail, 1000),
    ended_at = case when p_error_code is not null or kind = 'self_delivery' then clock_timestamp() end
  where id = p_id and written_at is null and ended_at is null
$$;

-- The sweep: tests whose object is to be deleted, [{id, integrationId, key, isLastTry}]: its event has arrived, or has not in a minute, or
-- whoever wrote it never came back. Tried for a quarter of an hour. Engine only.
create function public.due_s3_event_tests(p_limit int) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'integrationId', d.integration_id, 'key', d.key,
    'isLastTry', d.started_at < now() - interval '15 minutes')), '[]'::jsonb)
  from (
    select t.* from public.s3_event_tests t
    where t.ended_at is null and (t.written_at < now() - interval '1 minute' or t.started_at < now() - interval '2 minutes'
      or exists (select 1 from public.s3_processed_objects o
        where o.integration_id = t.integration_id and o.key = t.key and o.event_at is not null))
    order by t.started_at limit p_limit) as d
$$;

-- The object is gone, or it could not be deleted. Engine only.
create function public.end_s3_event_test(p_id uuid, p_error_code text, p_error_detail text) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_event_tests set ended_at = now(), removed_at = case when p_error_code is null then now() end,
    error_code = p_error_code, error_detail = left(p_error_detail, 1000)
  where id = p_id and ended_at is null
$$;
grant execute on function public.begin_s3_event_test(uuid, uuid, text), public.note_s3_event_test(uuid, text, text),
  public.due_s3_event_tests(int), public.end_s3_event_test(uuid, text, text) to service_role;
