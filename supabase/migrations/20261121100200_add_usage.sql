-- Usage: what happened to an integration on each day, ready to be read however large it is.
--
-- Counted when it happens: statement triggers write small differences (deltas) in the transaction of the change, so a count can
-- neither be lost nor be doubled. The engine's sweep folds deltas into one row a day and figure; whoever reads adds the two up, so
-- the figures are exact at any moment. Deltas are only ever inserted, so that counting never makes two workers wait for each other,
-- as a counter that everybody updates would.
--
-- A figure belongs to the UTC day on which it happened: an object found on Monday and written back on Tuesday is in both. One that
-- failed, was taken up again and succeeded is in both too; how things stand now is s3_integration_ledger.

create table private.s3_usage_deltas (
  id bigint generated always as identity primary key,
  integration_id uuid not null,
  day date not null,
  metric text not null,
  label text not null default '',
  amount bigint not null
);
comment on table private.s3_usage_deltas is 'Not folded yet. No foreign key: what belongs to a deleted integration is dropped when it is folded.';
create index s3_usage_deltas_integration_idx on private.s3_usage_deltas (integration_id, day);
alter table private.s3_usage_deltas enable row level security;

-- metric and label:
--   found (found_by), found_bytes, event_missed, revived    skipped, failed (reason)
--   processed, processed_bytes, pages, written_back         cost_micros (kind)
--   call, call_failed (list, get, put, head, delete)        discovery_ms, completion_ms (bucket of private.latency_bucket)
create table private.s3_usage_daily (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  day date not null,
  metric text not null,
  label text not null,
  amount bigint not null,
  primary key (integration_id, day, metric, label)
);
alter table private.s3_usage_daily enable row level security;

-- Latencies are kept as a histogram, because percentiles of days do not add up to percentiles of a month and histograms do. Eight
-- buckets an octave: a percentile read from it is within 4.5% of the exact one.
create function private.latency_bucket(p_latency interval) returns text
language sql immutable set search_path = ''
as $$ select floor(8 * ln(greatest(extract(epoch from p_latency) * 1000, 1)::float8) / ln(2.0::float8))::int::text $$;

