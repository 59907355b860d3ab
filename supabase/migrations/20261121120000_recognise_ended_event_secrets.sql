-- An event secret that has ended is recognised for thirty days without being accepted, so that a tenant is told that their event source
-- still signs with the old one rather than with any wrong one. Only the one that ended last: it stays sealed as before.
--
--   current → previous → retired → destroyed

alter table public.s3_secret_versions
  drop constraint s3_secret_versions_state_check,
  add constraint s3_secret_versions_state_check check (state in ('staged', 'current', 'previous', 'retired', 'destroyed')),
  add constraint retired_versions_say_until check (state <> 'retired' or (valid_until is not null and field = 'event_secret'));
create index s3_secret_versions_retired_idx on public.s3_secret_versions (valid_until) where state = 'retired';
comment on column public.s3_secret_versions.valid_until is 'Until when a previous one is valid, or a retired one recognised.';

-- An end was told by the deletion of the sealed secret until now.
create trigger audit_retired_secrets after update of state on public.s3_secret_versions
  for each row when (new.state = 'retired' and old.state <> 'retired')
  execute function private.audit('tenant_id', 'integration_id/field/version', 'version', 'state');

-- The trigger on sealed secrets does the rest.
create or replace function private.destroy_secret(p_integration_id uuid, p_field text, p_state text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if p_field = 'event_secret' and p_state <> 'retired' then
    if exists (select 1 from public.s3_secret_versions
      where integration_id = p_integration_id and field = p_field and state = p_state) then
      perform private.destroy_secret(p_integration_id, p_field, 'retired');
      update public.s3_secret_versions set state = 'retired', valid_until = now() + interval '30 days'
      where integration_id = p_integration_id and field = p_field and state = p_state;
    end if;
    return;
  end if;
  delete from private.sealed_secrets s using public.s3_secret_versions v
  where v.integration_id = p_integration_id and v.field = p_field and v.state = p_state
    and s.record_type = 's3_integration' and s.record_id = v.integration_id and s.field = v.field and s.version = v.version;
end $$;

-- As before, and destroys retired secrets whose time is over. Those first: what ends now is retired in its turn.
create or replace function public.sweep_s3_secrets(p_limit int) returns int
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
      select integration_id from public.s3_secret_versions where state = 'retired' and valid_until <= now()
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
    perform private.destroy_secret(v_id, v.field, 'retired') from public.s3_secret_versions v
    where v.integration_id = v_id and v.state = 'retired' and v.valid_until <= now();
    perform private.destroy_secret(v_id, v.field, 'previous') from public.s3_secret_versions v
    where v.integration_id = v_id and v.state = 'previous' and v.valid_until <= now();
    v_total := v_total + 1;
  end loop;
  return v_total;
end $$;

-- For whoever receives a delivery: as before, and `retiredSecrets`: those that are recognised only.
create or replace function public.get_s3_event_source(p_integration_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'integration', private.integration_config(i) || jsonb_build_object('detectionMode', i.detection_mode, 'revision', i.revision),
    'sealed', private.sealed_secrets_of('s3_integration', i.id),
    'eventSecrets', public.get_event_secrets(i.id) -> 'secrets',
    'retiredSecrets', coalesce((
      select jsonb_agg(jsonb_build_object('version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id,
        'kmsKeyVersion', s.kms_key_version, 'dataKeyCiphertext', s.data_key_ciphertext::text,
        'secretCiphertext', s.secret_ciphertext::text) order by s.version desc)
      from public.s3_secret_versions v
      join private.sealed_secrets s on s.record_type = 's3_integration' and s.record_id = v.integration_id and s.field = v.field and s.version = v.version
      where v.integration_id = i.id and v.field = 'event_secret'
        -- Over, though the sweep has not come by yet.
        and ((v.state = 'retired' and v.valid_until > now()) or (v.state = 'previous' and v.valid_until <= now()))), '[]'::jsonb))
  from public.s3_integrations i where i.id = p_integration_id and i.status <> 'deleted'
$$;
