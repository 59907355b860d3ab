-- As before (judge_versions_exactly), planned once a connection: see plan_recording_once.

create or replace function private.judge_told_objects(p_integration public.s3_integrations, p_told private.told_object[])
returns table (told private.told_object, action text, current_id uuid)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
begin
  return query
  select t, case
    when k.id is not null and k.is_current then case when c.is_gone and t.at > c.state_changed_at then 'revive' else 'known' end
    when k.id is not null then case when c.id is null or c.is_earlier then 'compare' else 'known' end
    when c.id is null then 'record'
    when not c.is_earlier then 'outdated'
    when c.is_unclear then 'compare'
    when not c.is_nothing
      and coalesce((private.folder_rule_for(p_integration.id, t.key)).overwrite_policy, p_integration.overwrite_policy) = 'ignore'
      then 'ignored'
    else 'record' end, c.id
  from unnest(p_told) as t
  left join public.s3_processed_objects k
    on k.integration_id = p_integration.id and k.key = t.key and k.etag = t.etag and k.size_bytes = t.size_bytes
  left join lateral (
    select o.id, o.state_changed_at,
      o.state = 'skipped' and o.reason in ('object_not_found', 'object_changed') as is_gone,
      o.state = 'skipped' and o.reason in ('object_not_found', 'object_changed', 'before_start', 'outside_prefix')
        and o.outputs is null as is_nothing,
      -- Dated by a listing, which an event is not (it sets event_at and current_since at once): the date may be rounded, or of the
      -- beginning of a long upload. Clocks differ by no more than providers bear.
      not (t.sequencer is not null and o.source_sequencer is not null) and o.event_at is distinct from o.current_since
        and t.at <= o.current_since + interval '15 minutes' as is_unclear,
      case when t.sequencer is not null and o.source_sequencer is not null
        then rpad(t.sequencer, 64, '0') collate "C" > rpad(o.source_sequencer, 64, '0')
        else o.source_modified_at is null or t.at >= o.source_modified_at end as is_earlier
    from public.s3_processed_objects o
    where o.integration_id = p_integration.id and o.key = t.key and o.is_current) as c on true;
end $$;
