-- As in index_settled_by_key, with the scores of each object's report: whoever looks for documents that a person has to mend need not
-- open each of them.

drop function public.list_s3_objects(uuid, int, uuid, text, text, text, timestamptz, timestamptz, int);

create function public.list_s3_objects(p_integration_id uuid, p_limit int, p_after uuid default null, p_state text default null,
  p_reason text default null, p_prefix text default null, p_found_from timestamptz default null, p_found_to timestamptz default null,
  p_scan int default 20000)
returns table (id uuid, key text, etag text, size_bytes bigint, source_modified_at timestamptz, is_current boolean, found_by text,
  found_at timestamptz, state text, reason text, reason_detail text, provider_code text, attempts int, revision int, due_at timestamptz,
  job_id uuid, pages int, outputs jsonb, state_changed_at timestamptz, written_back_at timestamptz, score_before smallint,
  score_after smallint, is_match boolean)
language plpgsql stable set search_path = ''
-- Sorting a bitmap of all that matches looks cheap to a planner that does not know how much that is.
set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_limit int := least(greatest(p_limit, 1), 1000);
  v_ids uuid[] := '{}';
  v_bookmark uuid;
  -- The state whose keys are in an order of their own, if it is one of those.
  v_settled text := case when p_state in ('skipped', 'failed', 'dead') then p_state end;
  v_from timestamptz := coalesce(p_found_from, '-infinity');
  -- One bound, not two: given (found_at, id) < cursor and found_at < p_found_to, an index scan may begin at the wrong one.
  v_at timestamptz := coalesce(p_found_to, 'infinity');
  v_id uuid := '00000000-0000-0000-0000-000000000000';
  v_key text := coalesce(p_prefix, '');
  v_etag text := '';
  v_size bigint := -1;
  v_scanned int := 0;
  v_row record;
begin
  if p_after is not null then
    select o.found_at, o.key, o.etag, o.size_bytes into v_row
    from public.s3_processed_objects o where o.id = p_after and o.integration_id = p_integration_id;
    if not found then
      perform private.fail(400, 'invalid_request', 'cursor');
    end if;
    if v_row.found_at < v_at then
      v_at := v_row.found_at;
      v_id := p_after;
    end if;
    if v_row.key >= v_key collate "C" then
      v_key := v_row.key;
      v_etag := v_row.etag;
      v_size := v_row.size_bytes;
    end if;
  end if;

  if p_prefix is not null then
    for v_row in
      select o.id, (p_state is null or o.state = p_state) and (p_reason is null or o.reason is not distinct from p_reason)
        and o.found_at >= v_from and (p_found_to is null or o.found_at < p_found_to) as is_match
      from public.s3_processed_objects o
      where o.integration_id = p_integration_id and (o.key, o.etag, o.size_bytes) > (v_key, v_etag, v_size)
        and o.key < private.prefix_end(p_prefix)
        -- What is null falls away in the plan, which is made for these very arguments.
        and (v_settled is null or o.state = v_settled)
      order by o.key, o.etag, o.size_bytes limit p_scan
    loop
      v_scanned := v_scanned + 1;
      if v_row.is_match then
        v_ids := v_ids || v_row.id;
        exit when cardinality(v_ids) = v_limit;
      end if;
      if v_scanned = p_scan then
        v_bookmark := v_row.id;
      end if;
    end loop;
  elsif p_reason is not null then
    v_ids := array(
      select p.id from unnest(case when p_state is null
        then array['found', 'queued', 'processing', 'staged', 'written_back', 'skipped', 'failed', 'dead'] else array[p_state] end) as s (state)
      cross join lateral (
        select o.id, o.found_at from public.s3_processed_objects o
        where o.integration_id = p_integration_id and o.reason = p_reason and o.state = s.state
          and o.found_at >= v_from and (o.found_at, o.id) < (v_at, v_id)
        order by o.found_at desc, o.id desc limit v_limit) as p
      order by p.found_at desc, p.id desc limit v_limit);
  elsif p_state is not null then
    v_ids := array(
      select o.id from public.s3_processed_objects o
      where o.integration_id = p_integration_id and o.state = p_state and o.found_at >= v_from and (o.found_at, o.id) < (v_at, v_id)
      order by o.found_at desc, o.id desc limit v_limit);
  else
    v_ids := array(
      select o.id from public.s3_processed_objects o
      where o.integration_id = p_integration_id and o.found_at >= v_from and (o.found_at, o.id) < (v_at, v_id)
      order by o.found_at desc, o.id desc limit v_limit);
  end if;

  return query
  select o.id, o.key, o.etag, o.size_bytes, o.source_modified_at, o.is_current, o.found_by, o.found_at, o.state, o.reason,
    o.reason_detail, o.provider_code, o.attempts, o.revision, o.due_at, o.job_id, o.pages, o.outputs, o.state_changed_at,
    o.written_back_at, o.score_before, o.score_after, p.n <= cardinality(v_ids)
  from unnest(v_ids || v_bookmark) with ordinality as p (id, n)
  join public.s3_processed_objects o on o.id = p.id
  order by p.n;
end $$;
revoke execute on function public.list_s3_objects(uuid, int, uuid, text, text, text, timestamptz, timestamptz, int) from public, anon;
grant execute on function public.list_s3_objects(uuid, int, uuid, text, text, text, timestamptz, timestamptz, int) to authenticated;
