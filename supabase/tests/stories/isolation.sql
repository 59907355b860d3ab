-- Every table of public: own tenant yes, other tenant no, anonymous no; nobody writes but by functions.
-- The tables are read from the catalogue, so that a new one is asked about too.
select plan((3 + 12 * count(*) + 3 * 2 + 8)::int) from tap.tables();
select tap.make_world();

select set_eq('select tap.tables()', array['app_logs', 'audit_events', 'cost_ledger', 'notification_deliveries', 'notification_targets', 's3_circuits', 's3_credential_rotations', 's3_dry_runs', 's3_integration_folder_rules',
  's3_event_states', 's3_event_tests', 's3_integrations', 's3_listing_slices', 's3_poll_states', 's3_processed_objects', 's3_replays', 's3_secret_versions', 'tenant_limits', 'tenant_members', 'tenants'],
  'these are the tables: a new one needs its rows in helpers/world.sql and its place here');
select is_empty($$ select t from tap.tables() as t where not (select relrowsecurity from pg_class where oid = ('public.' || t)::regclass) $$,
  'row level security is on for every table');
select is_empty($$ select tablename, policyname from pg_policies where schemaname = 'public' and (roles <> '{authenticated}' or cmd <> 'SELECT') $$,
  'there are no policies but for reading, and only for signed-in users');

select tap.authenticate_as(tap.user_id('owner@acme.test'));
select is(tap.visible(t), array['acme'], format('an owner sees the rows of their tenant, and no others, in %s', t)) from tap.tables() as t;
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select is(tap.visible(t), array['acme'], format('an admin sees the rows of their tenant, and no others, in %s', t)) from tap.tables() as t;
select tap.authenticate_as(tap.user_id('member@acme.test'));
select is(tap.visible(t), case when t = 'audit_events' then '{}' else array['acme'] end, format('a member sees the rows of their tenant, and no others, in %s', t)) from tap.tables() as t;
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select is(tap.visible(t), array['umbrella'], format('another tenant sees its own rows, and no others, in %s', t)) from tap.tables() as t;
select tap.clear();
select tap.authenticate_as(tap.sign_up('nobody@example.test'));
select is(tap.visible(t), '{}', format('who is a member of neither sees nothing of them in %s', t)) from tap.tables() as t;
select tap.authenticate_as_anonymous();
select throws_ok(format('select 1 from public.%I', t), '42501', null, format('without a session nobody reads %s', t)) from tap.tables() as t;

select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok(format('insert into public.%I default values', t), '42501', null, format('an owner cannot insert into %s', t)) from tap.tables() as t;
select throws_ok(format('update public.%I set %I = null', t, case t when 'tenants' then 'name' else 'tenant_id' end), '42501', null,
  format('an owner cannot update %s', t)) from tap.tables() as t;
select throws_ok(format('delete from public.%I', t), '42501', null, format('an owner cannot delete from %s', t)) from tap.tables() as t;
select tap.authenticate_as_service();
select throws_ok(format('insert into public.%I default values', t), '42501', null, format('the service cannot insert into %s', t)) from tap.tables() as t;
select throws_ok(format('delete from public.%I', t), '42501', null, format('the service cannot delete from %s', t)) from tap.tables() as t;
select throws_ok(format('truncate public.%I', t), '42501', null, format('the service cannot truncate %s', t)) from tap.tables() as t;

-- Columns that are the engine's business
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok(format('select %I from public.s3_processed_objects', c), '42501', null, format('an owner cannot read %s of an object', c))
from unnest(array['lease_id', 'staged_outputs', 'current_since']) as c;
select throws_ok('select * from public.s3_processed_objects', '42501', null, 'so an owner cannot ask for all columns of an object');
select throws_ok(format('select %I from public.s3_poll_states', c), '42501', null, format('an owner cannot read %s of a poll', c))
from unnest(array['lease_id', 'lease_expires_at']) as c;

-- What comes and goes
select lives_ok($$ select public.delete_s3_integration(tap.integration_id('acme-bucket')) $$, 'an owner can delete an integration');
select is_empty('select 1 from public.s3_integrations', 'a deleted integration is not visible any more');
select isnt_empty('select id from public.s3_processed_objects', 'its history stays visible');
select isnt_empty('select id from public.cost_ledger', 'its costs stay visible');
select lives_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('member@acme.test')) $$, 'an owner can remove a member');
select tap.authenticate_as(tap.user_id('member@acme.test'));
select is(array(select t from tap.tables() as t where tap.visible(t) <> '{}'), '{}', 'a member who was removed sees nothing any more');

-- Functions that read run as their caller
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select results_eq($$ select state, objects from public.s3_integration_ledger((select integration_id from public.cost_ledger)) $$,
  $$ values ('staged', 1::bigint) $$, 'an owner reads the books of their integration');
select is_empty($$ select 1 from public.s3_integration_ledger(tap.integration_id('umbrella-bucket')) $$,
  'and nothing of another tenant''s');
select * from finish();
