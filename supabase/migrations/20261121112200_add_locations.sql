-- Where a bucket is, whatever it is called: the same bucket can be named by a role, by a key, by an address of its own, in capitals or
-- with a port. Two integrations are about the same documents when this and their folders say so.
-- docs/decisions/0012-life-of-an-integration.md

-- Bucket names are unique in a partition of AWS, in an account (and jurisdiction) of R2, in all of B2, and on any other server.
-- An alias in the DNS is not seen through.
create function private.s3_location_key(p_provider text, p_endpoint text, p_region text, p_bucket text) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  -- Host, port unless it is that of the scheme, and path.
  v_scheme text := lower(substring(p_endpoint from '^([A-Za-z]+)://'));
  v_host text := regexp_replace(lower(substring(p_endpoint from '^[A-Za-z]+://([^/:?#]+|\[[^\]]*\])')), '[.]$', '');
  v_port text := substring(p_endpoint from '^[A-Za-z]+://(?:[^/:?#]+|\[[^\]]*\]):0*([0-9]+)');
  v_path text := rtrim(coalesce(substring(p_endpoint from '^[A-Za-z]+://[^/]*(/[^?#]*)'), ''), '/');
  v_partition text;
begin
  if p_endpoint is null then
    if p_provider = 'b2' then
      return 'b2:' || lower(p_bucket);
    end if;
    v_partition := case when p_region like 'cn-%' then 'aws-cn' when p_region like 'us-gov-%' then 'aws-us-gov' else 'aws' end;
    return v_partition || ':' || p_bucket;
  end if;
  if v_host ~ '^s3([.-][a-z0-9-]+)*[.]amazonaws[.]com([.]cn)?$' then
    v_partition := case when v_host like '%.cn' then 'aws-cn' when v_host like '%us-gov-%' then 'aws-us-gov' else 'aws' end;
    return v_partition || ':' || p_bucket;
  elsif v_host ~ '^s3[.][a-z0-9-]+[.]backblazeb2[.]com$' then
    return 'b2:' || lower(p_bucket);
  elsif v_host ~ '^[0-9a-f]{32}([.](eu|fedramp))?[.]r2[.]cloudflarestorage[.]com$' then
    return 'r2:' || regexp_replace(v_host, '[.]r2[.]cloudflarestorage[.]com$', '') || '/' || p_bucket;
  end if;
  if v_port = (case v_scheme when 'https' then '443' when 'http' then '80' end) then
    v_port := null;
  end if;
  return 'host:' || coalesce(v_host, lower(p_endpoint)) || coalesce(':' || v_port, '') || v_path || '/' || p_bucket;
end $$;

alter table public.s3_integrations
  add column location_key text generated always as (private.s3_location_key(provider, endpoint, region, bucket)) stored,
  -- When it was last started after a test that passed: control of the bucket is proven, so nobody holds a place they only guessed.
  add column claim_proven_at timestamptz;

drop index public.s3_integrations_one_per_location;
create unique index s3_integrations_one_per_location on public.s3_integrations (tenant_id, location_key, input_prefix)
  where status <> 'deleted';
create index s3_integrations_claims_idx on public.s3_integrations (location_key) where status in ('active', 'paused');

alter table public.s3_poll_states
  -- When the input folder was changed and what was pending outside of it is not settled yet.
  add column settle_requested_at timestamptz;
create index s3_poll_states_settle_idx on public.s3_poll_states (settle_requested_at) where settle_requested_at is not null;

-- Raises when results of one integration of a tenant would be documents of another, or could overwrite another's. The caller holds the
-- lock of the tenant.
create function private.refuse_prefix_overlap(p_id uuid, p_tenant_id uuid, p_location_key text, p_input text, p_output text) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_other text;
begin
  select o.name into v_other from public.s3_integrations o
  where o.tenant_id = p_tenant_id and o.status <> 'deleted' and o.id <> p_id and o.location_key = p_location_key
    and (private.prefixes_overlap(o.input_prefix, p_output) or private.prefixes_overlap(p_input, o.output_prefix))
  limit 1;
  if v_other is not null then
    perform private.fail(422, 'prefixes_overlap', format('The prefixes cross those of the integration "%s" on the same bucket.', v_other));
  end if;
  -- Results are named by their place below the input folder: `a/x.pdf` of one and `b/x.pdf` of another would be one key.
  select o.name into v_other from public.s3_integrations o
  where o.tenant_id = p_tenant_id and o.status <> 'deleted' and o.id <> p_id and o.location_key = p_location_key
    and private.prefixes_overlap(o.output_prefix, p_output)
  limit 1;
  if v_other is not null then
    perform private.fail(422, 'prefixes_overlap',
      format('The integration "%s" writes its results into the same folder, where results could overwrite one another.', v_other));
  end if;
end $$;

-- As before, by place instead of by address.
create or replace function public.create_s3_integration(p_actor uuid, p_integration jsonb, p_credentials jsonb) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid := (p_integration ->> 'id')::uuid;
  v_tenant_id uuid := (p_integration ->> 'tenantId')::uuid;
  v_constraint text;
