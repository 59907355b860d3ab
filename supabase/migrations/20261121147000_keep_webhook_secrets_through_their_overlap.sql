-- Who rotates a signing secret twice (the answer with the second was lost, and it is shown once) has not changed the server over yet: what
-- it verifies with signs until the overlap is over, however often it was rotated meanwhile. Five at most; with an overlap of 0 none.
create or replace function public.rotate_notification_secret(p_actor uuid, p_target_id uuid, p_secret jsonb, p_overlap_seconds int) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
  v_version int := (p_secret ->> 'version')::int;
  v_until timestamptz := now() + make_interval(secs => p_overlap_seconds);
begin
  perform private.act_as(p_actor);
  v_target := private.require_notification_target(p_target_id);
  if v_version <> v_target.secret_version + 1 then
    perform private.fail(409, 'conflict', 'The secret was rotated by somebody else at the same time.');
  end if;
  perform private.add_sealed_secret(v_target.tenant_id, 'notification_target', p_target_id, 'signing_secret', p_secret);
  delete from private.sealed_secrets where record_type = 'notification_target' and record_id = p_target_id
    and version < case
      when p_overlap_seconds = 0 then v_version
      when v_target.previous_secret_until > now() then v_version - 4
      else v_version - 1 end;
  update public.notification_targets set secret_version = v_version, previous_secret_until = v_until where id = p_target_id;
  return v_until;
end $$;

create or replace function private.sending(p_target public.notification_targets, p_lease_id uuid, p_deliveries jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('leaseId', p_lease_id, 'targetId', p_target.id, 'tenantId', p_target.tenant_id, 'url', p_target.url,
    'secrets', (
      select jsonb_agg(jsonb_build_object('version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id,
        'kmsKeyVersion', s.kms_key_version, 'dataKeyCiphertext', s.data_key_ciphertext::text,
        'secretCiphertext', s.secret_ciphertext::text) order by s.version desc)
      from private.sealed_secrets s
      where s.record_type = 'notification_target' and s.record_id = p_target.id and s.field = 'signing_secret'
        and (s.version = p_target.secret_version or p_target.previous_secret_until > now())),
    'deliveries', p_deliveries)
$$;

-- Retention: settled deliveries, and those that waited for a disabled target, after p_days; and signing secrets whose overlap is over.
-- Returns how many deliveries, at most p_limit.
create or replace function public.prune_notification_deliveries(p_days int default 30, p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  delete from private.sealed_secrets s using public.notification_targets t
  where s.record_type = 'notification_target' and s.record_id = t.id and s.version < t.secret_version and t.previous_secret_until <= now();
  with gone as (
    delete from public.notification_deliveries where id in (
      select id from public.notification_deliveries where created_at < now() - make_interval(days => p_days) order by created_at limit p_limit)
    returning 1)
  select count(*)::int from gone
$$;
