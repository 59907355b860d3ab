-- Limits of what one account may have, so that nobody can fill the service by mistake or on purpose. The defaults stand in
-- packages/shared/src/limits.ts too; support raises one for one tenant.
--
-- Kept by triggers, so that they hold for every way in, and counted under a lock, so that two at once cannot each take the last place.

create table public.tenant_limits (
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  name text not null check (name in ('integrations', 'tenants_per_user', 'folder_rules_per_integration', 'notification_targets', 'running_replays')),
  value int not null check (value between 0 and 1000000),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
comment on table public.tenant_limits is 'Only what differs from the defaults. tenants_per_user is looked up for the personal tenant of the user.';
create trigger tenant_limits_touch before update on public.tenant_limits
  for each row execute function private.touch_updated_at();
create trigger audit_tenant_limits after insert or update or delete on public.tenant_limits
  for each row execute function private.audit('tenant_id', 'tenant_id/name', 'value');
alter table public.tenant_limits enable row level security;
create policy "Members see the limits of their tenants" on public.tenant_limits
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.tenant_limits to authenticated, service_role;

create function private.default_limits() returns jsonb
language sql immutable set search_path = ''
as $$
  select '{"integrations": 100, "tenants_per_user": 20, "folder_rules_per_integration": 100, "notification_targets": 50,
    "running_replays": 20}'::jsonb
$$;

create function private.tenant_limit(p_tenant_id uuid, p_name text) returns int
language sql stable security definer set search_path = ''
as $$
  select coalesce((select l.value from public.tenant_limits l where l.tenant_id = p_tenant_id and l.name = p_name),
    (private.default_limits() ->> p_name)::int)
$$;

-- Raises, or lowers, a limit for one tenant; null goes back to the default. What is there already stays. Support only, by the service role.
create function public.set_tenant_limit(p_tenant_id uuid, p_name text, p_value int) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if p_value is null then
    delete from public.tenant_limits where tenant_id = p_tenant_id and name = p_name;
    return;
  end if;
  insert into public.tenant_limits (tenant_id, name, value) values (p_tenant_id, p_name, p_value)
  on conflict (tenant_id, name) do update set value = excluded.value;
exception
  when foreign_key_violation then
    perform private.fail(404, 'not_found', 'There is no such tenant.');
  when check_violation or not_null_violation then
    perform private.fail(400, 'invalid_request', format('The limits are %s; a value lies between 0 and 1000000.',
      (select string_agg(n, ', ') from jsonb_object_keys(private.default_limits()) as n)));
end $$;
grant execute on function public.set_tenant_limit(uuid, text, int) to service_role;

-- p_what names in words what is counted.
create function private.require_quota(p_tenant_id uuid, p_name text, p_used bigint, p_what text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_limit int := private.tenant_limit(p_tenant_id, p_name);
begin
  if p_used >= v_limit then
    perform private.fail(409, 'quota_reached', format('The limit %s is %s, and there are %s %s.', p_name, v_limit, p_used, p_what));
  end if;
end $$;

create function private.limit_integrations() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from public.tenants where id = new.tenant_id for no key update;
  perform private.require_quota(new.tenant_id, 'integrations',
    (select count(*) from public.s3_integrations i where i.tenant_id = new.tenant_id and i.status <> 'deleted'), 'integrations in this tenant');
  return new;
end $$;
create trigger limit_integrations before insert on public.s3_integrations
  for each row execute function private.limit_integrations();

create function private.limit_notification_targets() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from public.tenants where id = new.tenant_id for no key update;
  perform private.require_quota(new.tenant_id, 'notification_targets',
    (select count(*) from public.notification_targets t where t.tenant_id = new.tenant_id), 'notification targets in this tenant');
  return new;
end $$;
create trigger limit_notification_targets before insert on public.notification_targets
  for each row execute function private.limit_notification_targets();

create function private.limit_folder_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- The verb holds the integration, so one at a time. Setting a rule that is there adds none.
  if not exists (select 1 from public.s3_integration_folder_rules r where r.integration_id = new.integration_id and r.prefix = new.prefix) then
    perform private.require_quota(new.tenant_id, 'folder_rules_per_integration',
      (select count(*) from public.s3_integration_folder_rules r where r.integration_id = new.integration_id), 'folder rules on this integration');
  end if;
  return new;
end $$;
create trigger limit_folder_rules before insert on public.s3_integration_folder_rules
  for each row execute function private.limit_folder_rules();

create function private.limit_replays() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Asked twice, it is begun once: that is no second one.
  if new.status = 'running' and not exists (select 1 from public.s3_replays r where r.id = new.id) then
    perform 1 from public.tenants where id = new.tenant_id for no key update;
    perform private.require_quota(new.tenant_id, 'running_replays',
      (select count(*) from public.s3_replays r where r.tenant_id = new.tenant_id and r.status = 'running'), 'replays under way in this tenant');
  end if;
  return new;
end $$;
create trigger limit_replays before insert on public.s3_replays
  for each row execute function private.limit_replays();

-- Tenants a user has created, the personal one among them. Whoever leaves one of them has created it all the same.
create function private.limit_tenants() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_personal_id uuid;
begin
  if new.kind = 'team' and new.created_by is not null then
    select id into v_personal_id from public.tenants where created_by = new.created_by and kind = 'personal'
    order by created_at limit 1 for no key update;
    perform private.require_quota(v_personal_id, 'tenants_per_user',
      (select count(*) from public.tenants t where t.created_by = new.created_by), 'tenants that you have created');
  end if;
  return new;
end $$;
create trigger limit_tenants before insert on public.tenants
  for each row execute function private.limit_tenants();

-- The verbs that had limits of their own leave them to the triggers, and what is null or out of range is the caller's to correct.

create or replace function private.create_tenant(p_name text) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  if private.current_actor() is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  if coalesce(btrim(p_name), '') = '' then
    perform private.fail(400, 'invalid_request', 'A tenant needs a name.');
  end if;
  insert into public.tenants (name, kind, created_by) values (btrim(p_name), 'team', private.current_actor()) returning id into v_id;
  insert into public.tenant_members (tenant_id, user_id, role) values (v_id, private.current_actor(), 'owner');
  return v_id;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'The name of a tenant has 1 to 200 characters.');
