-- Counters of the ledger: how many objects and bytes of an integration stand where, without counting rows.
--
-- Kept by the deltas of usage (20261121100200): the statement that changes rows writes the difference in its own transaction, the sweep
-- folds differences into one row a place. What stands is counters + differences not folded yet: exact at any moment, and nobody waits
-- for a counter. Moves among the states of work under way are no difference: they are one place, `pending`, so that the life of a
-- document costs two differences and not eight. How it divides is counted from the rows in flight, which are few and indexed.
-- docs/decisions/0013-dry-runs-counters-and-quotas.md

create table private.s3_ledger_counters (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  -- pending, written_back, or state/reason of what is settled otherwise.
  place text not null,
  objects bigint not null,
  bytes bigint not null,
  primary key (integration_id, place)
);
alter table private.s3_ledger_counters enable row level security;

-- Asked of groups, never of rows: a function of its own costs microseconds, and there are millions of rows.
create function private.ledger_place(p_state text, p_reason text) returns text
language sql immutable set search_path = ''
as $$
  select case when p_state in ('found', 'queued', 'processing', 'staged') then 'pending' when p_state = 'written_back' then p_state
    else p_state || '/' || p_reason end
$$;

create type private.ledger_change as (integration_id uuid, state text, reason text, objects bigint, bytes bigint);

-- Changes of groups of rows as differences of places.
create function private.ledger_deltas(p_changes private.ledger_change[])
returns table (integration_id uuid, day date, metric text, label text, amount bigint)
language sql stable set search_path = ''
as $$
  select p.integration_id, (now() at time zone 'utc')::date, m.metric, p.place, m.amount
  from (
    select c.integration_id, private.ledger_place(c.state, c.reason) as place, sum(c.objects)::bigint as objects, sum(c.bytes)::bigint as bytes
    from unnest(p_changes) as c group by 1, 2) as p
  cross join lateral (values ('ledger', p.objects), ('ledger_bytes', p.bytes)) as m (metric, amount)
  where m.amount <> 0
$$;

-- Triggers of their own beside those of usage: whatever those come to count, the books do not depend on it. Made before the rows are
-- counted below: making them locks out writers.
create function private.count_ledger() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
    select d.* from private.ledger_deltas(array(
      select row(n.integration_id, n.state, n.reason, count(*), sum(n.size_bytes))::private.ledger_change from new_rows n
      group by n.integration_id, n.state, n.reason)) as d;
  elsif tg_op = 'DELETE' then
    insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
    select d.* from private.ledger_deltas(array(
      select row(o.integration_id, o.state, o.reason, -count(*), -sum(o.size_bytes))::private.ledger_change from old_rows o
      group by o.integration_id, o.state, o.reason)) as d;
  -- Moves among the states of work under way change no place, and most updates are no more.
  elsif exists (select 1 from new_rows n where n.state in ('written_back', 'skipped', 'failed', 'dead'))
    or exists (select 1 from old_rows o where o.state in ('written_back', 'skipped', 'failed', 'dead')) then
    -- What is there now, less what was there before: row for row they need not be known.
    insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
    select d.* from private.ledger_deltas(array(
      select row(c.integration_id, c.state, c.reason, c.objects, c.bytes)::private.ledger_change from (
        select n.integration_id, n.state, n.reason, count(*) as objects, sum(n.size_bytes) as bytes from new_rows n group by 1, 2, 3
        union all
        select o.integration_id, o.state, o.reason, -count(*), -sum(o.size_bytes) from old_rows o group by 1, 2, 3) as c)) as d;
  end if;
  return null;
end $$;
create trigger count_ledger_of_found after insert on public.s3_processed_objects
  referencing new table as new_rows for each statement execute function private.count_ledger();
create trigger count_ledger_of_changed after update on public.s3_processed_objects
  referencing old table as old_rows new table as new_rows for each statement execute function private.count_ledger();
create trigger count_ledger_of_deleted after delete on public.s3_processed_objects
  referencing old table as old_rows for each statement execute function private.count_ledger();

-- Folds at most p_limit deltas into their days and counters; returns how many. Two at once take different ones. Engine only.
create or replace function public.fold_s3_usage(p_limit int default 50000) returns int
language sql security definer set search_path = ''
as $$
  with taken as (
    delete from private.s3_usage_deltas where id in (
      select id from private.s3_usage_deltas order by id limit p_limit for update skip locked)
    returning integration_id, day, metric, label, amount
  ), alive as materialized (
    select t.* from taken t where exists (select 1 from public.s3_integrations i where i.id = t.integration_id)
  ), folded as (
    insert into private.s3_usage_daily as d (integration_id, day, metric, label, amount)
    select a.integration_id, a.day, a.metric, a.label, sum(a.amount)
    from alive a where a.metric not in ('ledger', 'ledger_bytes')
    group by 1, 2, 3, 4
    -- One order of locking for everybody.
    order by 1, 2, 3, 4
    on conflict (integration_id, day, metric, label) do update set amount = d.amount + excluded.amount
  ), counted as (
    insert into private.s3_ledger_counters as c (integration_id, place, objects, bytes)
    select a.integration_id, a.label, coalesce(sum(a.amount) filter (where a.metric = 'ledger'), 0),
      coalesce(sum(a.amount) filter (where a.metric = 'ledger_bytes'), 0)
    from alive a where a.metric in ('ledger', 'ledger_bytes')
    group by 1, 2
    order by 1, 2
    on conflict (integration_id, place) do update set objects = c.objects + excluded.objects, bytes = c.bytes + excluded.bytes
  )
  select count(*)::int from taken
