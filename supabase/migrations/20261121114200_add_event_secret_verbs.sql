-- Verbs on event secrets: what a tenant's event source signs its deliveries with. Issued and rotated by the engine, which seals them and
-- reveals them once; during an overlap two are valid, and each remembers when it was last seen.

-- What issuing and rotating begin with: {tenantId, version}. p_exists: whether there has to be one, or none.
create function public.begin_event_secret(p_actor uuid, p_integration_id uuid, p_exists boolean) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  v_row := private.lock_integration(p_integration_id);
  if p_exists <> exists (select 1 from public.s3_secret_versions
    where integration_id = p_integration_id and field = 'event_secret' and state = 'current') then
    perform private.fail(409, case when p_exists then 'event_secret_missing' else 'event_secret_exists' end);
  end if;
  return jsonb_build_object('tenantId', v_row.tenant_id, 'version', private.next_secret_version(p_integration_id, 'event_secret'));
end $$;

-- Stores the next version. p_keep_old_hours: how long the one before it stays valid; null for the first. One older still is destroyed.
-- Returns {version, createdAt, previousValidUntil}.
create function public.add_event_secret(p_actor uuid, p_integration_id uuid, p_secret jsonb, p_keep_old_hours int default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_begun jsonb := public.begin_event_secret(p_actor, p_integration_id, p_keep_old_hours is not null);
  v_version int := (p_secret ->> 'version')::int;
  v_until timestamptz := now() + make_interval(hours => p_keep_old_hours);
begin
  if v_version <> (v_begun ->> 'version')::int then
    perform private.fail(409, 'conflict', 'The event secret was changed by somebody else at the same time.');
  end if;
  perform private.destroy_secret(p_integration_id, 'event_secret', 'previous');
  if p_keep_old_hours > 0 then
    update public.s3_secret_versions set state = 'previous', valid_until = v_until
    where integration_id = p_integration_id and field = 'event_secret' and state = 'current';
  else
    perform private.destroy_secret(p_integration_id, 'event_secret', 'current');
  end if;
  insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, since)
  values (p_integration_id, (v_begun ->> 'tenantId')::uuid, 'event_secret', v_version, 'current', now());
  perform private.add_sealed_secret((v_begun ->> 'tenantId')::uuid, 's3_integration', p_integration_id, 'event_secret', p_secret);
  return jsonb_build_object('version', v_version, 'createdAt', now(), 'previousValidUntil', case when p_keep_old_hours > 0 then v_until end);
end $$;

-- Ends the overlap now: what is signed with the old secret is refused from here on.
create function private.end_event_secret_overlap(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations := private.lock_integration(p_integration_id);
begin
  perform private.destroy_secret(v_row.id, 'event_secret', 'previous');
end $$;
grant execute on function private.end_event_secret_overlap(uuid) to authenticated;
create function public.end_event_secret_overlap(p_integration_id uuid) returns void
language sql set search_path = '' as $$ select private.end_event_secret_overlap(p_integration_id) $$;
grant execute on function public.end_event_secret_overlap(uuid) to authenticated;

-- For whoever verifies a delivery: {tenantId, secrets: [sealed, newest first]}, those valid now. Null for an unknown or deleted integration.
create function public.get_event_secrets(p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('tenantId', i.tenant_id, 'secrets', coalesce((
    select jsonb_agg(jsonb_build_object('version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id,
      'kmsKeyVersion', s.kms_key_version, 'dataKeyCiphertext', s.data_key_ciphertext::text,
      'secretCiphertext', s.secret_ciphertext::text) order by s.version desc)
    from public.s3_secret_versions v
    join private.sealed_secrets s on s.record_type = 's3_integration' and s.record_id = v.integration_id and s.field = v.field and s.version = v.version
    where v.integration_id = i.id and v.field = 'event_secret'
      and (v.state = 'current' or (v.state = 'previous' and v.valid_until > now()))), '[]'::jsonb))
  from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted'
$$;

-- A delivery was verified with this version. Writes at most once a minute.
create function public.record_event_secret_seen(p_integration_id uuid, p_version int) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_secret_versions set last_used_at = now()
  where integration_id = p_integration_id and field = 'event_secret' and version = p_version
    and (last_used_at is null or last_used_at < now() - interval '55 seconds')
$$;
grant execute on function public.begin_event_secret(uuid, uuid, boolean), public.add_event_secret(uuid, uuid, jsonb, int),
  public.get_event_secrets(uuid), public.record_event_secret_seen(uuid, int) to service_role;