end $$;

create or replace function private.set_tenant_member(p_tenant_id uuid, p_user_id uuid, p_role public.tenant_role) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_previous public.tenant_role;
begin
  if p_user_id is null or p_role is null then
    perform private.fail(400, 'invalid_request', 'Name a user and a role: owner, admin or member.');
  end if;
  perform private.require_role(p_tenant_id, 'admin');
  -- One change of members at a time per tenant, so that two owners cannot demote each other at once. `no key`: whoever
  -- inserts a row of this tenant need not wait.
  perform 1 from public.tenants where id = p_tenant_id for no key update;
  select role into v_previous from public.tenant_members where tenant_id = p_tenant_id and user_id = p_user_id;
  if 'owner' in (p_role, v_previous) then
    perform private.require_role(p_tenant_id, 'owner');
  end if;
  if v_previous = 'owner' and p_role <> 'owner' then
    perform private.require_another_owner(p_tenant_id, p_user_id);
  end if;
  insert into public.tenant_members (tenant_id, user_id, role) values (p_tenant_id, p_user_id, p_role)
  on conflict (tenant_id, user_id) do update set role = excluded.role;
exception when foreign_key_violation then
  perform private.fail(404, 'not_found', 'There is no such user.');
end $$;

-- Creates the rule of a folder or replaces it, as a whole: what p_rule leaves out is null. Fields: qualityTier, language,
-- notificationTarget, overwritePolicy, outputSubfolder.
create or replace function private.set_s3_folder_rule(p_integration_id uuid, p_prefix text, p_rule jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration public.s3_integrations;
  v_below text;
begin
  -- One change of rules at a time per integration, so that two cannot each miss the other. `no key`: a poll may go on.
  select * into v_integration from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_integration.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_integration.tenant_id, 'admin');
  if jsonb_typeof(p_rule) is distinct from 'object'
    or p_rule - array['qualityTier', 'language', 'notificationTarget', 'overwritePolicy', 'outputSubfolder'] <> '{}'::jsonb
    or exists (select 1 from jsonb_each(p_rule) as f where jsonb_typeof(f.value) not in ('string', 'null')) then
    perform private.fail(400, 'invalid_request',
      'A rule has only qualityTier, language, notificationTarget, overwritePolicy and outputSubfolder, each text or null.');
  end if;
  if p_prefix is null then
    perform private.fail(400, 'invalid_request', 'A rule needs the folder it is for.');
  end if;
  if concat_ws('', p_prefix, p_rule ->> 'outputSubfolder', p_rule ->> 'notificationTarget') ~ '[[:cntrl:]]'
    or concat('/', p_prefix, '/', p_rule ->> 'outputSubfolder') ~ '/[.]{1,2}/' then
    perform private.fail(400, 'invalid_request', 'Control characters, and "." and ".." as folders, are not allowed.');
  end if;
  v_below := private.folder_in_input(v_integration.input_prefix, p_prefix);
  if p_rule ->> 'outputSubfolder' is not null then
    perform private.refuse_colliding_outputs(v_integration, p_prefix, v_below, p_rule ->> 'outputSubfolder');
  end if;
  insert into public.s3_integration_folder_rules as r (tenant_id, integration_id, prefix, quality_tier, language, notification_target,
    overwrite_policy, output_subfolder)
  values (v_integration.tenant_id, p_integration_id, p_prefix, p_rule ->> 'qualityTier', p_rule ->> 'language',
    p_rule ->> 'notificationTarget', p_rule ->> 'overwritePolicy', p_rule ->> 'outputSubfolder')
  on conflict (integration_id, prefix) do update set quality_tier = excluded.quality_tier, language = excluded.language,
    notification_target = excluded.notification_target, overwrite_policy = excluded.overwrite_policy,
    output_subfolder = excluded.output_subfolder
  -- Saying the same again changes nothing, not even the time.
  where (r.quality_tier, r.language, r.notification_target, r.overwrite_policy, r.output_subfolder)
    is distinct from (excluded.quality_tier, excluded.language, excluded.notification_target, excluded.overwrite_policy, excluded.output_subfolder);
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;

