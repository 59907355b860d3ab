-- Which configuration a connection test was made for: a test that passed says nothing of a bucket, prefix or credential that
-- was changed since, or while it ran.

-- Everything a connection test depends on, as one value to compare; the name or language of an integration are none of it.
create function private.connection_configuration(i public.s3_integrations) returns text
language sql stable security definer set search_path = ''
as $$
  select encode(sha256(convert_to(jsonb_build_array(i.provider, i.endpoint, i.region, i.addressing_style, i.bucket, i.input_prefix,
    i.output_prefix, i.role_arn, i.external_id,
    private.sealed_secrets_of('s3_integration', i.id) -> 'credentials' -> 'version')::text, 'UTF8')), 'hex')
$$;

alter table public.s3_integrations add column tested_configuration text check (tested_configuration ~ '^[0-9a-f]{64}$');

-- Whether the configuration as it stands has passed: the newest test was made for it and no check failed (warnings may be there).
create function private.connection_test_passed(i public.s3_integrations) returns boolean
language sql stable security definer set search_path = ''
as $$
  select coalesce(i.last_test ->> 'outcome' = 'passed' and i.tested_configuration = private.connection_configuration(i), false)
$$;

-- As before; says which configuration it is, to be recorded with the test's result.
create or replace function public.get_s3_integration_with_secrets(p_actor uuid, p_integration_id uuid) returns jsonb
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
  return jsonb_build_object('integration', private.integration_config(v_row),
    'sealed', private.sealed_secrets_of('s3_integration', v_row.id),
    'configuration', private.connection_configuration(v_row));
end $$;

drop function public.record_s3_connection_test(uuid, uuid, jsonb);
-- p_configuration: what get_s3_integration_with_secrets told of what was tested. Null, and the test proves nothing of the
-- configuration as it stands.
create function public.record_s3_connection_test(p_actor uuid, p_integration_id uuid, p_result jsonb, p_configuration text default null)
returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.act_as(p_actor);
  update public.s3_integrations set last_test = p_result, last_tested_at = now(), tested_configuration = p_configuration
  where id = p_integration_id and status <> 'deleted';
  if not found then
    return;
  end if;
  -- The entry support looks for first.
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  select 's3-integrations', case p_result ->> 'outcome' when 'passed' then 'info' else 'warn' end, 'testConnection',
    format('connection test %s', p_result ->> 'outcome'), i.tenant_id, i.id, p_result
  from public.s3_integrations i where i.id = p_integration_id;
  -- A connection that works again need not wait for the back-off of when it did not.
  if p_result ->> 'outcome' = 'passed' then
    update public.s3_poll_states set next_poll_at = least(next_poll_at, now()), consecutive_failures = 0,
      revive_requested_at = now()
    where integration_id = p_integration_id;
    -- A batch: there may be millions, and the sweep (revive_after_test) goes on with them.
    perform private.revive_objects(p_integration_id, now(), 5000);
  end if;
end $$;
grant execute on function public.record_s3_connection_test(uuid, uuid, jsonb, text) to service_role;
