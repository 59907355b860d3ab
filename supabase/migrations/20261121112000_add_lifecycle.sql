-- The life of an integration: draft → active ⇄ paused, disabled from anywhere, back only by starting it. A draft is tested and
-- tried out, and nothing of it is polled or processed. What was connected before this stays as it is.

alter table public.s3_integrations
  drop constraint s3_integrations_status_check,
  add constraint s3_integrations_status_check check (status in ('draft', 'active', 'paused', 'disabled', 'deleted')),
  alter column status set default 'draft',
  -- Objects last modified before it are not taken in. Null: everything is.
  add column start_from timestamptz,
  add column started_at timestamptz,
  -- {reason, checks, by, at}: an admin started it although these checks did not pass. Null when all had passed. Whole in every audit
  -- event, because the time in it is never the same.
  add column activation_override jsonb
    constraint overrides_say_why check (char_length(activation_override ->> 'reason') between 1 and 500);

drop trigger audit_s3_integrations on public.s3_integrations;
create trigger audit_s3_integrations after insert or update or delete on public.s3_integrations
  for each row execute function private.audit('tenant_id', 'id', 'name', 'provider', 'status', 'detection_mode', 'bucket',
    'region', 'endpoint', 'addressing_style', 'role_arn', 'access_key_hint', 'input_prefix', 'output_prefix',
    'overwrite_policy', 'language', 'start_from', 'activation_override');

drop trigger s3_integrations_count_revision on public.s3_integrations;
create trigger s3_integrations_count_revision before update on public.s3_integrations
  for each row execute function private.count_revision('name', 'status', 'detection_mode', 'bucket', 'region', 'endpoint',
    'addressing_style', 'role_arn', 'access_key_hint', 'input_prefix', 'output_prefix', 'overwrite_policy', 'language',
    'notification_target_id', 'start_from');

-- The instant that `everything`, `now` or an ISO 8601 date-time stands for. Null is everything.
create function private.start_instant(p_start_from text) returns timestamptz
language plpgsql stable set search_path = ''
as $$
begin
  if p_start_from is null or p_start_from = 'everything' then
    return null;
  elsif p_start_from = 'now' then
    return now();
  elsif p_start_from !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$' then
    perform private.fail(400, 'invalid_request', 'startFrom is "everything", "now" or a date-time such as 2026-01-31T00:00:00Z.');
  end if;
  return p_start_from::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
  perform private.fail(400, 'invalid_request', 'startFrom is no date-time that exists.');
end $$;

-- What was decided by another start is decided anew: a cycle begins in which nothing is vouched for. A poll under way judged by
-- the old one, so it loses its lease; its row's lock comes first.
create function private.list_anew(p_integration_id uuid) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_poll_states set lease_id = null, lease_expires_at = null, cycle_started_at = null
  where integration_id = p_integration_id;
  update public.s3_listing_slices set digest = null where integration_id = p_integration_id;
$$;

-- What a start asks of an integration and is not there: the code of the refusal, and the checks that did not pass.
create function private.unmet_checks(i public.s3_integrations, out code text, out checks text[]) returns record
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.connection_test_passed(i) then
    return;
  end if;
  if i.last_test is null or i.tested_configuration is distinct from private.connection_configuration(i) then
    code := 'connection_not_tested';
    checks := array['connection_not_tested'];
  else
    code := 'connection_test_failed';
    select coalesce(array_agg(c ->> 'name' order by n), '{}') into checks
    from jsonb_array_elements(i.last_test -> 'checks') with ordinality as t (c, n) where c ->> 'outcome' = 'failed';
  end if;
end $$;