-- p_target {id, tenantId, name, url}; p_secret as add_sealed_secret takes it.
create or replace function public.create_notification_target(p_actor uuid, p_target jsonb, p_secret jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid := (p_target ->> 'tenantId')::uuid;
  v_id uuid := (p_target ->> 'id')::uuid;
begin
  perform private.act_as(p_actor);
  perform private.require_role(v_tenant_id, 'admin');
  perform 1 from public.tenants where id = v_tenant_id for no key update;
  insert into public.notification_targets (id, tenant_id, name, url, created_by)
  values (v_id, v_tenant_id, p_target ->> 'name', p_target ->> 'url', p_actor);
  perform private.add_sealed_secret(v_tenant_id, 'notification_target', v_id, 'signing_secret', p_secret);
exception when unique_violation then
  perform private.fail(409, 'conflict', 'Another notification target of this tenant has that name.');
end $$;

-- Begins the replay that was previewed as p_replay_id. Asked twice, it is begun once. Raises conflict when what the filter
-- chooses has changed by more than a tenth (and more than ten objects) since.
create or replace function private.create_s3_replay(p_integration_id uuid, p_replay_id uuid, p_as_of timestamptz, p_expected_objects int,
  p_states text[], p_object_id uuid, p_prefix text, p_found_from timestamptz, p_found_to timestamptz, p_reasons text[]) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid := private.require_replay_admin(p_integration_id);
  v_count jsonb;
  v_objects int;
begin
  if exists (select 1 from public.s3_replays r where r.id = p_replay_id and r.integration_id = p_integration_id) then
    return p_replay_id;
  end if;
  v_count := private.count_s3_replay(p_integration_id, p_as_of, p_object_id, p_prefix, p_found_from, p_found_to, p_states, p_reasons);
  v_objects := (v_count ->> 'objects')::int;
  if (v_count ->> 'isTooMany')::boolean then
    perform private.fail(409, 'conflict', 'The filter chooses more than a million objects. Narrow it, and ask for a preview again.');
  end if;
  if abs(v_objects - p_expected_objects) > greatest(10, p_expected_objects / 10) then
    perform private.fail(409, 'conflict', format('The preview showed %s objects; of these %s are left now. Ask for a preview again.',
      p_expected_objects, v_objects));
  end if;
  insert into public.s3_replays (id, tenant_id, integration_id, object_id, prefix, found_from, found_to, states, reasons, as_of,
    expected_objects, requested_by)
  values (p_replay_id, v_tenant_id, p_integration_id, p_object_id, p_prefix, p_found_from, p_found_to, p_states, p_reasons,
    least(p_as_of, now()), p_expected_objects, private.current_actor())
  on conflict (id) do nothing;
  if not exists (select 1 from public.s3_replays r where r.id = p_replay_id and r.integration_id = p_integration_id) then
    perform private.fail(409, 'conflict', 'This preview is not of this integration. Ask for a preview again.');
  end if;
  return p_replay_id;
exception when check_violation or not_null_violation then
  perform private.fail(400, 'invalid_request', 'A value is missing or out of range.');
end $$;
