-- As before (create_s3_event_tests), in turns between tenants: one whose bucket does not answer must not keep the others waiting.
create or replace function public.due_s3_event_tests(p_limit int) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'integrationId', d.integration_id, 'key', d.key,
    'isLastTry', d.started_at < now() - interval '15 minutes') order by d.turn, d.started_at), '[]'::jsonb)
  from (
    select t.*, row_number() over (partition by t.tenant_id order by t.started_at) as turn from public.s3_event_tests t
    where t.ended_at is null and (t.written_at < now() - interval '1 minute' or t.started_at < now() - interval '2 minutes'
      or exists (select 1 from public.s3_processed_objects o
        where o.integration_id = t.integration_id and o.key = t.key and o.event_at is not null))
    order by turn, t.started_at limit p_limit) as d
$$;
