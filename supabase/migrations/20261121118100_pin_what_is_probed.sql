-- A rotation probes the configuration it began with. One that was edited between its beginning and its staging would be swapped into
-- a configuration nobody has probed: staging names what was begun with, and is refused when that is not what stands.

-- As before, with the configuration that will be probed.
create or replace function public.begin_credential_rotation(p_actor uuid, p_integration_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  v_row := private.lock_integration(p_integration_id);
  if v_row.provider = 'aws_role' then
    perform private.fail(409, 'credentials_by_role');
  end if;
  perform private.require_no_rotation(p_integration_id);
  return jsonb_build_object('integration', private.integration_config(v_row),
    'version', private.next_secret_version(p_integration_id, 'credentials'),
    'configuration', private.connection_configuration(v_row));
end $$;

drop function public.stage_s3_credentials(uuid, uuid, jsonb, text, int);
-- Puts sealed credentials beside those in use. Nothing works with them yet. p_configuration: what begin_credential_rotation told.
-- Returns the rotation's id.
create function public.stage_s3_credentials(p_actor uuid, p_integration_id uuid, p_credentials jsonb, p_hint text, p_keep_old_hours int,
  p_configuration text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_version int := (p_credentials ->> 'version')::int;
  v_id uuid;
begin
  perform private.act_as(p_actor);
  v_row := private.lock_integration(p_integration_id);
  perform private.require_no_rotation(p_integration_id);
  if v_version <> private.next_secret_version(p_integration_id, 'credentials') then
    perform private.fail(409, 'rotation_in_progress', 'Another rotation was begun at the same time.');
  end if;
  if p_configuration is distinct from private.connection_configuration(v_row) then
    perform private.fail(409, 'conflict', 'The integration was edited at the same time. Nothing was changed by the rotation; begin it again.');
  end if;
  insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, hint)
  values (p_integration_id, v_row.tenant_id, 'credentials', v_version, 'staged', p_hint);
  perform private.add_sealed_secret(v_row.tenant_id, 's3_integration', p_integration_id, 'credentials', p_credentials);
  insert into public.s3_credential_rotations (tenant_id, integration_id, from_version, to_version, keep_old_hours, configuration, started_by)
  values (v_row.tenant_id, p_integration_id,
    (select version from public.s3_secret_versions where integration_id = p_integration_id and field = 'credentials' and state = 'current'),
    v_version, p_keep_old_hours, p_configuration, p_actor)
  returning id into v_id;
  return v_id;
end $$;
grant execute on function public.stage_s3_credentials(uuid, uuid, jsonb, text, int, text) to service_role;

-- Stores the next version. p_keep_old_hours: how long the one before it stays valid; null for the first. Two are valid at most: beside
-- the new one the one before it, or, where that was never seen, the one before that. Who rotates twice (the answer with the secret was
-- lost, and it is shown once) has not changed the event source over yet: what it signs with must not become invalid by that.
-- Returns {version, createdAt, previousValidUntil}.
create or replace function public.add_event_secret(p_actor uuid, p_integration_id uuid, p_secret jsonb, p_keep_old_hours int default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_begun jsonb := public.begin_event_secret(p_actor, p_integration_id, p_keep_old_hours is not null);
  v_version int := (p_secret ->> 'version')::int;
  v_until timestamptz := now() + make_interval(hours => p_keep_old_hours);
  v_is_unseen boolean;
begin
  if v_version <> (v_begun ->> 'version')::int then
    perform private.fail(409, 'conflict', 'The event secret was changed by somebody else at the same time.');
  end if;
  v_is_unseen := p_keep_old_hours > 0
    and exists (select 1 from public.s3_secret_versions v where v.integration_id = p_integration_id and v.field = 'event_secret'
      and v.state = 'current' and v.last_used_at is null)
    and exists (select 1 from public.s3_secret_versions v where v.integration_id = p_integration_id and v.field = 'event_secret'
      and v.state = 'previous' and v.valid_until > now());
  if v_is_unseen then
    perform private.destroy_secret(p_integration_id, 'event_secret', 'current');
    update public.s3_secret_versions set valid_until = v_until
    where integration_id = p_integration_id and field = 'event_secret' and state = 'previous';
  else
    perform private.destroy_secret(p_integration_id, 'event_secret', 'previous');
    if p_keep_old_hours > 0 then
      update public.s3_secret_versions set state = 'previous', valid_until = v_until
      where integration_id = p_integration_id and field = 'event_secret' and state = 'current';
    else
      perform private.destroy_secret(p_integration_id, 'event_secret', 'current');
    end if;
  end if;
  insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, since)
  values (p_integration_id, (v_begun ->> 'tenantId')::uuid, 'event_secret', v_version, 'current', now());
  perform private.add_sealed_secret((v_begun ->> 'tenantId')::uuid, 's3_integration', p_integration_id, 'event_secret', p_secret);
  return jsonb_build_object('version', v_version, 'createdAt', now(), 'previousValidUntil', case when p_keep_old_hours > 0 then v_until end);
end $$;