$$;

-- What stands, by place: counters and what is not folded yet.
create function private.ledger_places(p_integration_id uuid) returns table (place text, objects bigint, bytes bigint)
language sql stable security definer set search_path = ''
as $$
  select p.place, sum(p.objects)::bigint, sum(p.bytes)::bigint
  from (
    select c.place, c.objects, c.bytes from private.s3_ledger_counters c where c.integration_id = p_integration_id
    union all
    select d.label, case d.metric when 'ledger' then d.amount else 0 end, case d.metric when 'ledger_bytes' then d.amount else 0 end
    from private.s3_usage_deltas d where d.integration_id = p_integration_id and d.metric in ('ledger', 'ledger_bytes')) as p
  group by 1
  having sum(p.objects) <> 0 or sum(p.bytes) <> 0
$$;

-- The books as s3_integration_ledger shows them: one snapshot, so that what is in flight and what is pending agree.
create function private.ledger_rows(p_integration_id uuid) returns table (state text, reason text, objects bigint, bytes bigint)
language sql stable security definer set search_path = ''
as $$
  with places as (
    select * from private.ledger_places(p_integration_id)
  ), in_flight as (
    select o.state, count(*) as objects, sum(o.size_bytes)::bigint as bytes from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.state in ('queued', 'processing', 'staged') group by 1
  ), books as (
    select split_part(p.place, '/', 1) as state, nullif(substr(p.place, strpos(p.place || '/', '/') + 1), '') as reason, p.objects, p.bytes
    from places p where p.place <> 'pending'
    union all
    select f.state, null, f.objects, f.bytes from in_flight f
    union all
    -- What is pending and not in flight waits to be sent.
    select 'found', null, p.objects - coalesce((select sum(f.objects) from in_flight f), 0)::bigint,
      p.bytes - coalesce((select sum(f.bytes) from in_flight f), 0)::bigint
    from places p where p.place = 'pending'
  )
  select b.state, b.reason, b.objects, b.bytes from books b where b.objects <> 0 order by 1, 2
$$;
grant execute on function private.ledger_rows(uuid) to authenticated, service_role;

-- As before row level security decides: whoever does not see the polling of an integration sees no books of it. Those of a deleted one
-- stay, as its history does.
create or replace function public.s3_integration_ledger(p_integration_id uuid)
returns table (state text, reason text, objects bigint, bytes bigint)
language sql stable set search_path = ''
as $$
  select l.state, l.reason, l.objects, l.bytes
  from public.s3_poll_states s cross join lateral private.ledger_rows(s.integration_id) l
  where s.integration_id = p_integration_id order by 1, 2
$$;

-- Compares the counters of an integration with its rows, in one snapshot: the places that differ, so none when all is well. Reads every
-- row; for tests and support. Engine only.
create function public.check_s3_ledger(p_integration_id uuid)
returns table (place text, counted_objects bigint, actual_objects bigint, counted_bytes bigint, actual_bytes bigint)
language sql stable security definer set search_path = ''
as $$
  select place, coalesce(c.objects, 0), coalesce(r.objects, 0), coalesce(c.bytes, 0), coalesce(r.bytes, 0)
  from private.ledger_places(p_integration_id) c
  full join (
    select private.ledger_place(g.state, g.reason) as place, sum(g.objects)::bigint as objects, sum(g.bytes)::bigint as bytes
    from (
      select o.state, o.reason, count(*) as objects, sum(o.size_bytes) as bytes
      from public.s3_processed_objects o where o.integration_id = p_integration_id group by 1, 2) as g
    group by 1) as r using (place)
  where (coalesce(c.objects, 0), coalesce(c.bytes, 0)) is distinct from (coalesce(r.objects, 0), coalesce(r.bytes, 0))
  order by 1
$$;
grant execute on function public.check_s3_ledger(uuid) to service_role;

insert into private.s3_ledger_counters (integration_id, place, objects, bytes)
select g.integration_id, private.ledger_place(g.state, g.reason), sum(g.objects), sum(g.bytes)
from (
  select integration_id, state, reason, count(*) as objects, sum(size_bytes) as bytes from public.s3_processed_objects group by 1, 2, 3) as g
group by 1, 2;

-- Figures of usage are of things that happened; how things stand is none of them.
create index s3_usage_daily_day_idx on private.s3_usage_daily (day);
-- Retention: figures of days more than p_days ago. Returns how many rows, at most p_limit. Engine only.
create function public.prune_s3_usage(p_days int default 400, p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from private.s3_usage_daily where ctid = any (array(
      select d.ctid from private.s3_usage_daily d where d.day < (now() at time zone 'utc')::date - p_days order by d.day limit p_limit))
    returning 1)
  select count(*)::int from gone
$$;
grant execute on function public.prune_s3_usage(int, int) to service_role;
