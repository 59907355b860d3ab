-- Audit events: in the transaction of what they tell of, by whom, and never with what is secret.
select plan(20);
select tap.make_world();

select results_eq($$ select actor_id, actor_kind, action, after from public.audit_events where record_type = 'tenants' and tenant_id = tap.tenant_id('acme') $$,
  $$ values (tap.user_id('owner@acme.test'), 'user', 'insert', '{"kind": "team", "name": "acme"}'::jsonb) $$, 'making a tenant is recorded with its maker');
select results_eq($$ select actor_id, after ->> 'role' from public.audit_events where record_type = 'tenant_members'
    and record_id = tap.tenant_id('acme') || '/' || tap.user_id('admin@acme.test') $$,
  $$ values (tap.user_id('admin@acme.test'), 'admin') $$, 'becoming a member is recorded as the deed of who accepted');
select tap.clear();
select is((select actor_id from public.audit_events where record_type = 'tenants' and after ->> 'name' = 'member'), tap.user_id('member@acme.test'),
  'a sign-up is recorded as the new user''s own deed');
select is((select actor_id from public.audit_events where record_type = 's3_integrations' and after ->> 'name' = 'acme-bucket'),
  tap.user_id('owner@acme.test'), 'what the engine does for a user is recorded as theirs');

-- Changes
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select public.update_s3_integration(tap.integration_id('acme-bucket'), '{"status": "paused", "name": "acme-bucket"}');
select results_eq($$ select actor_id, before, after from public.audit_events where record_type = 's3_integrations' and action = 'update'
    and actor_id = tap.user_id('admin@acme.test') $$,
  $$ values (tap.user_id('admin@acme.test'), '{"status": "active"}'::jsonb, '{"status": "paused"}'::jsonb) $$,
  'a change is recorded with what changed, before and after, and nothing else');
select public.update_s3_integration(tap.integration_id('acme-bucket'), '{"status": "paused"}');
select is((select count(*)::int from public.audit_events where record_type = 's3_integrations' and action = 'update'
  and actor_id = tap.user_id('admin@acme.test')), 1, 'what changes nothing records nothing');

-- Rolled back with what they tell of
select throws_ok($$ do $x$ begin perform public.create_tenant('half'); raise exception 'no'; end $x$ $$, 'P0001', 'no', 'a change is undone');
select tap.clear();
select is((select count(*)::int from public.audit_events where after ->> 'name' = 'half'), 0, 'and its event with it');

-- Nobody forges or deletes them
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ insert into public.audit_events (tenant_id, actor_kind, action, record_type, record_id) values (tap.tenant_id('acme'), 'user', 'x', 'x', 'x') $$,
  '42501', null, 'an owner cannot write an event');
select throws_ok('delete from public.audit_events', '42501', null, 'an owner cannot delete events');
select tap.authenticate_as_service();
select throws_ok('update public.audit_events set actor_id = null', '42501', null, 'nor can the service change them');

-- Acting as somebody else
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select private.act_as(tap.user_id('owner@acme.test')) $$, '42501', null, 'a user cannot name another as actor');
select set_config('sluice.actor', tap.user_id('owner@acme.test')::text, true);
select is(private.current_actor(), tap.user_id('member@acme.test'), 'whatever they set, their token says who they are');
select throws_ok($$ select public.update_s3_integration(tap.integration_id('acme-bucket'), '{"status": "active"}') $$, 'PT403', 'forbidden',
  'so they have their own role, not the other''s');
select is((select count(*)::int from public.audit_events where actor_id = tap.user_id('member@acme.test') and tenant_id = tap.tenant_id('acme')), 0,
  'and what was refused left no event');
select tap.clear();
update public.tenants set name = 'acme inc' where name = 'acme';
select results_eq($$ select actor_id, actor_kind from public.audit_events where after ->> 'name' = 'acme inc' $$,
  $$ values (null::uuid, 'engine') $$, 'without anybody acting, the platform itself is recorded');

-- Nothing secret
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select public.delete_s3_integration(tap.integration_id('umbrella-bucket'));
select tap.clear();
select is((select array_agg(action order by id) from public.audit_events where record_type = 'sealed_secrets' and tenant_id = tap.tenant_id('umbrella')),
  array['insert', 'delete'], 'that a secret came and went is recorded');
select set_eq($$ select distinct k from public.audit_events, jsonb_object_keys(coalesce(after, before)) as k where record_type = 'sealed_secrets' $$,
  array['version', 'key_id', 'kms_key_version'], 'with its version and key, never its ciphertext');
select is_empty($$ select 1 from public.audit_events where coalesce(before, '{}')::text || coalesce(after, '{}')::text ~ '(abab|cdcd|ciphertext|lease|staged)' $$,
  'no ciphertext and no lease is in any event');
select is_empty($$ select 1 from public.audit_events where record_type in ('s3_processed_objects', 's3_poll_states') $$, 'the engine''s own work is no audit event');
select * from finish();