-- {count, p50Ms, p95Ms} of a histogram {bucket: count}; null when there is none. Percentiles by nearest rank, like percentile_disc.
create function private.latency_summary(p_histogram jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  with ranked as (
    select round(power(2, (b.key::int + 0.5) / 8)) as ms, sum(b.value::bigint) over (order by b.key::int) as rank,
      sum(b.value::bigint) over () as total
    from jsonb_each_text(p_histogram) as b
  )
  select jsonb_build_object('count', max(total), 'p50Ms', min(ms) filter (where rank >= ceil(total * 0.50)),
    'p95Ms', min(ms) filter (where rank >= ceil(total * 0.95)))
  from ranked having count(*) > 0
$$;

create function private.count_found_objects() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  with objects as (
    select n.integration_id, (n.found_at at time zone 'utc')::date as found_on, (n.state_changed_at at time zone 'utc')::date as changed_on,
      n.found_by, n.size_bytes, n.state, n.reason, n.found_at - n.source_modified_at as latency,
      -- What was there before we watched was not found late.
      n.source_modified_at >= i.created_at as is_news,
      n.found_by = 'poll' and i.detection_mode = 'event' as is_missed
    from new_rows n join public.s3_integrations i on i.id = n.integration_id
  )
  select integration_id, found_on, 'found', found_by, count(*) from objects group by 1, 2, 4
  union all select integration_id, found_on, 'found_bytes', '', sum(size_bytes) from objects group by 1, 2
  union all select integration_id, found_on, 'event_missed', '', count(*) from objects where is_missed group by 1, 2
  union all select integration_id, found_on, 'discovery_ms', private.latency_bucket(latency), count(*) from objects
    where is_news group by 1, 2, 4
  union all select integration_id, changed_on, 'skipped', reason, count(*) from objects where state = 'skipped' group by 1, 2, 4;
  return null;
end $$;

create function private.count_changed_objects() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Moves between queues are nobody's figure, and most updates are no more.
  if not exists (select 1 from new_rows n
    where n.state in ('staged', 'written_back', 'skipped', 'failed', 'dead') or n.revision > 1) then
    return null;
  end if;
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  with objects as (
    select n.integration_id, (n.state_changed_at at time zone 'utc')::date as changed_on, n.state, n.reason, n.size_bytes, n.pages,
      n.revision, n.revision > o.revision as is_revived, n.written_back_at - n.found_at as latency
    from new_rows n join old_rows o on o.id = n.id
    where (n.state, n.revision) is distinct from (o.state, o.revision)
      and (n.state in ('staged', 'written_back', 'skipped', 'failed', 'dead') or n.revision > o.revision)
  )
  select integration_id, changed_on, 'revived', '', count(*) from objects where is_revived group by 1, 2
  union all select integration_id, changed_on, case state when 'skipped' then 'skipped' else 'failed' end, reason, count(*) from objects
    where state in ('skipped', 'failed', 'dead') group by 1, 2, 3, 4
  union all select integration_id, changed_on, 'processed', '', count(*) from objects where state = 'staged' group by 1, 2
  union all select integration_id, changed_on, 'processed_bytes', '', sum(size_bytes) from objects where state = 'staged' group by 1, 2
  union all select integration_id, changed_on, 'pages', '', sum(pages) from objects where state = 'staged' and pages > 0 group by 1, 2
  union all select integration_id, changed_on, 'written_back', '', count(*) from objects where state = 'written_back' group by 1, 2
  -- Of the first run: one that was taken up again was found long before.
  union all select integration_id, changed_on, 'completion_ms', private.latency_bucket(latency), count(*) from objects
    where state = 'written_back' and revision = 1 group by 1, 2, 4;
  return null;
end $$;

create trigger count_found_objects after insert on public.s3_processed_objects
  referencing new table as new_rows for each statement execute function private.count_found_objects();
create trigger count_changed_objects after update on public.s3_processed_objects
  referencing old table as old_rows new table as new_rows for each statement execute function private.count_changed_objects();

-- Money is the ledger's: an object that is taken up again has a new job_id, and what its earlier job cost still counts.
create function private.count_costs() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  select c.integration_id, (c.at at time zone 'utc')::date, 'cost_micros', c.kind, sum(c.amount_micros)
  from new_rows c where c.integration_id is not null group by 1, 2, 4;
  return null;
end $$;
create trigger count_costs after insert on public.cost_ledger
  referencing new table as new_rows for each statement execute function private.count_costs();

-- Requests made on customers' accounts: p_calls [{integrationId, kind, calls, failed}], kind one of list, get, put, head, delete.
-- Engine only, once a batch of work.
create function public.record_s3_calls(p_calls jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into private.s3_usage_deltas (integration_id, day, metric, label, amount)
  select (e ->> 'integrationId')::uuid, (now() at time zone 'utc')::date, m.metric, e ->> 'kind', m.amount
  from jsonb_array_elements(p_calls) as e
  cross join lateral (values ('call', (e ->> 'calls')::bigint), ('call_failed', (e ->> 'failed')::bigint)) as m (metric, amount)
  where e ->> 'kind' in ('list', 'get', 'put', 'head', 'delete') and m.amount > 0
$$;

-- Folds at most p_limit deltas into their days; returns how many. Two at once take different ones. Engine only.
create function public.fold_s3_usage(p_limit int default 50000) returns int
language sql security definer set search_path = ''
as $$
  with taken as (
    delete from private.s3_usage_deltas where id in (
      select id from private.s3_usage_deltas order by id limit p_limit for update skip locked)
    returning integration_id, day, metric, label, amount
  ), folded as (
    insert into private.s3_usage_daily as d (integration_id, day, metric, label, amount)
    select t.integration_id, t.day, t.metric, t.label, sum(t.amount)
    from taken t where exists (select 1 from public.s3_integrations i where i.id = t.integration_id)
    group by 1, 2, 3, 4
    -- One order of locking for everybody.
    order by 1, 2, 3, 4
    on conflict (integration_id, day, metric, label) do update set amount = d.amount + excluded.amount
  )
  select count(*)::int from taken
$$;
grant execute on function public.record_s3_calls(jsonb), public.fold_s3_usage(int) to service_role;

-- Figures of some integrations since a day: one row a day, and one without a day for all of them together.
create function private.usage_figures(p_integration_ids uuid[], p_from date)
returns table (integration_id uuid, day date, figures jsonb)
language sql stable security definer set search_path = ''
as $$
  with parts as (
    select d.integration_id, d.day, d.metric, d.label, d.amount from private.s3_usage_daily d
    where d.integration_id = any (p_integration_ids) and d.day >= p_from
    union all
    select d.integration_id, d.day, d.metric, d.label, d.amount from private.s3_usage_deltas d
    where d.integration_id = any (p_integration_ids) and d.day >= p_from
  ), sums as (
    select p.integration_id, p.day, p.metric, p.label, sum(p.amount)::bigint as amount
    from parts p group by grouping sets ((p.integration_id, p.day, p.metric, p.label), (p.integration_id, p.metric, p.label))
  )
  select s.integration_id, s.day, jsonb_build_object(
    'found', coalesce(sum(amount) filter (where metric = 'found'), 0),
    'foundBy', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'found'), '{}'),
    'revived', coalesce(sum(amount) filter (where metric = 'revived'), 0),
    'processed', coalesce(sum(amount) filter (where metric = 'processed'), 0),
    'writtenBack', coalesce(sum(amount) filter (where metric = 'written_back'), 0),
    'skipped', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'skipped'), '{}'),
    'failed', coalesce(jsonb_object_agg(label, amount) filter (where metric = 'failed'), '{}'),
    'pages', coalesce(sum(amount) filter (where metric = 'pages'), 0),
    'bytesFound', coalesce(sum(amount) filter (where metric = 'found_bytes'), 0),
    'bytesProcessed', coalesce(sum(amount) filter (where metric = 'processed_bytes'), 0),
    'eventsMissed', coalesce(sum(amount) filter (where metric = 'event_missed'), 0),
    'discoveryLatency', private.latency_summary(jsonb_object_agg(label, amount) filter (where metric = 'discovery_ms')),
    'completionLatency', private.latency_summary(jsonb_object_agg(label, amount) filter (where metric = 'completion_ms')),
    'calls', jsonb_build_object(
      'list', coalesce(sum(amount) filter (where metric = 'call' and label = 'list'), 0),
      'get', coalesce(sum(amount) filter (where metric = 'call' and label = 'get'), 0),
      'put', coalesce(sum(amount) filter (where metric = 'call' and label = 'put'), 0),
      'head', coalesce(sum(amount) filter (where metric = 'call' and label = 'head'), 0),
      'delete', coalesce(sum(amount) filter (where metric = 'call' and label = 'delete'), 0),
      'failed', coalesce(sum(amount) filter (where metric = 'call_failed'), 0)),
    'costMicros', coalesce(sum(amount) filter (where metric = 'cost_micros'), 0))
  from sums s group by s.integration_id, s.day
