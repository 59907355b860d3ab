-- How accessible the documents of an integration were and are: the scores of their reports, beside them, so that they are added up
-- without unpacking every report.

alter table public.s3_processed_objects
  -- Of 100, by the machine checks of PDF/UA-1: of the source, and of what was made of it. Null: not checked.
  add column score_before smallint check (score_before between 0 and 100),
  add column score_after smallint check (score_after between 0 and 100);
grant select (score_before, score_after) on public.s3_processed_objects to authenticated;

create function private.note_scores() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.score_before := (new.report #>> '{conformance,before,score}')::smallint;
  new.score_after := (new.report #>> '{conformance,after,score}')::smallint;
  return new;
end $$;
create trigger note_scores before update of report on public.s3_processed_objects
  for each row when (new.report is distinct from old.report) execute function private.note_scores();

update public.s3_processed_objects
set score_before = (report #>> '{conformance,before,score}')::smallint, score_after = (report #>> '{conformance,after,score}')::smallint
where report #>> '{conformance,after,score}' is not null;

create index s3_processed_objects_scores_idx on public.s3_processed_objects (integration_id, key) include (score_before, score_after)
  where is_current and state = 'written_back' and score_after is not null;

-- Documents that were checked, by folder: the 100 folders with most of them, and as a row without folder all together.
create function public.s3_accessibility_scores(p_integration_id uuid)
returns table (folder text, documents bigint, score_before numeric, score_after numeric, passing bigint)
language sql stable set search_path = ''
as $$
  select f.folder, count(*), round(avg(f.score_before), 1), round(avg(f.score_after), 1), count(*) filter (where f.score_after = 100)
  from (
    select regexp_replace(o.key, '[^/]*$', '') as folder, o.score_before, o.score_after from public.s3_processed_objects o
    where o.integration_id = p_integration_id and o.is_current and o.state = 'written_back' and o.score_after is not null) as f
  group by grouping sets ((f.folder), ())
  -- Nothing at all where there is no document.
  having count(*) > 0
  order by f.folder is null desc, count(*) desc, f.folder
  limit 101
$$;
grant execute on function public.s3_accessibility_scores(uuid) to authenticated;
