-- Verbs of replaying. A preview says what a filter chooses and what it would cost; a replay takes up no more than its preview
-- showed; the sweep runs it in batches. A replayed object keeps its row and gets a new revision and a new job, exactly as when
-- a version comes back in a listing.

-- Whether taking an object up again can change anything. What a listing shows of these would be judged the same again, and
-- results of ours are never taken in, whoever asks.
create function private.is_replayable(p_state text, p_reason text, p_key text, p_output_prefix text) returns boolean
language sql immutable set search_path = ''
as $$
  select not starts_with(p_key, p_output_prefix)
    and not (p_state = 'skipped' and p_reason in ('own_output', 'folder_marker', 'object_name_unusable', 'upstream_invalid', 'not_pdf',
      'empty_object', 'oversize'))
$$;

-- What a filter chooses now, of what had settled by p_as_of: {objects, bytes, superseded, leftAlone, isTooMany, knownObjects,
-- knownPages, unknownObjects, unknownBytes, bytesPerPage}. The first two are what a replay would take up; of `known` ones an
-- earlier run counted the pages. Looks at no more than a million and one objects.
create function private.count_s3_replay(p_integration_id uuid, p_as_of timestamptz, p_object_id uuid, p_prefix text,
  p_found_from timestamptz, p_found_to timestamptz, p_states text[], p_reasons text[]) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_result jsonb;
  v_bytes_per_page float8;
begin
  select jsonb_build_object(
      'objects', count(*) filter (where c.can and c.is_current), 'bytes', coalesce(sum(c.size_bytes) filter (where c.can and c.is_current), 0),
      'superseded', count(*) filter (where c.can and not c.is_current), 'leftAlone', count(*) filter (where not c.can),
      'isTooMany', count(*) > 1000000,
      'knownObjects', count(c.pages) filter (where c.can and c.is_current),
      'knownPages', coalesce(sum(c.pages) filter (where c.can and c.is_current), 0),
      'unknownObjects', count(*) filter (where c.can and c.is_current and c.pages is null),
      'unknownBytes', coalesce(sum(c.size_bytes) filter (where c.can and c.is_current and c.pages is null), 0)),
    sum(c.size_bytes) filter (where c.pages > 0)::float8 / sum(c.pages) filter (where c.pages > 0)
  into v_result, v_bytes_per_page
  from (
    select o.size_bytes, o.is_current, o.pages, private.is_replayable(o.state, o.reason, o.key, i.output_prefix) as can
    from public.s3_processed_objects o join public.s3_integrations i on i.id = o.integration_id
    where o.integration_id = p_integration_id and o.state = any (p_states) and o.state_changed_at <= p_as_of
      and (p_object_id is null or o.id = p_object_id)
      and (p_prefix is null or (o.key >= p_prefix and o.key < private.prefix_end(p_prefix)))
      and (p_found_from is null or o.found_at >= p_found_from) and (p_found_to is null or o.found_at < p_found_to)
      and (p_reasons is null or o.reason = any (p_reasons))
    limit 1000001) as c;
  -- Nothing among these to learn from: from what the integration had processed last, else a scanned page's usual size.
  if v_bytes_per_page is null then
    select sum(l.size_bytes)::float8 / nullif(sum(l.pages), 0) into v_bytes_per_page
    from (
      select o.size_bytes, o.pages from public.s3_processed_objects o
      where o.integration_id = p_integration_id and o.state = 'written_back' order by o.found_at desc, o.id desc limit 1000) as l;
  end if;
  return v_result || jsonb_build_object('bytesPerPage', round(greatest(coalesce(v_bytes_per_page, 50000), 1)));
end $$;

-- The tenant of an integration the caller may replay in.
create function private.require_replay_admin(p_integration_id uuid) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  return v_tenant_id;
end $$;

-- As count_s3_replay, with {replayId, asOf}: what create_s3_replay wants back.
create function private.preview_s3_replay(p_integration_id uuid, p_states text[], p_object_id uuid, p_prefix text,
  p_found_from timestamptz, p_found_to timestamptz, p_reasons text[]) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_replay_admin(p_integration_id);
  if p_object_id is not null
    and not exists (select 1 from public.s3_processed_objects o where o.id = p_object_id and o.integration_id = p_integration_id) then
    perform private.fail(404, 'not_found');
  end if;
  return private.count_s3_replay(p_integration_id, now(), p_object_id, p_prefix, p_found_from, p_found_to, p_states, p_reasons)
    || jsonb_build_object('replayId', gen_random_uuid(), 'asOf', now());
