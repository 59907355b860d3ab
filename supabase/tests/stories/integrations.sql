-- Connecting, changing and deleting a bucket: by role, and never so that results come back as new documents.
select plan(36);
select tap.make_world();

create function pg_temp.connect(p_actor text, p_name text, p_fields jsonb default '{}', p_tenant text default 'acme') returns uuid
language sql as $$ select public.create_s3_integration(tap.user_id(p_actor), tap.new_integration(p_tenant, p_name, p_fields), tap.sealed()) $$;
select tap.authenticate_as_service();

-- Who
select throws_ok($$ select pg_temp.connect('member@acme.test', 'x') $$, 'PT403', 'forbidden', 'a member cannot connect a bucket');
select throws_ok($$ select pg_temp.connect('owner@umbrella.test', 'x') $$, 'PT404', 'not_found', 'for a stranger the tenant does not exist');
select throws_ok($$ select public.create_s3_integration(null, tap.new_integration('acme', 'x'), tap.sealed()) $$, 'PT404', 'not_found', 'nobody is not an admin');
select lives_ok($$ select pg_temp.connect('admin@acme.test', 'by-admin') $$, 'an admin can connect a bucket');
select lives_ok($$ select public.require_tenant_admin(tap.user_id('admin@acme.test'), tap.tenant_id('acme')) $$, 'an admin may do what admins may');
select throws_ok($$ select public.require_tenant_admin(tap.user_id('member@acme.test'), tap.tenant_id('acme')) $$, 'PT403', 'forbidden', 'a member may not');
select throws_ok($$ select public.get_s3_integration_with_secrets(tap.user_id('member@acme.test'), tap.integration_id('acme-bucket')) $$,
  'PT403', 'forbidden', 'a member cannot have the connection tested');
select throws_ok($$ select public.get_s3_integration_with_secrets(tap.user_id('owner@umbrella.test'), tap.integration_id('acme-bucket')) $$,
  'PT404', 'not_found', 'for a stranger the integration does not exist');
select throws_ok($$ select public.get_s3_integration_with_secrets(tap.user_id('owner@umbrella.test'), gen_random_uuid()) $$,
  'PT404', 'not_found', 'which is the same answer as for one that does not exist at all');

-- Prefixes
select throws_ok($$ select pg_temp.connect('owner@acme.test', 'p', '{"outputPrefix": "in/out/"}') $$, 'PT422', 'prefixes_overlap', 'the output cannot lie inside the input');
select throws_ok($$ select pg_temp.connect('owner@acme.test', 'p', '{"inputPrefix": "out/in/"}') $$, 'PT422', 'prefixes_overlap', 'nor the input inside the output');
select throws_ok($$ select pg_temp.connect('owner@acme.test', 'p', '{"inputPrefix": "out/"}') $$, 'PT422', 'prefixes_overlap', 'nor can they be the same');
select lives_ok($$ select pg_temp.connect('owner@acme.test', 'beside', '{"inputPrefix": "in/", "outputPrefix": "in-out/"}') $$, 'a name that only begins alike is another folder');
select lives_ok($$ select pg_temp.connect('owner@acme.test', 'whole', '{"inputPrefix": ""}') $$, 'a whole bucket can be the input');
select throws_ok(format($$ select pg_temp.connect('owner@acme.test', 'p', %L::jsonb || '{"bucket": "shared"}') $$, f), '23514', null, format('a prefix is a folder: %s', f))
from unnest(array['{"inputPrefix": "/in/"}', '{"inputPrefix": "in"}', '{"inputPrefix": "", "outputPrefix": ""}', '{"outputPrefix": "/"}']) as f;
select pg_temp.connect('owner@acme.test', 'first', '{"bucket": "shared", "inputPrefix": "a/", "outputPrefix": "a-out/"}');
select throws_ok(format($$ select pg_temp.connect('owner@acme.test', 'p', %L::jsonb || '{"bucket": "shared"}') $$, f), 'PT422', 'prefixes_overlap',
  format('on one bucket, results of one integration never are documents of another: %s', f))
from unnest(array['{"inputPrefix": "b/", "outputPrefix": "a/x/"}', '{"inputPrefix": "a-out/x/", "outputPrefix": "b-out/"}', '{"inputPrefix": "b/", "outputPrefix": "a/"}']) as f;
select throws_ok($$ select pg_temp.connect('owner@acme.test', 'p', '{"bucket": "shared", "inputPrefix": "b/", "outputPrefix": "a-out/"}') $$,
  'PT422', 'prefixes_overlap', 'nor do two of them write into one folder, where results could overwrite one another');
select throws_ok($$ select pg_temp.connect('owner@acme.test', 'p', '{"bucket": "shared", "inputPrefix": "a/", "outputPrefix": "c-out/"}') $$,
  'PT409', 'integration_exists', 'a folder is connected once');
select lives_ok($$ select pg_temp.connect('owner@acme.test', 'second', '{"bucket": "shared", "inputPrefix": "b/", "outputPrefix": "b-out/"}') $$,
  'two integrations can share a bucket side by side');
select lives_ok($$ select pg_temp.connect('owner@umbrella.test', 'other', '{"bucket": "shared", "inputPrefix": "a/", "outputPrefix": "a-out/"}', 'umbrella') $$,
  'another tenant knows nothing of it');
select is((select count(*)::int from public.s3_integrations where name = 'p'), 0, 'what was refused left nothing');

-- Changing
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select public.update_s3_integration(tap.integration_id('first'), '{"status": "paused"}') $$, 'PT403', 'forbidden', 'a member cannot pause');
select throws_ok($$ select public.delete_s3_integration(tap.integration_id('first')) $$, 'PT403', 'forbidden', 'a member cannot delete');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select public.delete_s3_integration(tap.integration_id('first')) $$, 'PT404', 'not_found', 'a stranger cannot, for it does not exist');
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok(format('select public.update_s3_integration(tap.integration_id(''first''), %L)', c), 'PT400', 'invalid_request', format('an admin cannot set %s', c))
from unnest(array['{"bucket": "elsewhere"}', '{"status": "deleted"}', '{"overwritePolicy": "maybe"}', '{"name": ""}']) as c;
select public.update_s3_integration(tap.integration_id('first'), '{"language": "de", "overwritePolicy": "ignore"}');
select public.update_s3_integration(tap.integration_id('first'), '{"language": null}');
select results_eq($$ select name, status, language, overwrite_policy from public.s3_integrations where id = tap.integration_id('first') $$,
  $$ values ('first', 'draft', null::text, 'ignore') $$, 'what is not named stays, and null clears');

-- Deleting
select public.delete_s3_integration(tap.integration_id('first'));
select throws_ok($$ select public.update_s3_integration(tap.integration_id('first'), '{"status": "active"}') $$, 'PT404', 'not_found', 'what is deleted does not come back');
select tap.authenticate_as_service();
select lives_ok($$ select pg_temp.connect('owner@acme.test', 'again', '{"bucket": "shared", "inputPrefix": "a/", "outputPrefix": "a-out/"}') $$,
  'its folder can be connected anew');
select * from finish();
