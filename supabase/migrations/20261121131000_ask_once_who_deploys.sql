-- As before; the role is asked for where the integration is locked, and once.
create or replace function public.note_r2_receiver(p_actor uuid, p_integration_id uuid, p_action text, p_account_id text, p_outcome text,
  p_steps jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  perform private.act_as(p_actor);
  select i.tenant_id into v_tenant_id from public.s3_integrations i where i.id = p_integration_id;
  -- What has begun is told to its end, whatever becomes of the integration or of the role of who began it.
  if p_outcome = 'begun' then
    perform private.lock_integration(p_integration_id);
  end if;
  if p_action not in ('deploy', 'remove') or p_outcome not in ('begun', 'done', 'failed') then
    perform private.fail(400, 'invalid_request');
  end if;
  if v_tenant_id is not null then
    perform private.note_act(v_tenant_id, p_action, 's3_r2_receivers', p_integration_id::text, jsonb_strip_nulls(jsonb_build_object(
      'account_id', p_account_id, 'outcome', p_outcome, 'steps', p_steps)));
  end if;
end $$;
