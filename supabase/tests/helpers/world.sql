-- Two tenants, each with something in every table. Acme has an owner, an admin and a member; Umbrella has its owner.

create function tap.sealed(p_version int default 1) returns jsonb
language sql
as $$
  select jsonb_build_object('version', p_version, 'formatVersion', 1, 'keyId', 'local', 'kmsKeyVersion', 1,
    'dataKeyCiphertext', '\x' || repeat('ab', 60), 'secretCiphertext', '\x' || repeat('cd', 90))
$$;

create function tap.new_integration(p_tenant text, p_name text, p_fields jsonb default '{}') returns jsonb
language sql
as $$
  select jsonb_build_object('id', gen_random_uuid(), 'tenantId', tap.tenant_id(p_tenant), 'name', p_name, 'provider', 'generic',
    'bucket', 'bucket-of-' || p_name, 'region', 'auto', 'endpoint', 'https://s3.example.test', 'addressingStyle', 'path',
    'roleArn', null, 'externalId', null, 'accessKeyHint', 'WXYZ', 'inputPrefix', 'in/', 'outputPrefix', 'out/',
    'overwritePolicy', 'reprocess', 'language', null) || p_fields
$$;

create function tap.fill_tenant(p_tenant text, p_owner text) returns void
language plpgsql
as $$
declare
  v_tenant_id uuid := tap.tenant_id(p_tenant);
  v_id uuid;
begin
  v_id := public.create_s3_integration(tap.user_id(p_owner), tap.new_integration(p_tenant, p_tenant || '-bucket'), tap.sealed());
  update public.s3_integrations set status = 'active' where id = v_id;
  insert into public.s3_integration_folder_rules (tenant_id, integration_id, prefix, language) values (v_tenant_id, v_id, 'in/de/', 'de');
  insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at, lease_id, staged_outputs)
  values (v_tenant_id, v_id, 'in/a.pdf', 'e1', 10, 'poll', 'staged', now(), gen_random_uuid(), '[{"stagingKey": "staging/secret"}]');
  insert into public.s3_replays (id, tenant_id, integration_id, states, as_of, expected_objects)
  values (gen_random_uuid(), v_tenant_id, v_id, '{failed}', now(), 1);
  insert into public.tenant_limits (tenant_id, name, value) values (v_tenant_id, 'integrations', 200);
  insert into public.s3_dry_runs (tenant_id, integration_id) values (v_tenant_id, v_id);
  insert into public.notification_targets (tenant_id, name, url) values (v_tenant_id, p_tenant || '-target', 'https://hooks.example.test/');
  insert into public.notification_deliveries (tenant_id, target_id, integration_id, event_type, payload)
  select v_tenant_id, t.id, v_id, 'integration.failing', '{}' from public.notification_targets t where t.tenant_id = v_tenant_id;
  insert into public.s3_credential_rotations (tenant_id, integration_id, from_version, to_version, state, keep_old_hours, configuration, ended_at)
  values (v_tenant_id, v_id, 1, 2, 'refused', 24, 'of a probe', now());
  insert into public.cost_ledger (tenant_id, integration_id, job_id, kind, pages, amount_micros)
  values (v_tenant_id, v_id, gen_random_uuid(), 'processing', 3, 3000);
  insert into public.s3_listing_slices (integration_id, tenant_id, start_after, object_count, digest, cycle)
  values (v_id, v_tenant_id, '', 1, repeat('0', 32), 1);
  insert into public.s3_event_states (integration_id, tenant_id, event_mode_since) values (v_id, v_tenant_id, now());
  insert into public.s3_circuits (integration_id, tenant_id, side, code) values (v_id, v_tenant_id, 'read', 'upstream_timeout');
  insert into public.s3_event_tests (integration_id, tenant_id, kind, key) values (v_id, v_tenant_id, 'probe', 'in/x.pdf');
  insert into public.app_logs (service, level, event, message, tenant_id, integration_id)
  values ('s3-poller', 'info', 'poll_finished', 'listed 1 objects', v_tenant_id, v_id);
end $$;

-- p_email becomes a member, invited by p_inviter, as whom the story goes on.
create function tap.join_tenant(p_tenant text, p_inviter text, p_email text, p_role public.tenant_role) returns void
language plpgsql
as $$
declare
  v_token text;
begin
  perform tap.authenticate_as(tap.user_id(p_inviter));
  v_token := public.invite_tenant_member(tap.tenant_id(p_tenant), p_email, p_role) ->> 'token';
  perform tap.authenticate_as(tap.user_id(p_email));
  perform public.accept_tenant_invitation(v_token);
  perform tap.authenticate_as(tap.user_id(p_inviter));
end $$;

create function tap.make_world() returns void
language plpgsql
as $$
begin
  perform tap.sign_up(who || '@acme.test') from unnest(array['owner', 'admin', 'member']) as who;
  perform tap.sign_up('owner@umbrella.test');
  perform tap.authenticate_as(tap.user_id('owner@acme.test'));
  perform public.create_tenant('acme');
  perform tap.join_tenant('acme', 'owner@acme.test', 'admin@acme.test', 'admin');
  perform tap.join_tenant('acme', 'owner@acme.test', 'member@acme.test', 'member');
  perform tap.authenticate_as(tap.user_id('owner@umbrella.test'));
  perform public.create_tenant('umbrella');
  perform tap.clear();
  perform tap.fill_tenant('acme', 'owner@acme.test');
  perform tap.fill_tenant('umbrella', 'owner@umbrella.test');
  perform tap.clear();
end $$;

-- The tables of public that the caller can see something in, with the names of the tenants it sees there.
create function tap.visible(p_table text) returns text[]
language plpgsql
as $$
declare
  v_ids uuid[];
begin
  execute format('select array_agg(distinct %I) from public.%I', case p_table when 'tenants' then 'id' else 'tenant_id' end, p_table)
  into v_ids;
  return tap.names_of(v_ids);
end $$;

create function tap.names_of(p_ids uuid[]) returns text[]
language sql stable security definer
as $$ select coalesce(array_agg(name order by name), '{}') from public.tenants where id = any (p_ids) and kind = 'team' $$;

-- Every table of public, so that a new one is asked about without being named.
create function tap.tables() returns setof text
language sql stable security definer
as $$
  select c.relname::text from pg_catalog.pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1
$$;

-- What keeps the old key of acme's bucket from being safe to delete.
create function tap.waits_for() returns setof text
language sql security definer
as $$
  select w.name from public.s3_integration_credentials(tap.integration_id('acme-bucket')) c,
    lateral (values ('new', (c -> 'previous' ->> 'waitsForNew')::boolean), ('calls', (c -> 'previous' ->> 'waitsForCalls')::boolean)) as w (name, holds)
  where w.holds
$$;
