-- Verbs on the rules of folders. A member with the role admin calls them through PostgREST as well as through the API; the
-- trigger on the table writes the audit.

-- The part of a prefix below the input folder. Raises when it does not lie in it: such a rule would never match a key.
create function private.folder_in_input(p_input_prefix text, p_prefix text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  if not starts_with(p_prefix, p_input_prefix) then
    perform private.fail(400, 'rule_outside_input',
      format('"%s" does not lie in the input folder "%s", so no key could ever match it.', p_prefix, p_input_prefix));
  end if;
  return substr(p_prefix, char_length(p_input_prefix) + 1);
end $$;

-- Results lie under output_prefix || output_subfolder || the place of the source below the input folder. Raises when
-- sources outside of a rule's folder would get names that its own sub-folder gives to those inside.
create function private.refuse_colliding_outputs(p_integration public.s3_integrations, p_prefix text, p_below text, p_subfolder text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_other text;
  v_mirror text := p_integration.input_prefix || p_subfolder || p_below;
begin
  select r.prefix into v_other from public.s3_integration_folder_rules r
  where r.integration_id = p_integration.id and r.prefix <> p_prefix and r.output_subfolder is not null
    and r.output_subfolder <> p_subfolder
    and (starts_with(p_subfolder || p_below, r.output_subfolder || substr(r.prefix, char_length(p_integration.input_prefix) + 1))
      or starts_with(r.output_subfolder || substr(r.prefix, char_length(p_integration.input_prefix) + 1), p_subfolder || p_below))
  limit 1;
  if v_other is not null then
    perform private.fail(422, 'outputs_collide', format('Results of "%s" could get the names of results of "%s".', v_other, p_prefix));
  end if;
  -- Without a rule a document keeps its place; one that lies where the sub-folder leads would meet those sent there.
  select o.key into v_other from public.s3_processed_objects o
  where o.integration_id = p_integration.id and o.key >= v_mirror and starts_with(o.key, v_mirror) and o.state <> 'skipped'
  order by o.key limit 1;
  if v_other is not null then
    perform private.fail(422, 'outputs_collide', format('"%s" has its results where those of "%s" would go.', v_other, p_prefix));
  end if;
end $$;

-- Creates the rule of a folder or replaces it, as a whole: what p_rule leaves out is null. Fields: qualityTier, language,
-- notificationTarget, overwritePolicy, outputSubfolder. At most 100 rules an integration.
create function private.set_s3_folder_rule(p_integration_id uuid, p_prefix text, p_rule jsonb) returns void
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
  if (select count(*) from public.s3_integration_folder_rules where integration_id = p_integration_id and prefix <> p_prefix) >= 100 then
    perform private.fail(409, 'too_many_rules');
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

-- What was begun under the rule goes on with the defaults of the integration.
create function private.delete_s3_folder_rule(p_integration_id uuid, p_prefix text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_integration public.s3_integrations;
begin
  select * into v_integration from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_integration.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_integration.tenant_id, 'admin');
  perform private.folder_in_input(v_integration.input_prefix, coalesce(p_prefix, ''));
  delete from public.s3_integration_folder_rules where integration_id = p_integration_id and prefix = p_prefix;
  if not found then
    perform private.fail(404, 'not_found', format('There is no rule for "%s".', p_prefix));
  end if;
end $$;
grant execute on function private.set_s3_folder_rule(uuid, text, jsonb), private.delete_s3_folder_rule(uuid, text) to authenticated;

create function public.set_s3_folder_rule(p_integration_id uuid, p_prefix text, p_rule jsonb) returns void
language sql set search_path = '' as $$ select private.set_s3_folder_rule(p_integration_id, p_prefix, p_rule) $$;
create function public.delete_s3_folder_rule(p_integration_id uuid, p_prefix text) returns void
language sql set search_path = '' as $$ select private.delete_s3_folder_rule(p_integration_id, p_prefix) $$;
grant execute on function public.set_s3_folder_rule(uuid, text, jsonb), public.delete_s3_folder_rule(uuid, text) to authenticated;
