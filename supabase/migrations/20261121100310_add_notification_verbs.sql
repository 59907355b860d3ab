-- Verbs on notification targets and their deliveries. What needs the sealed secret or a checked URL is for the engine and names its
-- actor; the rest a member with the role admin may call through PostgREST as well as through the API.

create function private.require_notification_target(p_target_id uuid) returns public.notification_targets
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
begin
  select * into v_target from public.notification_targets where id = p_target_id for no key update;
  if v_target.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_target.tenant_id, 'admin');
  return v_target;
end $$;

-- p_target {id, tenantId, name, url}; p_secret as add_sealed_secret takes it. At most 50 targets a tenant.
create function public.create_notification_target(p_actor uuid, p_target jsonb, p_secret jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid := (p_target ->> 'tenantId')::uuid;
  v_id uuid := (p_target ->> 'id')::uuid;
begin
  perform private.act_as(p_actor);
  perform private.require_role(v_tenant_id, 'admin');
  perform 1 from public.tenants where id = v_tenant_id for no key update;
  if (select count(*) from public.notification_targets where tenant_id = v_tenant_id) >= 50 then
    perform private.fail(409, 'conflict', 'A tenant has at most 50 notification targets. Delete one that is no longer needed.');
  end if;
  insert into public.notification_targets (id, tenant_id, name, url, created_by)
  values (v_id, v_tenant_id, p_target ->> 'name', p_target ->> 'url', p_actor);
  perform private.add_sealed_secret(v_tenant_id, 'notification_target', v_id, 'signing_secret', p_secret);
exception when unique_violation then
  perform private.fail(409, 'conflict', 'Another notification target of this tenant has that name.');
end $$;

-- What a rotation begins with: {id, tenantId, secretVersion}.
create function public.get_notification_target(p_actor uuid, p_target_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
begin
  perform private.act_as(p_actor);
  v_target := private.require_notification_target(p_target_id);
  return jsonb_build_object('id', v_target.id, 'tenantId', v_target.tenant_id, 'secretVersion', v_target.secret_version);
end $$;

-- p_changes holds only what changes: name, url, status (active, disabled). Activating sends what has waited at once.
create function public.update_notification_target(p_actor uuid, p_target_id uuid, p_changes jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
  v_status text := p_changes ->> 'status';
begin
  perform private.act_as(p_actor);
  v_target := private.require_notification_target(p_target_id);
  update public.notification_targets t set
    name = coalesce(p_changes ->> 'name', name),
    url = coalesce(p_changes ->> 'url', url),
    status = coalesce(v_status, status),
    disabled_reason = case when v_status = 'disabled' then coalesce(disabled_reason, 'by_hand') when v_status = 'active' then null else disabled_reason end,
    disabled_at = case when v_status = 'disabled' then coalesce(disabled_at, now()) when v_status = 'active' then null else disabled_at end,
    -- Another server, or another try: the old failures say nothing of it.
    failing_since = case when p_changes ? 'url' or v_status = 'active' then null else failing_since end,
    hinted_at = null
  where id = p_target_id;
  if v_status = 'active' or p_changes ? 'url' then
    update public.notification_deliveries set due_at = now() where target_id = p_target_id and state = 'pending' and due_at > now();
  end if;
exception when unique_violation then
  perform private.fail(409, 'conflict', 'Another notification target of this tenant has that name.');
end $$;

-- The next version of the signing secret. The one before it signs too for p_overlap_seconds; older ones are deleted.
create function public.rotate_notification_secret(p_actor uuid, p_target_id uuid, p_secret jsonb, p_overlap_seconds int) returns timestamptz
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
  delete from private.sealed_secrets where record_type = 'notification_target' and record_id = p_target_id and version < v_version - 1;
  update public.notification_targets set secret_version = v_version, previous_secret_until = v_until where id = p_target_id;
  return v_until;
end $$;

create function private.delete_notification_target(p_target_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets := private.require_notification_target(p_target_id);
begin
  update public.s3_integration_folder_rules set notification_target = null
  where tenant_id = v_target.tenant_id and notification_target in (v_target.id::text, v_target.name);
  delete from private.sealed_secrets where record_type = 'notification_target' and record_id = p_target_id;
  delete from public.notification_targets where id = p_target_id;
end $$;

-- Sends a delivery again, under its own id: at once, and past the others.
create function private.replay_notification(p_target_id uuid, p_delivery_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets := private.require_notification_target(p_target_id);
begin
  if v_target.status <> 'active' then
    perform private.fail(409, 'conflict', 'The target is disabled. Activate it first.');
  end if;
  update public.notification_deliveries set state = 'pending', due_at = now(),
    attempts = case when state = 'pending' then attempts else 0 end,
    holds_line = holds_line and state = 'pending'
  where id = p_delivery_id and target_id = p_target_id;
  if not found then
    perform private.fail(404, 'not_found');
  end if;
end $$;

-- Null clears.
create function private.set_integration_notification_target(p_integration_id uuid, p_target_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  if p_target_id is not null and not exists (
    select 1 from public.notification_targets where id = p_target_id and tenant_id = v_tenant_id) then
    perform private.fail(400, 'invalid_request', 'There is no such notification target in this tenant.');
  end if;
  update public.s3_integrations set notification_target_id = p_target_id where id = p_integration_id;
end $$;
grant execute on function private.delete_notification_target(uuid), private.replay_notification(uuid, uuid),
  private.set_integration_notification_target(uuid, uuid) to authenticated;

create function public.delete_notification_target(p_target_id uuid) returns void
language sql set search_path = '' as $$ select private.delete_notification_target(p_target_id) $$;
create function public.replay_notification(p_target_id uuid, p_delivery_id uuid) returns void
language sql set search_path = '' as $$ select private.replay_notification(p_target_id, p_delivery_id) $$;
create function public.set_integration_notification_target(p_integration_id uuid, p_target_id uuid default null) returns void
language sql set search_path = '' as $$ select private.set_integration_notification_target(p_integration_id, p_target_id) $$;
grant execute on function public.delete_notification_target(uuid), public.replay_notification(uuid, uuid),
  public.set_integration_notification_target(uuid, uuid) to authenticated;

-- What a worker needs to send: the target with the secrets that sign now, newest first, and deliveries in the order of sending.
create function private.sending(p_target public.notification_targets, p_lease_id uuid, p_deliveries jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object('leaseId', p_lease_id, 'targetId', p_target.id, 'tenantId', p_target.tenant_id, 'url', p_target.url,
    'secrets', (
      select jsonb_agg(jsonb_build_object('version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id,
        'kmsKeyVersion', s.kms_key_version, 'dataKeyCiphertext', s.data_key_ciphertext::text,
        'secretCiphertext', s.secret_ciphertext::text) order by s.version desc)
      from private.sealed_secrets s
      where s.record_type = 'notification_target' and s.record_id = p_target.id and s.field = 'signing_secret'
        and (s.version = p_target.secret_version or (s.version = p_target.secret_version - 1 and p_target.previous_secret_until > now()))),
    'deliveries', p_deliveries)
$$;

-- The sweep: targets with something due that nobody is sending. A message that is lost is sent again after a minute.
create function public.claim_due_notification_targets(p_limit int) returns setof uuid
language sql security definer set search_path = ''
as $$
  with due as (
    select t.id from public.notification_targets t
    where t.status = 'active' and (t.lease_expires_at is null or t.lease_expires_at <= now())
      and (t.hinted_at is null or t.hinted_at <= now() - interval '55 seconds')
      and (
        (select d.due_at from public.notification_deliveries d
         where d.target_id = t.id and d.state = 'pending' and d.holds_line order by d.seq limit 1) <= now()
        or exists (select 1 from public.notification_deliveries d
          where d.target_id = t.id and d.state = 'pending' and not d.holds_line and d.due_at <= now()))
    order by t.hinted_at nulls first, t.id limit least(p_limit, 1000) for update of t skip locked
  )
  update public.notification_targets t set hinted_at = now() from due where t.id = due.id returning t.id
$$;

-- Takes the line of a target: what is due from its head on, then what stands aside. Null when there is nothing to do, or somebody is
-- doing it.
create function public.begin_notifications(p_target_id uuid, p_lease_seconds int, p_limit int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
  v_deliveries jsonb;
begin
  update public.notification_targets set lease_id = gen_random_uuid(), lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  where id = p_target_id and status = 'active' and (lease_expires_at is null or lease_expires_at <= now())
  returning * into v_target;
  if v_target.id is null then
    return null;
  end if;
  with line as (
    select d.id, d.seq, bool_and(d.due_at <= now()) over (order by d.seq) as is_due
    from (select * from public.notification_deliveries
      where target_id = p_target_id and state = 'pending' and holds_line order by seq limit p_limit) as d
  ), aside as (
    select d.id from public.notification_deliveries d
    where d.target_id = p_target_id and d.state = 'pending' and not d.holds_line and d.due_at <= now() order by d.due_at limit p_limit
  ), taken as (
    update public.notification_deliveries d set lease_id = v_target.lease_id
    where d.id in (select id from line where is_due union all select id from aside)
    returning d.*
  )
  select jsonb_agg(jsonb_build_object('deliveryId', t.id, 'payload', t.payload, 'attempts', t.attempts, 'holdsLine', t.holds_line)
    order by t.holds_line desc, t.seq)
  into v_deliveries from taken t;
  if v_deliveries is null then
    update public.notification_targets set lease_id = null, lease_expires_at = null, hinted_at = null where id = p_target_id;
    return null;
  end if;
  return private.sending(v_target, v_target.lease_id, v_deliveries);
end $$;

-- A test event: written now and sent by whoever asked, once, disabled or not. Should they be killed, the sweep sends it.
create function public.begin_test_notification(p_actor uuid, p_target_id uuid, p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
  v_lease_id uuid := gen_random_uuid();
  v_id uuid;
  v_row public.notification_deliveries;
begin
  perform private.act_as(p_actor);
  v_target := private.require_notification_target(p_target_id);
  v_id := private.notify(v_target.tenant_id, v_target.id, null, null, 'target.test',
    jsonb_build_object('tenantId', v_target.tenant_id, 'targetId', v_target.id, 'name', v_target.name));
  update public.notification_deliveries set holds_line = false, lease_id = v_lease_id, due_at = now() + make_interval(secs => p_lease_seconds)
  where id = v_id returning * into v_row;
  return private.sending(v_target, v_lease_id, jsonb_build_array(jsonb_build_object('deliveryId', v_row.id, 'payload', v_row.payload,
    'attempts', 0, 'holdsLine', false)));
end $$;

-- Ends one attempt. p_result {outcome: delivered | retry | failed | gone, statusCode, code, durationMs, delaySeconds, holdsLine}.
-- `gone` (410) fails the delivery and disables its target; so do five days without one success. Extends the line's lease. Returns the
-- state the delivery is in now, null when the lease was lost.
create function public.settle_notification(p_delivery_id uuid, p_lease_id uuid, p_result jsonb, p_lease_seconds int) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.notification_deliveries;
  v_target public.notification_targets;
  v_outcome text := p_result ->> 'outcome';
  v_state text := case v_outcome when 'delivered' then 'delivered' when 'retry' then 'pending' else 'failed' end;
  v_is_ok boolean := v_outcome = 'delivered';
begin
  -- The target first: the order of begin_notifications.
  select t.* into v_target from public.notification_targets t join public.notification_deliveries d on d.target_id = t.id
  where d.id = p_delivery_id for no key update of t;
  update public.notification_deliveries d set
    state = v_state, attempts = d.attempts + 1, lease_id = null, last_attempt_at = now(),
    due_at = case when v_state = 'pending' then now() + make_interval(secs => (p_result ->> 'delaySeconds')::int) end,
    delivered_at = case when v_is_ok then now() else d.delivered_at end,
    holds_line = d.holds_line and coalesce((p_result ->> 'holdsLine')::boolean, true),
    status_code = (p_result ->> 'statusCode')::int, error_code = left(p_result ->> 'code', 100),
    attempt_log = case when jsonb_array_length(d.attempt_log) >= 20 then d.attempt_log - 0 else d.attempt_log end
      || jsonb_build_array(jsonb_build_object('at', now(), 'statusCode', p_result -> 'statusCode', 'code', p_result -> 'code', 'durationMs', p_result -> 'durationMs'))
  where d.id = p_delivery_id and d.lease_id = p_lease_id and d.state = 'pending'
  returning * into v_row;
  if v_row.id is null then
    return null;
  end if;
  update public.notification_targets t set
    last_success_at = case when v_is_ok then now() else t.last_success_at end,
    last_failure_at = case when v_is_ok then t.last_failure_at else now() end,
    -- A test tells nothing about the days before it.
    failing_since = case when v_is_ok then null when v_row.event_type = 'target.test' then t.failing_since else coalesce(t.failing_since, now()) end,
    lease_expires_at = case when t.lease_id = p_lease_id then now() + make_interval(secs => p_lease_seconds) else t.lease_expires_at end
  where t.id = v_row.target_id
  returning * into v_target;
  if not v_is_ok and v_target.status = 'active' and (v_outcome = 'gone' or v_target.failing_since < now() - interval '5 days') then
    update public.notification_targets set status = 'disabled', disabled_at = now(),
      disabled_reason = case when v_outcome = 'gone' then 'gone' else 'failing' end where id = v_target.id;
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', 'error', 'notification_target_disabled',
      format('the notification target "%s" was disabled: %s', v_target.name, case when v_outcome = 'gone' then 'its server says it is gone (410)'
        else 'five days without one delivery' end), v_target.tenant_id, v_row.integration_id,
      jsonb_build_object('targetId', v_target.id, 'failingSince', v_target.failing_since, 'statusCode', p_result -> 'statusCode', 'code', p_result -> 'code'));
  end if;
  if v_state = 'failed' and v_row.event_type <> 'target.test' then
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', 'warn', 'notification_failed', format('gave up telling "%s" of %s', v_target.name, v_row.event_type),
      v_row.tenant_id, v_row.integration_id, jsonb_build_object('targetId', v_row.target_id, 'deliveryId', v_row.id, 'attempts', v_row.attempts,
        'statusCode', p_result -> 'statusCode', 'code', p_result -> 'code'));
  end if;
  return v_state;
end $$;

-- Lets go of the line.
create function public.end_notifications(p_target_id uuid, p_lease_id uuid) returns void
language sql security definer set search_path = ''
as $$
  update public.notification_targets set lease_id = null, lease_expires_at = null, hinted_at = null
  where id = p_target_id and lease_id = p_lease_id
$$;

-- Retention: settled deliveries, and those that waited for a disabled target, after p_days. Returns how many, at most p_limit.
create function public.prune_notification_deliveries(p_days int default 30, p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from public.notification_deliveries where id in (
      select id from public.notification_deliveries where created_at < now() - make_interval(days => p_days) order by created_at limit p_limit)
    returning 1)
  select count(*)::int from gone
$$;

grant execute on function public.create_notification_target(uuid, jsonb, jsonb), public.get_notification_target(uuid, uuid),
  public.update_notification_target(uuid, uuid, jsonb), public.rotate_notification_secret(uuid, uuid, jsonb, int),
  public.claim_due_notification_targets(int), public.begin_notifications(uuid, int, int), public.begin_test_notification(uuid, uuid, int),
  public.settle_notification(uuid, uuid, jsonb, int), public.end_notifications(uuid, uuid),
  public.prune_notification_deliveries(int, int) to service_role;
