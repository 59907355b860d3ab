-- Limits of an account: kept for every way in, named when they are reached, raised by support for one tenant.
select plan(30);
select tap.make_world();
delete from public.tenant_limits;

create function pg_temp.acme() returns uuid language sql as $$ select tap.tenant_id('acme') $$;
create function pg_temp.create_integration(p_name text) returns uuid language sql
as $$ select public.create_s3_integration(tap.user_id('owner@acme.test'), tap.new_integration('acme', p_name), null) $$;
create function pg_temp.detail(p_sql text) returns text language plpgsql as $$
declare v_detail text;
begin
  execute p_sql;
  return null;
exception when others then
  get stacked diagnostics v_detail = pg_exception_detail;
  return v_detail;
end $$;

-- Who may change them
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select public.set_tenant_limit(pg_temp.acme(), 'integrations', 9) $$, '42501', null, 'an owner raises no limit');
select tap.authenticate_as_service();
select throws_ok($$ select public.set_tenant_limit(pg_temp.acme(), 'surprises', 9) $$, 'PT400', 'invalid_request', 'there are no other limits');
select throws_ok($$ select public.set_tenant_limit(pg_temp.acme(), 'integrations', -1) $$, 'PT400', 'invalid_request', 'and none below nothing');
select throws_ok($$ select public.set_tenant_limit(gen_random_uuid(), 'integrations', 1) $$, 'PT404', 'not_found', 'of no tenant there are none');
select lives_ok($$ select public.set_tenant_limit(pg_temp.acme(), 'integrations', 2) $$, 'the service role sets one');
select tap.authenticate_as(tap.user_id('member@acme.test'));
select is((select value from public.tenant_limits), 2, 'a member sees it');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select is_empty('select 1 from public.tenant_limits', 'another tenant does not');
select tap.clear();
select is((select after -> 'value' from public.audit_events where record_type = 'tenant_limits' and action = 'insert' order by id desc limit 1), '2', 'and it is audited');

-- Integrations
select lives_ok($$ select pg_temp.create_integration('second') $$, 'as many as the limit says');
select throws_ok($$ select pg_temp.create_integration('third') $$, 'PT409', 'quota_reached', 'and no more');
select is(pg_temp.detail($$ select pg_temp.create_integration('third') $$), 'The limit integrations is 2, and there are 2 integrations in this tenant.', 'the limit is named');
update public.s3_integrations set status = 'deleted' where name = 'second';
select lives_ok($$ select pg_temp.create_integration('third') $$, 'a deleted one makes room');
select public.set_tenant_limit(pg_temp.acme(), 'integrations', 3);
select lives_ok($$ select pg_temp.create_integration('fourth') $$, 'and so does support');
select public.set_tenant_limit(pg_temp.acme(), 'integrations', null);
select is(private.tenant_limit(pg_temp.acme(), 'integrations'), 100, 'null goes back to the default');

-- Rules
select public.set_tenant_limit(pg_temp.acme(), 'folder_rules_per_integration', 2);
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select lives_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/fr/', '{"language": "fr"}') $$, 'rules as many as the limit says');
select throws_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/it/', '{"language": "it"}') $$, 'PT409', 'quota_reached', 'and no more');
select lives_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/fr/', '{"language": "en"}') $$, 'what is there can be changed');

-- Notification targets
select tap.clear();
select public.set_tenant_limit(pg_temp.acme(), 'notification_targets', 1);
select throws_ok($$ select public.create_notification_target(tap.user_id('owner@acme.test'), jsonb_build_object('id', gen_random_uuid(), 'tenantId', pg_temp.acme(),
  'name', 'second', 'url', 'https://hooks.example.test/'), tap.sealed()) $$, 'PT409', 'quota_reached', 'targets have a limit');

-- Replays
select public.set_tenant_limit(pg_temp.acme(), 'running_replays', 1);
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select public.create_s3_replay(tap.integration_id('acme-bucket'), gen_random_uuid(), now(), 0, '{failed}') $$, 'PT409', 'quota_reached', 'and replays that run');
select lives_ok($$ select public.create_s3_replay(tap.integration_id('acme-bucket'), (select id from public.s3_replays), now(), 0, '{failed}') $$, 'asked twice it is no second one');

-- Dry runs: the world has one under way on acme-bucket
select tap.clear();
select public.set_tenant_limit(pg_temp.acme(), 'running_dry_runs', 1);
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('owner@acme.test'), (select id from public.s3_integrations where name = 'third')) $$, 'PT409', 'quota_reached', 'and dry runs that run');
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('owner@acme.test'), tap.integration_id('acme-bucket')) $$, 'PT409', 'dry_run_running', 'a second one of the same integration is another conflict');
select public.set_tenant_limit(pg_temp.acme(), 'running_dry_runs', 2);
select lives_ok($$ select public.start_s3_dry_run(tap.user_id('owner@acme.test'), (select id from public.s3_integrations where name = 'third')) $$, 'raised, there may be another');
select lives_ok($$ update public.s3_dry_runs set state = 'cancelled', ended_at = now(), due_at = null where tenant_id = pg_temp.acme(); select public.set_tenant_limit(pg_temp.acme(), 'running_dry_runs', 1);
  select public.start_s3_dry_run(tap.user_id('owner@acme.test'), (select id from public.s3_integrations where name = 'third')) $$, 'what has ended makes room');

-- Tenants
select tap.clear();
select public.set_tenant_limit((select id from public.tenants where created_by = tap.user_id('owner@acme.test') and kind = 'personal'), 'tenants_per_user', 3);
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select lives_ok($$ select public.create_tenant('another') $$, 'a user makes teams');
select throws_ok($$ select public.create_tenant('too many') $$, 'PT409', 'quota_reached', 'as many as the limit says');
select throws_ok($$ select public.create_tenant(null) $$, 'PT400', 'invalid_request', 'each with a name');
select throws_ok($$ select public.create_tenant('') $$, 'PT400', 'invalid_request', 'that is not empty');
select throws_ok($$ select public.set_tenant_member(pg_temp.acme(), null, 'member') $$, 'PT400', 'invalid_request', 'a member is somebody');
select tap.clear();
select lives_ok($$ select tap.sign_up('new@acme.test') $$, 'signing up has no limit');
select * from finish();
