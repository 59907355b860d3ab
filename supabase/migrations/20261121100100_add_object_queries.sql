-- Questions about objects: lists by filter, and content that lies in a bucket more than once. Each is answered from an index and
-- looks at a bounded number of rows, so that the last page of ten million costs what the first one does.
-- docs/decisions/0010-object-history.md has what the indexes cost a write.

-- State alone, and state with a time.
create index s3_processed_objects_state_idx on public.s3_processed_objects (integration_id, state, found_at desc, id desc);
-- Reason, with or without a state. A document that goes well never has a reason, so it is never in here.
create index s3_processed_objects_reason_idx on public.s3_processed_objects (integration_id, reason, state, found_at desc, id desc)
  where reason is not null;
-- The same content under several keys. An ETag of 32 hex digits is the MD5 of an object that was uploaded in one part.
create index s3_processed_objects_content_idx on public.s3_processed_objects (integration_id, etag, size_bytes)
  where is_current and etag ~ '^[0-9a-f]{32}$';

-- The least text that is greater than every text beginning with p_prefix, in the order of code points (that of "C" in UTF-8).
-- Keys from p_prefix up to it are those with the prefix: a range, which an index can answer, and row level security lets it.
create function private.prefix_end(p_prefix text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  v_code int;
begin
  for n in reverse char_length(p_prefix) .. 1 loop
    v_code := ascii(substr(p_prefix, n, 1));
    if v_code < 1114111 then
      -- Between U+D7FF and U+E000 there are no characters.
      return left(p_prefix, n - 1) || chr(case v_code when 55295 then 57344 else v_code + 1 end);
    end if;
  end loop;
  -- Nothing but the last code point, or nothing at all: beyond any key, which has at most 1,100 bytes.
  return repeat(chr(1114111), 300);
end $$;
grant execute on function private.prefix_end(text) to authenticated;

-- One page of an integration's objects, as its caller sees them: newest first, or with p_prefix in the order of keys. Everything
-- the order goes by never changes, so rows that change meanwhile are neither shown twice nor left out; what is found later
-- comes before the first page. p_after is the id of the last row of the page before; p_found_to is exclusive.
--
-- A prefix together with another filter has no index of its own: at most p_scan keys are looked at, and when they do not
-- fill the page, a last row with is_match = false says where to go on.
create function public.list_s3_objects(p_integration_id uuid, p_limit int, p_after uuid default null, p_state text default null,
  p_reason text default null, p_prefix text default null, p_found_from timestamptz default null, p_found_to timestamptz default null,
  p_scan int default 20000)
returns table (id uuid, key text, etag text, size_bytes bigint, source_modified_at timestamptz, is_current boolean, found_by text,
  found_at timestamptz, state text, reason text, reason_detail text, provider_code text, attempts int, revision int, due_at timestamptz,
  job_id uuid, pages int, outputs jsonb, state_changed_at timestamptz, written_back_at timestamptz, is_match boolean)
language plpgsql stable set search_path = ''
-- Sorting a bitmap of all that matches looks cheap to a planner that does not know how much that is.
set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_limit int := least(greatest(p_limit, 1), 1000);
  v_ids uuid[] := '{}';
  v_bookmark uuid;
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
    o.written_back_at, p.n <= cardinality(v_ids)
  from unnest(v_ids || v_bookmark) with ordinality as p (id, n)
  join public.s3_processed_objects o on o.id = p.id
  order by p.n;
end $$;
grant execute on function public.list_s3_objects(uuid, int, uuid, text, text, text, timestamptz, timestamptz, int) to authenticated;

-- What one group of equal content holds: its first keys, the pages of the content, and how many of its objects were processed.
-- Looks at 1,000 of its objects.
create function private.duplicate_group(p_integration_id uuid, p_etag text, p_size_bytes bigint,
  out keys text[], out pages int, out processed_objects bigint)
language sql stable security definer set search_path = ''
as $$
  select (array_agg(m.key order by m.key))[1:20], max(m.pages), count(m.pages)
  from (
    select o.key, o.pages from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.is_current and o.etag ~ '^[0-9a-f]{32}$'
      and o.etag = p_etag and o.size_bytes = p_size_bytes
    limit 1000) as m
$$;

-- Content that lies under more than one key of an integration: groups of current objects with the same MD5 and size, in the order
-- of (etag, size). Reads an index alone, so it asks for membership once instead of row by row. Looks at p_scan entries and ends
-- at the next group; when fewer than p_limit groups were found by then, a last row with objects = 1 says where to go on.
create function private.list_s3_duplicates(p_integration_id uuid, p_limit int, p_after_etag text, p_after_size_bytes bigint, p_scan int)
returns table (etag text, size_bytes bigint, objects bigint, keys text[], pages int, processed_objects bigint)
language plpgsql stable security definer set search_path = ''
set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_variable
declare
  v_tenant_id uuid;
  v_found int := 0;
  v_scanned int := 0;
  v_row record;
begin
  select i.tenant_id into v_tenant_id from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted';
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'member');
  objects := 0;
  for v_row in
    select o.etag, o.size_bytes from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.is_current and o.etag ~ '^[0-9a-f]{32}$'
      and (o.etag, o.size_bytes) > (coalesce(p_after_etag, ''), coalesce(p_after_size_bytes, -1))
    order by o.etag, o.size_bytes
  loop
    v_scanned := v_scanned + 1;
    if v_row.etag = etag and v_row.size_bytes = size_bytes then
      objects := objects + 1;
      continue;
    end if;
    if objects > 1 then
      v_found := v_found + 1;
      select d.keys, d.pages, d.processed_objects into keys, pages, processed_objects
      from private.duplicate_group(p_integration_id, etag, size_bytes) as d;
      return next;
      exit when v_found = p_limit;
    end if;
    if v_scanned > p_scan then
      objects := 1;
      keys := null;
      return next;
      return;
    end if;
    etag := v_row.etag;
    size_bytes := v_row.size_bytes;
    objects := 1;
  end loop;
  if objects > 1 and v_found < p_limit then
    select d.keys, d.pages, d.processed_objects into keys, pages, processed_objects
    from private.duplicate_group(p_integration_id, etag, size_bytes) as d;
    return next;
  end if;
end $$;
grant execute on function private.list_s3_duplicates(uuid, int, text, bigint, int) to authenticated;

create function public.list_s3_duplicates(p_integration_id uuid, p_limit int, p_after_etag text default null,
  p_after_size_bytes bigint default null, p_scan int default 50000)
returns table (etag text, size_bytes bigint, objects bigint, keys text[], pages int, processed_objects bigint)
language sql stable set search_path = ''
as $$ select * from private.list_s3_duplicates(p_integration_id, least(p_limit, 1000), p_after_etag, p_after_size_bytes, p_scan) $$;
grant execute on function public.list_s3_duplicates(uuid, int, text, bigint, int) to authenticated;
