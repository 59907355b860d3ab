-- Verbs on the rotation of credentials. What seals or probes is for the engine and names its actor; finishing and cancelling take no
-- secret, so an admin may do it through PostgREST as well as through the API. Everybody locks the integration first.

create function private.lock_integration(p_integration_id uuid) returns public.s3_integrations
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'admin');
  return v_row;
end $$;

-- How long a probe may be under way before nobody waits for it any more.
create function private.probe_limit() returns interval
language sql immutable set search_path = '' as $$ select interval '2 minutes' $$;

-- Ends a rotation that is staged. The caller holds the lock of the integration.
create function private.drop_staged_credentials(p_rotation_id uuid, p_state text, p_checks jsonb default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration_id uuid;
begin
  update public.s3_credential_rotations set state = p_state, ended_at = now(), checks = coalesce(p_checks, checks)
  where id = p_rotation_id returning integration_id into v_integration_id;
  perform private.destroy_secret(v_integration_id, 'credentials', 'staged');
end $$;

-- Fails while another rotation is open. One whose probe nobody waits for is none, nor is one the sweep is about to end.
create function private.require_no_rotation(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_open public.s3_credential_rotations;
begin
  select * into v_open from public.s3_credential_rotations where integration_id = p_integration_id and ended_at is null;
  if v_open.state = 'staged' and v_open.staged_at < now() - private.probe_limit() then
    perform private.drop_staged_credentials(v_open.id, 'abandoned');
  elsif v_open.overlap_until <= now() then
    update public.s3_credential_rotations set state = 'finished', ended_at = now() where id = v_open.id;
    perform private.destroy_secret(p_integration_id, 'credentials', 'previous');
  elsif v_open.state = 'staged' then
    perform private.fail(409, 'rotation_in_progress', 'The new credentials of another rotation are being probed.');
  elsif v_open.id is not null then
    perform private.fail(409, 'rotation_in_progress',
      format('The old credentials of the last rotation are kept until %s.', to_char(v_open.overlap_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')));
  end if;
end $$;

-- What a rotation begins with: {integration, version}, the version to seal the new credentials as.
create function public.begin_credential_rotation(p_actor uuid, p_integration_id uuid) returns jsonb
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
    'version', private.next_secret_version(p_integration_id, 'credentials'));
end $$;

-- Puts sealed credentials beside those in use. Nothing works with them yet. Returns the rotation's id.
create function public.stage_s3_credentials(p_actor uuid, p_integration_id uuid, p_credentials jsonb, p_hint text, p_keep_old_hours int) returns uuid
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
  insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, hint)
  values (p_integration_id, v_row.tenant_id, 'credentials', v_version, 'staged', p_hint);
  perform private.add_sealed_secret(v_row.tenant_id, 's3_integration', p_integration_id, 'credentials', p_credentials);
  insert into public.s3_credential_rotations (tenant_id, integration_id, from_version, to_version, keep_old_hours, configuration, started_by)
  values (v_row.tenant_id, p_integration_id,
    (select version from public.s3_secret_versions where integration_id = p_integration_id and field = 'credentials' and state = 'current'),
    v_version, p_keep_old_hours, private.connection_configuration(v_row), p_actor)
  returning id into v_id;
  return v_id;
end $$;

-- The rotation, if its probe is still awaited; the integration is locked.
create function private.staged_rotation(p_actor uuid, p_rotation_id uuid) returns public.s3_credential_rotations
language plpgsql security definer set search_path = ''
as $$
declare
  v_rotation public.s3_credential_rotations;
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  select * into v_rotation from public.s3_credential_rotations where id = p_rotation_id;
  if v_rotation.id is null then
    perform private.fail(404, 'not_found');
  end if;
  v_row := private.lock_integration(v_rotation.integration_id);
  select * into v_rotation from public.s3_credential_rotations where id = p_rotation_id;
  if v_rotation.state <> 'staged' then
    perform private.fail(409, 'conflict', 'The rotation was ended while the new credentials were being probed. Nothing was changed by it.');
  end if;
  return v_rotation;
end $$;

-- From now on the new credentials are used. Refused when what was probed is not what stands.
create function public.swap_s3_credentials(p_actor uuid, p_rotation_id uuid, p_test jsonb, p_in_flight_seconds int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_rotation public.s3_credential_rotations := private.staged_rotation(p_actor, p_rotation_id);
  v_id uuid := v_rotation.integration_id;
  v_keeps boolean := v_rotation.from_version is not null and v_rotation.keep_old_hours > 0;
  v_until timestamptz := now() + make_interval(hours => v_rotation.keep_old_hours);
  v_hint text;
begin
  if v_rotation.configuration <> (select private.connection_configuration(i) from public.s3_integrations i where i.id = v_id) then
    perform private.fail(409, 'conflict', 'The integration was edited while the new credentials were being probed. Nothing was changed by the rotation; begin it again.');
  end if;
  -- First, so that the trigger on the deletion finds nothing open.
  update public.s3_credential_rotations set
    state = case when v_keeps then 'overlapping' else 'finished' end, ended_at = case when v_keeps then null else now() end,
    swapped_at = now(), overlap_until = case when v_keeps then v_until end,
    in_flight_until = case when from_version is not null then now() + make_interval(secs => p_in_flight_seconds) end,
    checks = p_test -> 'checks'
  where id = p_rotation_id;
  if v_keeps then
    update public.s3_secret_versions set state = 'previous', valid_until = v_until
    where integration_id = v_id and field = 'credentials' and state = 'current';
  else
    perform private.destroy_secret(v_id, 'credentials', 'current');
  end if;
  update public.s3_secret_versions set state = 'current', since = now()
  where integration_id = v_id and field = 'credentials' and state = 'staged' returning hint into v_hint;
  update public.s3_integrations set access_key_hint = v_hint where id = v_id;
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-integrations', 'info', 'credentials_rotated', format('the credentials ending in %s are used from now on', v_hint),
    v_rotation.tenant_id, v_id, jsonb_build_object('rotationId', p_rotation_id, 'version', v_rotation.to_version, 'keepOldHours', v_rotation.keep_old_hours));
  -- What waited for credentials that work is taken up.
  perform public.record_s3_connection_test(p_actor, v_id, p_test, private.connection_configuration(i)) from public.s3_integrations i where i.id = v_id;
end $$;

-- The probe failed: as if nothing had been entered.
create function public.refuse_s3_credentials(p_actor uuid, p_rotation_id uuid, p_test jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_rotation public.s3_credential_rotations := private.staged_rotation(p_actor, p_rotation_id);
begin
  perform private.drop_staged_credentials(p_rotation_id, 'refused', p_test -> 'checks');
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-integrations', 'warn', 'rotation_refused', 'the new credentials failed their probe; nothing was changed', v_rotation.tenant_id,
    v_rotation.integration_id, jsonb_build_object('rotationId', p_rotation_id, 'checks', p_test -> 'checks'));
end $$;

-- previous → current. The caller holds the lock of the integration and has ended the rotation.
create function private.restore_previous_credentials(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_hint text;
begin
  perform private.destroy_secret(p_integration_id, 'credentials', 'current');
  update public.s3_secret_versions set state = 'current', valid_until = null
  where integration_id = p_integration_id and field = 'credentials' and state = 'previous' returning hint into v_hint;
  update public.s3_integrations set access_key_hint = v_hint where id = p_integration_id;
  update public.s3_poll_states set next_poll_at = least(next_poll_at, now()) where integration_id = p_integration_id;
end $$;

-- The engine met a denial of the new credentials where the old ones were let through. Once: whoever comes second finds it done. Returns
-- whether this call did it.
create function public.roll_back_s3_credentials(p_integration_id uuid, p_version int, p_code text, p_detail text, p_provider_code text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_rotation public.s3_credential_rotations;
  v_from text;
  v_to text;
begin
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  update public.s3_credential_rotations set state = 'rolled_back', ended_at = now(), reason_code = left(p_code, 100),
    reason_detail = left(p_detail, 1000), provider_code = left(p_provider_code, 100)
  where integration_id = v_row.id and to_version = p_version and state = 'overlapping' and overlap_until > now()
  returning * into v_rotation;
  if v_rotation.id is null then
    return false;
  end if;
  select hint into v_to from public.s3_secret_versions where integration_id = v_row.id and field = 'credentials' and version = v_rotation.to_version;
  select hint into v_from from public.s3_secret_versions where integration_id = v_row.id and field = 'credentials' and version = v_rotation.from_version;
  perform private.restore_previous_credentials(v_row.id);
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-integrations', 'warn', 'rotation_rolled_back', format('the credentials ending in %s were denied (%s); those ending in %s are used again',
    v_to, p_code, v_from), v_row.tenant_id, v_row.id, jsonb_build_object('rotationId', v_rotation.id, 'code', p_code, 'detail', left(p_detail, 1000),
    'providerCode', p_provider_code));
  perform private.notify(v_row.tenant_id, v_row.notification_target_id, v_row.id, null, 'integration.credentials_rolled_back',
    jsonb_build_object('tenantId', v_row.tenant_id, 'integrationId', v_row.id, 'name', v_row.name, 'code', p_code, 'detail', left(p_detail, 1000),
      'deniedKeyHint', v_to, 'usedKeyHint', v_from));
  return true;
end $$;

alter table public.notification_deliveries drop constraint notification_deliveries_event_type_check;
alter table public.notification_deliveries add constraint notification_deliveries_event_type_check check (event_type in
  ('document.written_back', 'document.failed', 'integration.failing', 'integration.recovered', 'integration.credentials_rolled_back', 'target.test'));

-- Ends the overlap now: the old credentials are destroyed.
create function private.finish_credential_rotation(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations := private.lock_integration(p_integration_id);
begin
  update public.s3_credential_rotations set state = 'finished', ended_at = now()
  where integration_id = v_row.id and state = 'overlapping';
  if not found then
    perform private.fail(409, 'no_rotation');
  end if;
  perform private.destroy_secret(v_row.id, 'credentials', 'previous');
end $$;

-- Back to the old credentials; the new ones are destroyed.
create function private.cancel_credential_rotation(p_integration_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations := private.lock_integration(p_integration_id);
  v_rotation public.s3_credential_rotations;
begin
  select * into v_rotation from public.s3_credential_rotations where integration_id = v_row.id and ended_at is null;
  if v_rotation.id is null then
    perform private.fail(409, 'no_rotation');
  elsif v_rotation.state = 'staged' then
    perform private.drop_staged_credentials(v_rotation.id, 'cancelled');
  else
    update public.s3_credential_rotations set state = 'cancelled', ended_at = now() where id = v_rotation.id;
    perform private.restore_previous_credentials(v_row.id);
  end if;
end $$;
grant execute on function private.finish_credential_rotation(uuid), private.cancel_credential_rotation(uuid) to authenticated;

create function public.finish_credential_rotation(p_integration_id uuid) returns void
language sql set search_path = '' as $$ select private.finish_credential_rotation(p_integration_id) $$;
create function public.cancel_credential_rotation(p_integration_id uuid) returns void
language sql set search_path = '' as $$ select private.cancel_credential_rotation(p_integration_id) $$;
grant execute on function public.finish_credential_rotation(uuid), public.cancel_credential_rotation(uuid) to authenticated;

-- The sweep: ends overlaps whose time is over, of event secrets too, and rotations whose probe was killed. Returns how many, at most p_limit.
create function public.sweep_s3_secrets(p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_total int := 0;
begin
  for v_id in
    select due.integration_id from (
      select integration_id from public.s3_secret_versions where state = 'previous' and valid_until <= now()
      union
      select integration_id from public.s3_credential_rotations where state = 'staged' and staged_at < now() - private.probe_limit()
    ) as due limit p_limit
  loop
    -- Whoever holds it is at it; the next sweep comes in a minute.
    perform 1 from public.s3_integrations where id = v_id for no key update skip locked;
    continue when not found;
    perform private.drop_staged_credentials(r.id, 'abandoned') from public.s3_credential_rotations r
    where r.integration_id = v_id and r.state = 'staged' and r.staged_at < now() - private.probe_limit();
    update public.s3_credential_rotations set state = 'finished', ended_at = now()
    where integration_id = v_id and state = 'overlapping' and overlap_until <= now();
    perform private.destroy_secret(v_id, v.field, 'previous') from public.s3_secret_versions v
    where v.integration_id = v_id and v.state = 'previous' and v.valid_until <= now();
    v_total := v_total + 1;
  end loop;
  return v_total;
end $$;

grant execute on function public.begin_credential_rotation(uuid, uuid), public.stage_s3_credentials(uuid, uuid, jsonb, text, int),
  public.swap_s3_credentials(uuid, uuid, jsonb, int), public.refuse_s3_credentials(uuid, uuid, jsonb),
  public.roll_back_s3_credentials(uuid, int, text, text, text), public.sweep_s3_secrets(int) to service_role;

-- What a tenant may know of the credentials of an integration; null when it is not theirs. Runs as its caller.
--
-- The old key is safe to delete when nothing of ours can use it any more and the new one has worked: all that began before the swap has
-- ended (in_flight_until), and the new one was used since. What falls back to the old one and is let through rolls the rotation back, so
-- while the rotation stands no later use of it has counted.
create function public.s3_integration_credentials(p_integration_id uuid) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object(
    'provider', i.provider,
    'current', (
      select jsonb_build_object('version', c.version, 'hint', c.hint, 'since', c.since, 'lastUsedAt', c.last_used_at)
      from public.s3_secret_versions c where c.integration_id = i.id and c.field = 'credentials' and c.state = 'current'),
    'previous', (
      select jsonb_build_object('version', o.version, 'hint', o.hint, 'since', o.since, 'lastUsedAt', o.last_used_at,
        'keptUntil', case when o.state = 'previous' then o.valid_until end, 'destroyedAt', o.destroyed_at,
        'callsEndBy', r.in_flight_until,
        'waitsForNew', coalesce(n.last_used_at < r.swapped_at, true), 'waitsForCalls', now() < r.in_flight_until)
      from public.s3_credential_rotations r
      join public.s3_secret_versions n on n.integration_id = i.id and n.field = 'credentials' and n.version = r.to_version and n.state = 'current'
      join public.s3_secret_versions o on o.integration_id = i.id and o.field = 'credentials' and o.version = r.from_version
      where r.integration_id = i.id and r.swapped_at is not null and r.state in ('overlapping', 'finished')),
    'rotation', (
      select jsonb_build_object('state', r.state, 'fromVersion', r.from_version, 'toVersion', r.to_version, 'keepOldFor', r.keep_old_hours,
        'stagedAt', r.staged_at, 'swappedAt', r.swapped_at, 'overlapUntil', r.overlap_until, 'endedAt', r.ended_at, 'reasonCode', r.reason_code,
        'reasonDetail', r.reason_detail, 'providerCode', r.provider_code, 'checks', r.checks)
      from public.s3_credential_rotations r where r.integration_id = i.id order by r.staged_at desc, r.to_version desc limit 1))
  from public.s3_integrations i where i.id = p_integration_id
$$;
grant execute on function public.s3_integration_credentials(uuid) to authenticated;
