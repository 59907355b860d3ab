-- What an edit meets while it is made: results made of documents of the old place, events being recorded, a dry run under way; and
-- tests that pass after a start that was overridden.

alter table public.s3_poll_states
  -- What is settled is of another bucket: results that were made of its documents are not for this one.
  add column is_moved boolean not null default false;

-- Settles, at most p_limit rows, what an edit left pending: what lies outside of the input folder is skipped, and what was processed in
-- another bucket is found again in this one, or is not. Whoever works on it is fenced off.
create or replace function private.settle_outside_prefix(p_integration_id uuid, p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_state public.s3_poll_states;
  v_prefix text;
  v_rows int;
begin
  -- Before the objects, in the order of the sweep and of recording.
  select * into v_state from public.s3_poll_states
  where integration_id = p_integration_id and settle_requested_at is not null for no key update;
  if v_state.integration_id is null then
    return 0;
  end if;
  select input_prefix into v_prefix from public.s3_integrations where id = p_integration_id;
  update public.s3_processed_objects o set
    state = case when left_over.is_again then 'found' else 'skipped' end,
    reason = case when left_over.is_again then null when left_over.is_outside then 'outside_prefix' else 'superseded' end,
    reason_detail = null, provider_code = null, obstacle_owner = null,
    due_at = case when left_over.is_again then now() end,
    attempts = case when left_over.is_again then 0 else o.attempts end,
    revision = o.revision + left_over.is_again::int,
    job_id = case when left_over.is_again then gen_random_uuid() else o.job_id end,
    lease_id = null, staged_outputs = null, state_changed_at = now()
  from (
    select p.id, not starts_with(p.key, v_prefix) as is_outside, starts_with(p.key, v_prefix) and p.is_current as is_again
    from public.s3_processed_objects p
    where p.integration_id = p_integration_id and p.state in ('found', 'queued', 'processing', 'staged')
      and (not starts_with(p.key, v_prefix) or (v_state.is_moved and p.state in ('processing', 'staged')))
    order by p.id limit p_limit for update of p) as left_over
  where o.id = left_over.id;
  get diagnostics v_rows = row_count;
  if v_rows < p_limit then
    update public.s3_poll_states set settle_requested_at = null, is_moved = false where integration_id = p_integration_id;
  end if;
  return v_rows;
end $$;

-- As before; the next version is none that ever was, not even one that was staged for a moment.
create or replace function public.get_s3_integration_for_edit(p_actor uuid, p_integration_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id and status <> 'deleted';
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'admin');
  return jsonb_build_object('integration', private.integration_config(v_row), 'revision', v_row.revision,
    'hasCredentials', private.sealed_secrets_of('s3_integration', v_row.id) ? 'credentials',
    'nextVersion', greatest(v_row.revision + 1, private.next_secret_version(v_row.id, 'credentials')));
end $$;

-- As before; waits for events being recorded, has results made of another bucket made again, and stops a dry run.
create or replace function public.edit_s3_integration(p_actor uuid, p_integration_id uuid, p_connection jsonb, p_settings jsonb, p_credentials jsonb,
  p_access_key_hint text, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_new public.s3_integrations;
  v_rule record;
  v_constraint text;
  v_is_moved boolean;
begin
  perform private.act_as(p_actor);
  -- In the order of create_s3_integration: the tenant, then the integration.
  perform 1 from public.tenants t join public.s3_integrations i on i.tenant_id = t.id where i.id = p_integration_id for no key update of t;
  -- Deliveries of events being recorded were judged by what stands; the next is judged by what will. Before the integration and its
  -- poll, in the order of recording.
  perform pg_advisory_xact_lock(private.recording_lock(p_integration_id));
  select * into v_old from public.s3_integrations where id = p_integration_id and status <> 'deleted' for no key update;
  if v_old.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_old.tenant_id, 'admin');
  perform private.require_revision(v_old.revision, p_revision);
  if p_settings <> '{}' then
    perform private.update_s3_integration(p_integration_id, p_settings, null);
  end if;

  if p_credentials is null and (v_old.bucket, v_old.region, v_old.endpoint, v_old.addressing_style, v_old.role_arn, v_old.input_prefix,
      v_old.output_prefix) is not distinct from (p_connection ->> 'bucket', p_connection ->> 'region', p_connection ->> 'endpoint',
      p_connection ->> 'addressingStyle', p_connection ->> 'roleArn', p_connection ->> 'inputPrefix', p_connection ->> 'outputPrefix') then
    return;
  end if;
  perform private.refuse_prefix_overlap(v_old.id, v_old.tenant_id,
    private.s3_location_key(v_old.provider, p_connection ->> 'endpoint', p_connection ->> 'region', p_connection ->> 'bucket'),
    p_connection ->> 'inputPrefix', p_connection ->> 'outputPrefix');
  -- Behind the provider's own endpoint, the region says which it is.
  v_is_moved := (v_old.bucket, coalesce(v_old.endpoint, v_old.region))
    is distinct from (p_connection ->> 'bucket', coalesce(p_connection ->> 'endpoint', p_connection ->> 'region'));
  update public.s3_integrations i set
    bucket = p_connection ->> 'bucket', region = p_connection ->> 'region', endpoint = p_connection ->> 'endpoint',
    addressing_style = p_connection ->> 'addressingStyle', role_arn = p_connection ->> 'roleArn',
    input_prefix = p_connection ->> 'inputPrefix', output_prefix = p_connection ->> 'outputPrefix',
    access_key_hint = case when p_credentials is not null then p_access_key_hint when v_is_moved then null else i.access_key_hint end,
    status = case when i.status = 'disabled' then 'disabled' else 'draft' end,
    -- Never the result of a test again, not even when everything is set back.
    tested_configuration = null, activation_override = null, claim_proven_at = null
  where i.id = p_integration_id returning * into v_new;
  if v_is_moved or p_credentials is not null then
    delete from private.sealed_secrets where record_type = 's3_integration' and record_id = p_integration_id and field = 'credentials';
  end if;
  if p_credentials is not null then
    perform private.add_sealed_secret(v_old.tenant_id, 's3_integration', p_integration_id, 'credentials', p_credentials);
  end if;

  for v_rule in select * from public.s3_integration_folder_rules where integration_id = p_integration_id order by prefix loop
    if not starts_with(v_rule.prefix, v_new.input_prefix) then
      perform private.fail(422, 'rules_outside_input', format('The rule for "%s" lies outside of "%s".', v_rule.prefix, v_new.input_prefix));
    end if;
    if v_rule.output_subfolder is not null and v_new.input_prefix <> v_old.input_prefix then
      perform private.refuse_colliding_outputs(v_new, v_rule.prefix, substr(v_rule.prefix, char_length(v_new.input_prefix) + 1),
        v_rule.output_subfolder);
    end if;
  end loop;

  -- Whoever lists by the old configuration loses its lease; the next cycle knows nothing of the old place.
  update public.s3_poll_states set lease_id = null, lease_expires_at = null, cycle_started_at = null, consecutive_failures = 0,
    last_error_code = null, last_error_detail = null, last_error_at = null, is_unordered = false,
    settle_requested_at = case when v_is_moved or v_new.input_prefix <> v_old.input_prefix then now() else settle_requested_at end,
    is_moved = is_moved or v_is_moved
  where integration_id = p_integration_id;
  if v_is_moved or v_new.input_prefix <> v_old.input_prefix or v_new.output_prefix <> v_old.output_prefix then
    delete from public.s3_listing_slices where integration_id = p_integration_id;
  end if;
  perform private.settle_outside_prefix(p_integration_id, 5000);
  -- Half of one bucket and half of another would be no estimate of either.
  update public.s3_dry_runs set state = 'cancelled', ended_at = now(), due_at = null, lease_id = null, cursor = null, tally = null
  where integration_id = p_integration_id and state = 'running';
exception
  when unique_violation then
    perform private.fail(409, 'integration_exists', 'Another integration of this tenant reads the same bucket and input prefix.');
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'prefixes_do_not_overlap' then
      perform private.fail(422, 'prefixes_overlap', 'One of the two prefixes lies inside the other.');
    end if;
    perform private.fail(400, 'invalid_request', 'A value is out of range.');
end $$;

-- Tells the tenants of p_claims that somebody else works on their place too, and support who they are.
create function private.tell_of_claims(i public.s3_integrations, p_claims uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if cardinality(p_claims) = 0 then
    return;
  end if;
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  select 's3-integrations', 'warn', 'bucket_claimed_twice',
    'somebody of another tenant works on the same bucket and prefix, with credentials that passed a connection test',
    o.tenant_id, o.id, jsonb_build_object('bucket', o.bucket, 'inputPrefix', o.input_prefix)
  from public.s3_integrations o where o.id = any (p_claims);
  -- Who they are is for support alone.
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  values ('s3-integrations', 'warn', 'bucket_claimed_twice', 'works on a bucket and prefix that other tenants work on', null, null,
    jsonb_build_object('integrationId', i.id, 'tenantId', i.tenant_id, 'others', p_claims));
end $$;

-- As before.
create or replace function private.start_s3_integration(p_integration_id uuid, p_start jsonb, p_revision int) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_old public.s3_integrations;
  v_start jsonb := coalesce(p_start, '{}');
  v_start_from timestamptz;
  v_reason text;
  v_unmet record;
  v_override jsonb;
  v_claims uuid[] := '{}';
  v_is_proven boolean := false;
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
    -- Of two starts on one place at once, the second sees what the first has done.
    perform pg_advisory_xact_lock(hashtextextended('s3_location ' || v_old.location_key, 0));
    perform private.settle_outside_prefix(p_integration_id, 20000);
    if exists (select 1 from public.s3_poll_states where integration_id = p_integration_id and settle_requested_at is not null) then
      perform private.fail(409, 'still_settling');
    end if;
    v_unmet := private.unmet_checks(v_old);
    if v_unmet.code is null then
      v_claims := private.claims_elsewhere(v_old);
      if cardinality(v_claims) > 0 then
        v_unmet.code := 'bucket_claimed_elsewhere';
        v_unmet.checks := array['bucket_claimed_elsewhere'];
      end if;
      v_is_proven := true;
    end if;
    if v_unmet.code is not null then
      if v_reason is null then
        perform private.fail(409, v_unmet.code, case v_unmet.code
          when 'connection_test_failed' then format('These checks failed: %s.', array_to_string(v_unmet.checks, ', ')) end);
      end if;
      v_override := jsonb_build_object('reason', v_reason, 'checks', v_unmet.checks, 'by', private.current_actor(), 'at', now());
    end if;
    update public.s3_integrations set status = 'active', start_from = v_start_from, started_at = now(), activation_override = v_override,
      claim_proven_at = case when v_is_proven then now() end
    where id = p_integration_id;
    update public.s3_poll_states set next_poll_at = now(), lease_id = null, lease_expires_at = null
    where integration_id = p_integration_id;
    insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
    values ('s3-integrations', case when v_override is null then 'info' else 'warn' end, 'integration_started',
      case when v_override is null then 'started after a connection test that passed'
        else format('started although these checks did not pass: %s', array_to_string(v_unmet.checks, ', ')) end,
      v_old.tenant_id, v_old.id, jsonb_build_object('startFrom', v_start_from, 'override', v_override));
    perform private.tell_of_claims(v_old, v_claims);
  elsif v_start_from is distinct from v_old.start_from then
    update public.s3_integrations set start_from = v_start_from where id = p_integration_id;
  end if;
  if v_start_from is distinct from v_old.start_from then
    perform private.list_anew(p_integration_id);
  end if;
end $$;

-- As before; a test that passes proves the claim of what was started without one.
create or replace function public.record_s3_connection_test(p_actor uuid, p_integration_id uuid, p_result jsonb, p_configuration text default null)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_claims uuid[];
begin
  perform private.act_as(p_actor);
  update public.s3_integrations set last_test = p_result, last_tested_at = now(), tested_configuration = p_configuration
  where id = p_integration_id and status <> 'deleted' returning * into v_row;
  if v_row.id is null then
    return;
  end if;
  -- The entry support looks for first.
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
  select 's3-integrations', case p_result ->> 'outcome' when 'passed' then 'info' else 'warn' end, 'testConnection',
    format('connection test %s', p_result ->> 'outcome'), i.tenant_id, i.id, p_result
  from public.s3_integrations i where i.id = p_integration_id;
  -- A connection that works again need not wait for the back-off of when it did not.
  if p_result ->> 'outcome' = 'passed' then
    update public.s3_poll_states set next_poll_at = least(next_poll_at, now()), consecutive_failures = 0,
      revive_requested_at = now()
    where integration_id = p_integration_id;
    -- A batch: there may be millions, and the sweep (revive_after_test) goes on with them.
    perform private.revive_objects(p_integration_id, now(), 5000);
  end if;
  -- Started by an override, and proven now: from here on it holds its place, and whoever shares it is told.
  if v_row.status in ('active', 'paused') and v_row.claim_proven_at is null and private.connection_test_passed(v_row) then
    perform pg_advisory_xact_lock(hashtextextended('s3_location ' || v_row.location_key, 0));
    v_claims := private.claims_elsewhere(v_row);
    update public.s3_integrations set claim_proven_at = now() where id = p_integration_id;
    perform private.tell_of_claims(v_row, v_claims);
    if cardinality(v_claims) > 0 then
      insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
      values ('s3-integrations', 'warn', 'bucket_claimed_twice', 'somebody of another tenant works on the same bucket and prefix',
        v_row.tenant_id, v_row.id, jsonb_build_object('bucket', v_row.bucket, 'inputPrefix', v_row.input_prefix));
    end if;
  end if;
end $$;
