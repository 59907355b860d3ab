-- The verbs that change or delete what people edit take the revision the caller knows (p_revision). They refuse with 412 when another
-- one stands, under the lock of the row, so that of two who edit the same record one is told. Null: the caller did not say.
--
-- Each is a check in front of the verb that was there; the lock is taken once and held.

create function private.delete_s3_integration(p_integration_id uuid, p_revision int) returns void
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
  perform private.require_revision(v_row.revision, p_revision);
  perform private.delete_s3_integration(p_integration_id);
end $$;

create function private.set_integration_notification_target(p_integration_id uuid, p_target_id uuid, p_revision int) returns void
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
  perform private.require_revision(v_row.revision, p_revision);
  perform private.set_integration_notification_target(p_integration_id, p_target_id);
end $$;

-- The lock is that of the integration, as in the verbs on rules. A rule that is not there has no revision, so only null fits it;
-- 0 stands for any revision of a rule that is there.
create function private.require_rule_revision(p_integration_id uuid, p_prefix text, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
  v_current int;
begin
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_tenant_id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_tenant_id, 'admin');
  select revision into v_current from public.s3_integration_folder_rules where integration_id = p_integration_id and prefix = p_prefix;
  perform private.require_revision(v_current, case when p_revision = 0 then coalesce(v_current, 0) else p_revision end);
end $$;

create function private.set_s3_folder_rule(p_integration_id uuid, p_prefix text, p_rule jsonb, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_rule_revision(p_integration_id, p_prefix, p_revision);
  perform private.set_s3_folder_rule(p_integration_id, p_prefix, p_rule);
end $$;

create function private.delete_s3_folder_rule(p_integration_id uuid, p_prefix text, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.require_rule_revision(p_integration_id, p_prefix, p_revision);
  perform private.delete_s3_folder_rule(p_integration_id, p_prefix);
end $$;

create function private.delete_notification_target(p_target_id uuid, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets := private.require_notification_target(p_target_id);
begin
  perform private.require_revision(v_target.revision, p_revision);
  perform private.delete_notification_target(p_target_id);
end $$;

alter function public.update_notification_target(uuid, uuid, jsonb) set schema private;
revoke execute on function private.update_notification_target(uuid, uuid, jsonb) from service_role;
create function public.update_notification_target(p_actor uuid, p_target_id uuid, p_changes jsonb, p_revision int default null) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_target public.notification_targets;
begin
  perform private.act_as(p_actor);
  v_target := private.require_notification_target(p_target_id);
  perform private.require_revision(v_target.revision, p_revision);
  perform private.update_notification_target(p_actor, p_target_id, p_changes);
end $$;
grant execute on function public.update_notification_target(uuid, uuid, jsonb, int) to service_role;

-- One signature each, or PostgREST could not tell which is meant.
drop function public.delete_s3_integration(uuid), public.set_integration_notification_target(uuid, uuid),
  public.set_s3_folder_rule(uuid, text, jsonb), public.delete_s3_folder_rule(uuid, text), public.delete_notification_target(uuid);
revoke execute on function private.delete_s3_integration(uuid), private.set_integration_notification_target(uuid, uuid),
  private.set_s3_folder_rule(uuid, text, jsonb), private.delete_s3_folder_rule(uuid, text), private.delete_notification_target(uuid)
  from authenticated;
grant execute on function private.delete_s3_integration(uuid, int), private.set_integration_notification_target(uuid, uuid, int),
  private.set_s3_folder_rule(uuid, text, jsonb, int), private.delete_s3_folder_rule(uuid, text, int),
  private.delete_notification_target(uuid, int) to authenticated;

create function public.delete_s3_integration(p_integration_id uuid, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.delete_s3_integration(p_integration_id, p_revision) $$;
create function public.set_integration_notification_target(p_integration_id uuid, p_target_id uuid default null, p_revision int default null)
returns void
language sql set search_path = '' as $$ select private.set_integration_notification_target(p_integration_id, p_target_id, p_revision) $$;
create function public.set_s3_folder_rule(p_integration_id uuid, p_prefix text, p_rule jsonb, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.set_s3_folder_rule(p_integration_id, p_prefix, p_rule, p_revision) $$;
create function public.delete_s3_folder_rule(p_integration_id uuid, p_prefix text, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.delete_s3_folder_rule(p_integration_id, p_prefix, p_revision) $$;
create function public.delete_notification_target(p_target_id uuid, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.delete_notification_target(p_target_id, p_revision) $$;
grant execute on function public.delete_s3_integration(uuid, int), public.set_integration_notification_target(uuid, uuid, int),
  public.set_s3_folder_rule(uuid, text, jsonb, int), public.delete_s3_folder_rule(uuid, text, int),
  public.delete_notification_target(uuid, int) to authenticated;