$$;

-- What a day looks like on which nothing happened.
create function private.no_usage() returns jsonb
language sql immutable set search_path = ''
as $$
  select '{"found": 0, "foundBy": {}, "revived": 0, "processed": 0, "writtenBack": 0, "skipped": {}, "failed": {}, "pages": 0,
    "bytesFound": 0, "bytesProcessed": 0, "eventsMissed": 0, "discoveryLatency": null, "completionLatency": null,
    "calls": {"list": 0, "get": 0, "put": 0, "head": 0, "delete": 0, "failed": 0}, "costMicros": 0}'::jsonb
$$;

create function private.require_usage_days(p_days int) returns date
language plpgsql stable set search_path = ''
as $$
begin
  if p_days is null or p_days not between 1 and 90 then
    perform private.fail(400, 'invalid_request', 'Ask for 1 to 90 days.');
  end if;
  return (now() at time zone 'utc')::date - (p_days - 1);
end $$;

-- {integrationId, from, to, totals, days: [{day, …}]}, oldest day first. For members of the tenant and for support; to everybody
-- else the integration does not exist. Reads past row level security, so it asks who is asking itself.
create function private.s3_integration_usage_summary(p_integration_id uuid, p_days int) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_from date := private.require_usage_days(p_days);
  v_to date := v_from + (p_days - 1);
begin
  perform 1 from public.s3_integrations i where i.id = p_integration_id
    and (private.is_support() or (i.status <> 'deleted' and i.tenant_id in (select private.my_tenant_ids())));
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  return (
    with usage as materialized (select u.day, u.figures from private.usage_figures(array[p_integration_id], v_from) u)
    select jsonb_build_object('integrationId', p_integration_id, 'from', v_from, 'to', v_to,
      'totals', coalesce((select u.figures from usage u where u.day is null), private.no_usage()),
      'days', (
        select jsonb_agg(jsonb_build_object('day', d.day::date) || coalesce(u.figures, private.no_usage()) order by d.day)
        from generate_series(v_from, v_to, interval '1 day') as d (day) left join usage u on u.day = d.day::date)));