end $$;

-- Begins the replay that was previewed as p_replay_id. Asked twice, it is begun once. Raises conflict when what the filter
-- chooses has changed by more than a tenth (and more than ten objects) since.
create function private.create_s3_replay(p_integration_id uuid, p_replay_id uuid, p_as_of timestamptz, p_expected_objects int,
  p_states text[], p_object_id uuid, p_prefix text, p_found_from timestamptz, p_found_to timestamptz, p_reasons text[]) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid := private.require_replay_admin(p_integration_id);
  v_count jsonb;
  v_objects int;
begin
  if exists (select 1 from public.s3_replays r where r.id = p_replay_id and r.integration_id = p_integration_id) then
    return p_replay_id;
  end if;
  v_count := private.count_s3_replay(p_integration_id, p_as_of, p_object_id, p_prefix, p_found_from, p_found_to, p_states, p_reasons);
  v_objects := (v_count ->> 'objects')::int;
  if (v_count ->> 'isTooMany')::boolean then
    perform private.fail(409, 'conflict', 'The filter chooses more than a million objects. Narrow it, and ask for a preview again.');
  end if;
  if abs(v_objects - p_expected_objects) > greatest(10, p_expected_objects / 10) then
    perform private.fail(409, 'conflict', format('The preview showed %s objects; of these %s are left now. Ask for a preview again.',
      p_expected_objects, v_objects));
  end if;
  insert into public.s3_replays (id, tenant_id, integration_id, object_id, prefix, found_from, found_to, states, reasons, as_of,
    expected_objects, requested_by)
  values (p_replay_id, v_tenant_id, p_integration_id, p_object_id, p_prefix, p_found_from, p_found_to, p_states, p_reasons,
    least(p_as_of, now()), p_expected_objects, private.current_actor())
  on conflict (id) do nothing;
  if not exists (select 1 from public.s3_replays r where r.id = p_replay_id and r.integration_id = p_integration_id) then
    perform private.fail(409, 'conflict', 'This preview is not of this integration. Ask for a preview again.');
  end if;
  return p_replay_id;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;

