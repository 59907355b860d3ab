-- Results are read out of the customer's bucket for people who look at an object: any member of the tenant may, as any member
-- reads what became of it.

-- Where the result of a kind lies, and what opens the bucket. Of an object that is not the actor's, or of another integration: not_found.
create function public.get_s3_result(p_actor uuid, p_integration_id uuid, p_object_id uuid, p_kind text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_outputs jsonb;
  v_output jsonb;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'member');
  select outputs into v_outputs from public.s3_processed_objects where id = p_object_id and integration_id = v_row.id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
  select o into v_output from jsonb_array_elements(coalesce(v_outputs, '[]'::jsonb)) as o where o ->> 'kind' = p_kind limit 1;
  if v_output is null then
    perform private.fail(409, 'result_not_written');
  end if;
  return jsonb_build_object('integration', private.integration_config(v_row),
    'sealed', private.sealed_secrets_of('s3_integration', v_row.id), 'key', v_output ->> 'key');
end $$;

grant execute on function public.get_s3_result(uuid, uuid, uuid, text) to service_role;
