-- What a user does that changes no recorded column is an event all the same: a test writes to the customer's bucket or posts to their
-- server, and a delivery that is sent again reaches it again.

create function private.note_act(p_tenant_id uuid, p_action text, p_record_type text, p_record_id text, p_what jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, after)
  values (p_tenant_id, private.current_actor(), case when private.current_actor() is null then 'engine' else 'user' end, p_action,
    p_record_type, p_record_id, p_what)
$$;

create function private.audit_connection_test() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- The outcome only: the checks stand in the row and in the log.
  perform private.note_act(new.tenant_id, 'test', 's3_integrations', new.id::text, jsonb_build_object('outcome', new.last_test -> 'outcome'));
  return null;
end $$;
create trigger audit_s3_integration_tests after update of last_tested_at on public.s3_integrations
  for each row when (new.last_tested_at is not null and new.last_tested_at is distinct from old.last_tested_at)
  execute function private.audit_connection_test();

create or replace function private.replay_notification(p_target_id uuid, p_delivery_id uuid) returns void
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
  perform private.note_act(v_target.tenant_id, 'replay', 'notification_deliveries', p_delivery_id::text,
    jsonb_build_object('target_id', p_target_id));
end $$;

create or replace function public.begin_test_notification(p_actor uuid, p_target_id uuid, p_lease_seconds int) returns jsonb
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
  perform private.note_act(v_target.tenant_id, 'test', 'notification_targets', p_target_id::text,
    jsonb_build_object('delivery_id', v_id));
  return private.sending(v_target, v_lease_id, jsonb_build_array(jsonb_build_object('deliveryId', v_row.id, 'payload', v_row.payload,
    'attempts', 0, 'holdsLine', false)));
end $$;