end $$;

-- The same across tenants, for support: totals of each integration, deleted ones too, in the order of their ids after p_after.
-- {from, to, items: [{tenantId, tenantName, integrationId, name, provider, status, totals}]}
create function private.support_usage_summary(p_days int, p_limit int, p_after uuid, p_tenant_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_from date := private.require_usage_days(p_days);
  v_ids uuid[];
begin
  -- What is not for the caller is not there.
  if not private.is_support() then
    perform private.fail(404, 'not_found');
  end if;
  select array_agg(p.id) into v_ids from (
    select i.id from public.s3_integrations i
    where (p_after is null or i.id > p_after) and (p_tenant_id is null or i.tenant_id = p_tenant_id)
    order by i.id limit least(greatest(p_limit, 1), 500)) as p;
  return jsonb_build_object('from', v_from, 'to', v_from + (p_days - 1), 'items', coalesce((
    select jsonb_agg(jsonb_build_object('tenantId', t.id, 'tenantName', t.name, 'integrationId', i.id, 'name', i.name,
      'provider', i.provider, 'status', i.status, 'totals', coalesce(u.figures, private.no_usage())) order by i.id)
    from public.s3_integrations i
    join public.tenants t on t.id = i.tenant_id
    left join private.usage_figures(v_ids, v_from) u on u.integration_id = i.id and u.day is null
    where i.id = any (v_ids)), '[]'::jsonb));
end $$;
grant execute on function private.s3_integration_usage_summary(uuid, int), private.support_usage_summary(int, int, uuid, uuid) to authenticated;

create function public.s3_integration_usage_summary(p_integration_id uuid, p_days int default 30) returns jsonb
language sql stable set search_path = '' as $$ select private.s3_integration_usage_summary(p_integration_id, p_days) $$;
create function public.support_usage_summary(p_days int default 30, p_limit int default 50, p_after uuid default null, p_tenant_id uuid default null)
returns jsonb
language sql stable set search_path = '' as $$ select private.support_usage_summary(p_days, p_limit, p_after, p_tenant_id) $$;
grant execute on function public.s3_integration_usage_summary(uuid, int), public.support_usage_summary(int, int, uuid, uuid) to authenticated;

-- What happened before anybody counted, as far as the rows still tell.
insert into private.s3_usage_daily (integration_id, day, metric, label, amount)
select integration_id, (found_at at time zone 'utc')::date, 'found', found_by, count(*) from public.s3_processed_objects group by 1, 2, 4
union all
select integration_id, (found_at at time zone 'utc')::date, 'found_bytes', '', sum(size_bytes) from public.s3_processed_objects group by 1, 2
union all
select integration_id, (state_changed_at at time zone 'utc')::date, case state when 'skipped' then 'skipped' else 'failed' end, reason, count(*)
from public.s3_processed_objects where state in ('skipped', 'failed', 'dead') group by 1, 2, 3, 4
union all
select integration_id, (staged_at at time zone 'utc')::date, 'processed', '', count(*) from public.s3_processed_objects
where staged_at is not null group by 1, 2
union all
select integration_id, (staged_at at time zone 'utc')::date, 'processed_bytes', '', sum(size_bytes) from public.s3_processed_objects
where staged_at is not null group by 1, 2
union all
select integration_id, (staged_at at time zone 'utc')::date, 'pages', '', sum(pages) from public.s3_processed_objects
where staged_at is not null and pages > 0 group by 1, 2
union all
select integration_id, (written_back_at at time zone 'utc')::date, 'written_back', '', count(*) from public.s3_processed_objects
where written_back_at is not null group by 1, 2
union all
select integration_id, (written_back_at at time zone 'utc')::date, 'completion_ms', private.latency_bucket(written_back_at - found_at), count(*)
from public.s3_processed_objects where written_back_at is not null and revision = 1 group by 1, 2, 4
union all
select integration_id, (at at time zone 'utc')::date, 'cost_micros', kind, sum(amount_micros) from public.cost_ledger
where integration_id is not null group by 1, 2, 4;
