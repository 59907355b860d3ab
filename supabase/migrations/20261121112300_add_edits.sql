-- Edits of what an integration connects to. They need the engine, which alone may judge an endpoint and seal a credential.

-- For an edit: the configuration, its revision, and the version a new credential takes.
create function public.get_s3_integration_for_edit(p_actor uuid, p_integration_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'admin');
  return jsonb_build_object('integration', private.integration_config(v_row), 'revision', v_row.revision,
    'hasCredentials', private.sealed_secrets_of('s3_integration', v_row.id) ? 'credentials',
    -- Never one that was there before, although an earlier edit may have deleted it: each edit counts the revision up.
    'nextVersion', 1 + greatest(v_row.revision,
      coalesce((private.sealed_secrets_of('s3_integration', v_row.id) #>> '{credentials,version}')::int, 0)));
end $$;

-- p_connection {bucket, region, endpoint, addressingStyle, roleArn, inputPrefix, outputPrefix}: all of them, as they shall be.
-- p_settings: as for update_s3_integration. p_credentials: sealed for the new place, or null. p_revision: what the edit was made of.
--
-- A stored credential is for the bucket it was entered for: another endpoint or bucket deletes it with this very edit. What was
-- tested is not what stands now, so the integration is a draft until it is tested and started again.
create function public.edit_s3_integration(p_actor uuid, p_integration_id uuid, p_connection jsonb, p_settings jsonb, p_credentials jsonb,
  p_access_key_hint text, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_new public.s3_integrations;
  v_rule record;
  v_constraint text;
  v_is_moved boolean;
begin
  perform private.act_as(p_actor);
  -- In the order of create_s3_integration: the tenant, then the integration.
  perform 1 from public.tenants t join public.s3_integrations i on i.tenant_id = t.id where i.id = p_integration_id for no key update of t;
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  perform private.require_revision(v_old.revision, p_revision);
  if p_settings <> '{}' then
    perform private.update_s3_integration(p_integration_id, p_settings, null);
  end if;

  if p_credentials is null and (v_old.bucket, v_old.region, v_old.endpoint, v_old.addressing_style, v_old.role_arn, v_old.input_prefix,
      v_old.output_prefix) is not distinct from (p_connection ->> 'bucket', p_connection ->> 'region', p_connection ->> 'endpoint',
      p_connection ->> 'addressingStyle', p_connection ->> 'roleArn', p_connection ->> 'inputPrefix', p_connection ->> 'outputPrefix') then
    return;
  end if;
  perform private.refuse_prefix_overlap(v_old.id, v_old.tenant_id,
    private.s3_location_key(v_old.provider, p_connection ->> 'endpoint', p_connection ->> 'region', p_connection ->> 'bucket'),
    p_connection ->> 'inputPrefix', p_connection ->> 'outputPrefix');
  -- Behind the provider's own endpoint, the region says which it is.
  v_is_moved := (v_old.bucket, coalesce(v_old.endpoint, v_old.region))
    is distinct from (p_connection ->> 'bucket', coalesce(p_connection ->> 'endpoint', p_connection ->> 'region'));
  update public.s3_integrations i set
    bucket = p_connection ->> 'bucket', region = p_connection ->> 'region', endpoint = p_connection ->> 'endpoint',
    addressing_style = p_connection ->> 'addressingStyle', role_arn = p_connection ->> 'roleArn',
    input_prefix = p_connection ->> 'inputPrefix', output_prefix = p_connection ->> 'outputPrefix',
    access_key_hint = case when p_credentials is not null then p_access_key_hint when v_is_moved then null else i.access_key_hint end,
    status = case when i.status = 'disabled' then 'disabled' else 'draft' end,
    -- Never the result of a test again, not even when everything is set back.
    tested_configuration = null, activation_override = null, claim_proven_at = null
  where i.id = p_integration_id returning * into v_new;
  if v_is_moved or p_credentials is not null then
    delete from private.sealed_secrets where record_type = 's3_integration' and record_id = p_integration_id and field = 'credentials';
  end if;
  if p_credentials is not null then
    perform private.add_sealed_secret(v_old.tenant_id, 's3_integration', p_integration_id, 'credentials', p_credentials);
  end if;

  for v_rule in select * from public.s3_integration_folder_rules where integration_id = p_integration_id order by prefix loop
    if not starts_with(v_rule.prefix, v_new.input_prefix) then
      perform private.fail(422, 'rules_outside_input', format('The rule for "%s" lies outside of "%s".', v_rule.prefix, v_new.input_prefix));
    end if;
    if v_rule.output_subfolder is not null and v_new.input_prefix <> v_old.input_prefix then
      perform private.refuse_colliding_outputs(v_new, v_rule.prefix, substr(v_rule.prefix, char_length(v_new.input_prefix) + 1),
        v_rule.output_subfolder);
    end if;
  end loop;

  -- Whoever lists by the old configuration loses its lease; the next cycle knows nothing of the old place.
  update public.s3_poll_states set lease_id = null, lease_expires_at = null, cycle_started_at = null, consecutive_failures = 0,
    last_error_code = null, last_error_detail = null, last_error_at = null, is_unordered = false,
    settle_requested_at = case when v_new.input_prefix <> v_old.input_prefix then now() else settle_requested_at end
  where integration_id = p_integration_id;
  if v_is_moved or v_new.input_prefix <> v_old.input_prefix or v_new.output_prefix <> v_old.output_prefix then
    delete from public.s3_listing_slices where integration_id = p_integration_id;
  end if;
  perform private.settle_outside_prefix(p_integration_id, 5000);
exception
  when unique_violation then
    perform private.fail(409, 'integration_exists', 'Another integration of this tenant reads the same bucket and input prefix.');
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'prefixes_do_not_overlap' then
      perform private.fail(422, 'prefixes_overlap', 'One of the two prefixes lies inside the other.');
    end if;
    perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;
grant execute on function public.get_s3_integration_for_edit(uuid, uuid),
  public.edit_s3_integration(uuid, uuid, jsonb, jsonb, jsonb, text, int) to service_role;