-- p_start {startFrom?, override? {reason}}. Without startFrom the one that was set before holds; at first, everything. Refused unless
-- the last connection test was of the configuration as it stands and passed, or an admin overrides that and says why.
-- Asked again of what is active, it changes nothing but startFrom.
create function private.start_s3_integration(p_integration_id uuid, p_start jsonb, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_start jsonb := coalesce(p_start, '{}');
  v_start_from timestamptz;
  v_reason text;
  v_unmet record;
  v_override jsonb;
begin
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  perform private.require_revision(v_old.revision, p_revision);
  if jsonb_typeof(v_start) <> 'object' or v_start - array['startFrom', 'override'] <> '{}'
    or jsonb_typeof(coalesce(v_start -> 'startFrom', '""')) <> 'string'
    or (v_start ? 'override' and (jsonb_typeof(v_start -> 'override') <> 'object' or (v_start -> 'override') - 'reason' <> '{}'
      or jsonb_typeof(v_start #> '{override,reason}') is distinct from 'string')) then
    perform private.fail(400, 'invalid_request', 'A start has only startFrom (text) and override, which has only a reason (text).');
  end if;
  v_reason := btrim(v_start #>> '{override,reason}');
  if char_length(v_reason) not between 1 and 500 or v_reason ~ '[[:cntrl:]]' then
    perform private.fail(400, 'invalid_request', 'A reason has between 1 and 500 characters, and no control characters.');
  end if;
  v_start_from := case when v_start ? 'startFrom' then private.start_instant(v_start ->> 'startFrom') else v_old.start_from end;

  if v_old.status <> 'active' then
    if v_old.provider <> 'aws_role' and not private.sealed_secrets_of('s3_integration', v_old.id) ? 'credentials' then
      perform private.fail(422, 'credentials_missing');
    end if;
    v_unmet := private.unmet_checks(v_old);
    if v_unmet.code is not null then
      if v_reason is null then
        perform private.fail(409, v_unmet.code, case v_unmet.code
          when 'connection_test_failed' then format('These checks failed: %s.', array_to_string(v_unmet.checks, ', ')) end);
      end if;
      v_override := jsonb_build_object('reason', v_reason, 'checks', v_unmet.checks, 'by', private.current_actor(), 'at', now());
    end if;
    update public.s3_integrations set status = 'active', start_from = v_start_from, started_at = now(), activation_override = v_override
    where id = p_integration_id;
    update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null
    where integration_id = p_integration_id;
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', case when v_override is null then 'info' else 'warn' end, 'integration_started',
      case when v_override is null then 'started after a connection test that passed'
        else format('started although these checks did not pass: %s', array_to_string(v_unmet.checks, ', ')) end,
      v_old.tenant_id, v_old.id, jsonb_build_object('startFrom', v_start_from, 'override', v_override));
  elsif v_start_from is distinct from v_old.start_from then
    update public.s3_integrations set start_from = v_start_from where id = p_integration_id;
  end if;
  if v_start_from is distinct from v_old.start_from then
    perform private.list_anew(p_integration_id);
  end if;
end $$;

drop function public.update_s3_integration(uuid, jsonb);
drop function private.update_s3_integration(uuid, jsonb);

-- p_changes holds only what changes: name, status (active, paused, disabled), language (null clears), overwritePolicy, startFrom
-- (null: everything). Active and paused are for what was started; a draft and what is disabled is started first.
create function private.update_s3_integration(p_integration_id uuid, p_changes jsonb, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_status text := p_changes ->> 'status';
  v_start_from timestamptz;
begin
  -- `no key`: a poll that records objects holds its own lease and refers to this row; a plain `for update` here would
  -- wait for that lease while the poll waits for this row.
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  perform private.require_revision(v_old.revision, p_revision);
  if p_changes - array['name', 'status', 'language', 'overwritePolicy', 'startFrom'] <> '{}'::jsonb
    or coalesce(v_status, 'active') not in ('active', 'paused', 'disabled') then
    perform private.fail(400, 'invalid_request',
      'Only name, status (active, paused, disabled), language, overwritePolicy and startFrom can change.');
  end if;
  if v_status in ('active', 'paused') and v_old.status not in ('active', 'paused') then
    perform private.fail(409, 'not_started');
  end if;
  v_start_from := case when p_changes ? 'startFrom' then private.start_instant(p_changes ->> 'startFrom') else v_old.start_from end;
  update public.s3_integrations set
    name = coalesce(p_changes ->> 'name', name),
    status = coalesce(v_status, status),
    language = case when p_changes ? 'language' then p_changes ->> 'language' else language end,
    overwrite_policy = coalesce(p_changes ->> 'overwritePolicy', overwrite_policy),
    start_from = v_start_from
  where id = p_integration_id;
  -- At once, not when the lease of a poll that the pause ended runs out. The cycle goes on where it stood.
  if v_old.status = 'paused' and v_status = 'active' then
    update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null
    where integration_id = p_integration_id;
  end if;
  if p_changes ->> 'overwritePolicy' <> v_old.overwrite_policy or v_start_from is distinct from v_old.start_from then
    perform private.list_anew(p_integration_id);
  end if;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;
grant execute on function private.update_s3_integration(uuid, jsonb, int), private.start_s3_integration(uuid, jsonb, int) to authenticated;

create function public.update_s3_integration(p_integration_id uuid, p_changes jsonb, p_revision int default null) returns void
language sql set search_path = '' as $$ select private.update_s3_integration(p_integration_id, p_changes, p_revision) $$;
create function public.start_s3_integration(p_integration_id uuid, p_start jsonb default '{}', p_revision int default null) returns void
language sql set search_path = '' as $$ select private.start_s3_integration(p_integration_id, p_start, p_revision) $$;
grant execute on function public.update_s3_integration(uuid, jsonb, int), public.start_s3_integration(uuid, jsonb, int) to authenticated;