-- Stops a replay where it stands. What it has taken up already goes on. A replay that has ended stays as it ended.
create function private.cancel_s3_replay(p_integration_id uuid, p_replay_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_replay_admin(p_integration_id);
  update public.s3_replays set status = 'cancelled', ended_at = now()
  where id = p_replay_id and integration_id = p_integration_id and status = 'running';
  if not found and not exists (select 1 from public.s3_replays where id = p_replay_id and integration_id = p_integration_id) then
    perform private.fail(404, 'not_found');
  end if;
end $$;
grant execute on function private.preview_s3_replay(uuid, text[], uuid, text, timestamptz, timestamptz, text[]),
  private.create_s3_replay(uuid, uuid, timestamptz, int, text[], uuid, text, timestamptz, timestamptz, text[]),
  private.cancel_s3_replay(uuid, uuid) to authenticated;

create function public.preview_s3_replay(p_integration_id uuid, p_states text[], p_object_id uuid default null, p_prefix text default null,
  p_found_from timestamptz default null, p_found_to timestamptz default null, p_reasons text[] default null) returns jsonb
language sql stable set search_path = ''
as $$ select private.preview_s3_replay(p_integration_id, p_states, p_object_id, p_prefix, p_found_from, p_found_to, p_reasons) $$;
create function public.create_s3_replay(p_integration_id uuid, p_replay_id uuid, p_as_of timestamptz, p_expected_objects int,
  p_states text[], p_object_id uuid default null, p_prefix text default null, p_found_from timestamptz default null,
  p_found_to timestamptz default null, p_reasons text[] default null) returns uuid
language sql set search_path = ''
as $$ select private.create_s3_replay(p_integration_id, p_replay_id, p_as_of, p_expected_objects, p_states, p_object_id, p_prefix,
  p_found_from, p_found_to, p_reasons) $$;
create function public.cancel_s3_replay(p_integration_id uuid, p_replay_id uuid) returns void
language sql set search_path = '' as $$ select private.cancel_s3_replay(p_integration_id, p_replay_id) $$;
grant execute on function public.preview_s3_replay(uuid, text[], uuid, text, timestamptz, timestamptz, text[]),
  public.create_s3_replay(uuid, uuid, timestamptz, int, text[], uuid, text, timestamptz, timestamptz, text[]),
  public.cancel_s3_replay(uuid, uuid) to authenticated;

-- The rows of a replay's walk that come after its cursor, in the order of the walk. With a prefix it goes by key; without, it goes
-- through the settled states one after another (and their reasons), newest first: each leg of it a range of an index.
create function private.replay_walk(r public.s3_replays, p_leg_state text, p_leg_reason text, p_limit int)
returns table (id uuid, key text, state text, reason text, is_current boolean, found_at timestamptz, state_changed_at timestamptz)
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_at timestamptz := coalesce(r.found_to, 'infinity');
  v_id uuid := '00000000-0000-0000-0000-000000000000';
  v_from timestamptz := coalesce(r.found_from, '-infinity');
  v_key text := r.prefix;
  v_etag text := '';
  v_size bigint := -1;
begin
  if r.cursor_object_id is not null then
    select o.found_at, o.id, o.key, o.etag, o.size_bytes into v_at, v_id, v_key, v_etag, v_size
    from public.s3_processed_objects o where o.id = r.cursor_object_id;
  end if;
  if r.object_id is not null then
    return query
    select o.id, o.key, o.state, o.reason, o.is_current, o.found_at, o.state_changed_at from public.s3_processed_objects o
    where o.id = r.object_id and o.integration_id = r.integration_id and r.cursor_object_id is null;
  elsif r.prefix is not null then
    return query
    select o.id, o.key, o.state, o.reason, o.is_current, o.found_at, o.state_changed_at from public.s3_processed_objects o
    where o.integration_id = r.integration_id and o.key < private.prefix_end(r.prefix)
      and (o.key, o.etag, o.size_bytes) > (v_key, v_etag, v_size)
    order by o.key, o.etag, o.size_bytes limit p_limit;
  elsif p_leg_reason is not null then
    return query
    select o.id, o.key, o.state, o.reason, o.is_current, o.found_at, o.state_changed_at from public.s3_processed_objects o
    where o.integration_id = r.integration_id and o.reason = p_leg_reason and o.state = p_leg_state
      and o.found_at >= v_from and (o.found_at, o.id) < (v_at, v_id)
    order by o.found_at desc, o.id desc limit p_limit;
  else
    return query
    select o.id, o.key, o.state, o.reason, o.is_current, o.found_at, o.state_changed_at from public.s3_processed_objects o
    where o.integration_id = r.integration_id and o.state = p_leg_state
      and o.found_at >= v_from and (o.found_at, o.id) < (v_at, v_id)
    order by o.found_at desc, o.id desc limit p_limit;
  end if;
end $$;

-- Runs one batch of the replay that has waited longest: looks at p_scan objects at most and takes up p_limit of them. One
-- transaction: a kill between batches loses nothing, and the next one goes on where the last one stood. An integration with
-- p_max_waiting objects waiting already gets no more, so that a new document never stands behind millions of old ones.
-- Returns {replayId, integrationId, tenantId, examined, replayed, superseded, isEnded}, null when there is nothing to do.
create function public.run_replay_batch(p_limit int, p_scan int, p_max_waiting int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  r public.s3_replays;
  v_output_prefix text;
  v_legs jsonb;
  v_leg jsonb;
  v_row record;
  v_ids uuid[] := '{}';
  v_examined int := 0;
  v_asked int;
  v_got int;
  v_superseded int := 0;
  v_replayed int;
  v_is_full boolean := false;
begin
  update public.s3_replays d set status = 'cancelled', ended_at = now()
  from public.s3_integrations i where d.status = 'running' and i.id = d.integration_id and i.status = 'deleted';

  select d.* into r from public.s3_replays d join public.s3_integrations i on i.id = d.integration_id
  where d.status = 'running' and i.status = 'active'
    and (select count(*) from (select 1 from public.s3_processed_objects f
      where f.integration_id = d.integration_id and f.state = 'found' limit p_max_waiting) as f) < p_max_waiting
  order by d.last_batch_at nulls first, d.created_at limit 1 for update of d skip locked;
  if r.id is null then
    return null;
  end if;
  select output_prefix into v_output_prefix from public.s3_integrations where id = r.integration_id;
  -- Before the objects, in the order of recording: a listing being recorded decides which versions are current.
  perform 1 from public.s3_poll_states where integration_id = r.integration_id for update;

  v_legs := case when r.object_id is not null or r.prefix is not null then '[[null, null]]'::jsonb else (
    select jsonb_agg(jsonb_build_array(s.state, q.reason) order by s.n, q.n)
    from unnest(r.states) with ordinality as s (state, n)
    cross join unnest(coalesce(r.reasons, array[null]::text[])) with ordinality as q (reason, n)) end;
  while r.leg <= jsonb_array_length(v_legs) and not v_is_full loop
    v_leg := v_legs -> (r.leg - 1);
    v_asked := least(p_limit, p_scan - v_examined);
    v_got := 0;
    for v_row in select * from private.replay_walk(r, v_leg ->> 0, v_leg ->> 1, v_asked) loop
      v_got := v_got + 1;
      r.cursor_object_id := v_row.id;
      if v_row.state = any (r.states) and (r.reasons is null or v_row.reason = any (r.reasons)) and v_row.state_changed_at <= r.as_of
        and v_row.found_at >= coalesce(r.found_from, '-infinity') and v_row.found_at < coalesce(r.found_to, 'infinity')
        and private.is_replayable(v_row.state, v_row.reason, v_row.key, v_output_prefix) then
        if v_row.is_current then
          v_ids := v_ids || v_row.id;
        else
          v_superseded := v_superseded + 1;
        end if;
      end if;
      v_is_full := cardinality(v_ids) >= least(p_limit, r.expected_objects - r.replayed_objects);
      exit when v_is_full;
    end loop;
    v_examined := v_examined + v_got;
    if not v_is_full and v_got < v_asked then
      r.leg := r.leg + 1;
      r.cursor_object_id := null;
    end if;
    v_is_full := v_is_full or v_examined >= p_scan;
  end loop;

  -- In the history of an object it is the user who took it up.
  perform private.act_as(r.requested_by);
  update public.s3_processed_objects o set state = 'found', reason = null, reason_detail = null, provider_code = null, attempts = 0,
    revision = o.revision + 1, job_id = gen_random_uuid(), staged_outputs = null, due_at = now(), state_changed_at = clock_timestamp()
  where o.id = any (v_ids);
  get diagnostics v_replayed = row_count;
  perform private.act_as(null);

  update public.s3_replays d set leg = r.leg, cursor_object_id = r.cursor_object_id, last_batch_at = clock_timestamp(),
    examined_objects = d.examined_objects + v_examined, replayed_objects = d.replayed_objects + v_replayed,
    superseded_objects = d.superseded_objects + v_superseded,
    status = case when r.leg > jsonb_array_length(v_legs) or d.replayed_objects + v_replayed >= d.expected_objects
      then 'completed' else 'running' end,
    ended_at = case when r.leg > jsonb_array_length(v_legs) or d.replayed_objects + v_replayed >= d.expected_objects then now() end
  where d.id = r.id returning d.* into r;
  if r.status = 'completed' then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-ingest', 'info', 'replay_completed', format('replayed %s of %s objects', r.replayed_objects, r.expected_objects),
      r.tenant_id, r.integration_id, jsonb_build_object('replayId', r.id, 'replayed', r.replayed_objects,
        'superseded', r.superseded_objects, 'examined', r.examined_objects));
  end if;
  return jsonb_build_object('replayId', r.id, 'integrationId', r.integration_id, 'tenantId', r.tenant_id, 'examined', v_examined,
    'replayed', v_replayed, 'superseded', v_superseded, 'isEnded', r.status <> 'running');
end $$;
grant execute on function public.run_replay_batch(int, int, int) to service_role;
