-- Which way new objects are found. A trigger has the bucket listed at once after either change, so nothing that arrives meanwhile is
-- lost; and a version is one row whoever finds it, so nothing is doubled.
create function private.set_s3_detection_mode(p_integration_id uuid, p_mode text, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations := private.lock_integration(p_integration_id);
begin
  perform private.require_revision(v_row.revision, p_revision);
  if p_mode is null or p_mode not in ('poll', 'event') then
    perform private.fail(400, 'invalid_request', 'The detection mode is poll or event.');
  end if;
  -- Without one every event would be refused.
  if p_mode = 'event' and not exists (
    select 1 from public.s3_secret_versions v
    where v.integration_id = p_integration_id and v.field = 'event_secret' and v.state = 'current') then
    perform private.fail(409, 'event_secret_missing');
  end if;
  update public.s3_integrations set detection_mode = p_mode where id = p_integration_id;
end $$;
grant execute on function private.set_s3_detection_mode(uuid, text, int) to authenticated;

create function public.set_s3_detection_mode(p_integration_id uuid, p_mode text, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.set_s3_detection_mode(p_integration_id, p_mode, p_revision) $$;
grant execute on function public.set_s3_detection_mode(uuid, text, int) to authenticated;