begin
  perform private.act_as(p_actor);
  perform private.require_role(v_tenant_id, 'admin');

  -- One at a time per tenant, so that two creations cannot each miss the other.
  perform 1 from public.tenants where id = v_tenant_id for no key update;
  perform private.refuse_prefix_overlap(v_id, v_tenant_id,
    private.s3_location_key(p_integration ->> 'provider', p_integration ->> 'endpoint', p_integration ->> 'region', p_integration ->> 'bucket'),
    p_integration ->> 'inputPrefix', p_integration ->> 'outputPrefix');

  insert into public.s3_integrations (id, tenant_id, name, provider, bucket, region, endpoint, addressing_style, role_arn,
    external_id, access_key_hint, input_prefix, output_prefix, overwrite_policy, language, created_by)
  values (v_id, v_tenant_id, p_integration ->> 'name', p_integration ->> 'provider', p_integration ->> 'bucket',
    p_integration ->> 'region', p_integration ->> 'endpoint', p_integration ->> 'addressingStyle', p_integration ->> 'roleArn',
    p_integration ->> 'externalId', p_integration ->> 'accessKeyHint', p_integration ->> 'inputPrefix',
    p_integration ->> 'outputPrefix', coalesce(p_integration ->> 'overwritePolicy', 'reprocess'), p_integration ->> 'language', p_actor);
  insert into public.s3_poll_states (integration_id, tenant_id) values (v_id, v_tenant_id);
  if p_credentials is not null then
    perform private.add_sealed_secret(v_tenant_id, 's3_integration', v_id, 'credentials', p_credentials);
  end if;
  return v_id;
exception
  when unique_violation then
    perform private.fail(409, 'integration_exists', 'Another integration of this tenant reads the same bucket and input prefix.');
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name;
    if v_constraint = 'prefixes_do_not_overlap' then
      perform private.fail(422, 'prefixes_overlap', 'One of the two prefixes lies inside the other.');
    end if;
    raise;
end $$;

-- Integrations of other tenants that work on the same documents and have proven that they may.
create function private.claims_elsewhere(i public.s3_integrations) returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(o.id), '{}') from public.s3_integrations o
  where o.location_key = i.location_key and o.status in ('active', 'paused') and o.tenant_id <> i.tenant_id
    and o.claim_proven_at is not null
    and (starts_with(o.input_prefix, i.input_prefix) or starts_with(i.input_prefix, o.input_prefix))
$$;

-- Settles, at most p_limit rows, what is pending outside of the input folder of one integration; whoever works on it is fenced off.
create function private.settle_outside_prefix(p_integration_id uuid, p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_rows int;
begin
  if not exists (select 1 from public.s3_poll_states where integration_id = p_integration_id and settle_requested_at is not null) then
    return 0;
  end if;
  update public.s3_processed_objects o set state = 'skipped', reason = 'outside_prefix', reason_detail = null, provider_code = null,
    due_at = null, lease_id = null, staged_outputs = null, state_changed_at = now()
  from (
    select p.id from public.s3_processed_objects p join public.s3_integrations i on i.id = p.integration_id
    where p.integration_id = p_integration_id and p.state in ('found', 'queued', 'processing', 'staged')
      and not starts_with(p.key, i.input_prefix)
    order by p.id limit p_limit for update of p) as outside
  where o.id = outside.id;
  get diagnostics v_rows = row_count;
  if v_rows < p_limit then
    update public.s3_poll_states set settle_requested_at = null where integration_id = p_integration_id;
  end if;
  return v_rows;
end $$;

-- The sweep: goes on with what edits of input folders have left, at most p_limit rows. Returns how many it settled.
create function public.settle_changed_prefixes(p_limit int) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select integration_id into v_id from public.s3_poll_states where settle_requested_at is not null
  order by settle_requested_at limit 1 for update skip locked;
  return case when v_id is null then 0 else private.settle_outside_prefix(v_id, p_limit) end;
end $$;
grant execute on function public.settle_changed_prefixes(int) to service_role;

-- p_start {startFrom?, override? {reason}}. Without startFrom the one that was set before holds; at first, everything. Refused unless
-- the last connection test was of the configuration as it stands and passed, or an admin overrides that and says why.
-- Asked again of what is active, it changes nothing but startFrom. Refused too while another tenant works on the same place, which
-- only who has passed a test, and so could see the bucket anyway, is told.
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
    if cardinality(v_claims) > 0 then
      insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
      select 's3-integrations', 'warn', 'bucket_claimed_twice',
        'somebody of another tenant has started on the same bucket and prefix, with credentials that passed a connection test',
        i.tenant_id, i.id, jsonb_build_object('bucket', i.bucket, 'inputPrefix', i.input_prefix)
      from public.s3_integrations i where i.id = any (v_claims);
      -- Who they are is for support alone.
      insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
      values ('s3-integrations', 'warn', 'bucket_claimed_twice', 'started on a bucket and prefix that other tenants work on', null, null,
        jsonb_build_object('integrationId', v_old.id, 'tenantId', v_old.tenant_id, 'others', v_claims));
    end if;
  elsif v_start_from is distinct from v_old.start_from then
    update public.s3_integrations set start_from = v_start_from where id = p_integration_id;
  end if;
  if v_start_from is distinct from v_old.start_from then
    perform private.list_anew(p_integration_id);
  end if;
end $$;
