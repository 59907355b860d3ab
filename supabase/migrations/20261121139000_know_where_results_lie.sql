-- A result is read where it was written: not what lies under its name in the bucket that is connected now, nor what a newer version
-- of the document has put there.

-- The location the results were written to. Null of what was written before this was kept: it is taken to be the present one.
alter table public.s3_processed_objects add column outputs_location text;

-- As before, and the place is remembered.
create or replace function public.complete_writeback(p_object_id uuid, p_lease_id uuid, p_outputs jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_processed_objects o set state = 'written_back', outputs = p_outputs, staged_outputs = null,
    outputs_location = (select i.location_key from public.s3_integrations i where i.id = o.integration_id), lease_id = null,
    due_at = null, reason = null, reason_detail = null, provider_code = null, state_changed_at = now(), written_back_at = now()
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'staged';
  return found;
end $$;

-- As before. Of results in another place: result_elsewhere; of those a newer version has written over: result_superseded.
create or replace function public.get_s3_result(p_actor uuid, p_integration_id uuid, p_object_id uuid, p_kind text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_object public.s3_processed_objects;
  v_output jsonb;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'member');
  select * into v_object from public.s3_processed_objects where id = p_object_id and integration_id = v_row.id;
  if v_object.id is null then
    perform private.fail(404, 'not_found');
  end if;
  select o into v_output from jsonb_array_elements(coalesce(v_object.outputs, '[]'::jsonb)) as o where o ->> 'kind' = p_kind limit 1;
  if v_output is null then
    perform private.fail(409, 'result_not_written');
  end if;
  if v_object.outputs_location <> v_row.location_key then
    perform private.fail(410, 'result_elsewhere');
  end if;
  if not v_object.is_current and exists (
    select 1 from public.s3_processed_objects o where o.integration_id = v_row.id and o.key = v_object.key and o.id <> v_object.id
      and o.written_back_at > v_object.written_back_at
      and o.outputs @> jsonb_build_array(jsonb_build_object('key', v_output ->> 'key'))) then
    perform private.fail(410, 'result_superseded');
  end if;
  return jsonb_build_object('integration', private.integration_config(v_row),
    'sealed', private.sealed_secrets_of('s3_integration', v_row.id), 'key', v_output ->> 'key');
end $$;
