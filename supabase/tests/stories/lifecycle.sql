-- The life of an integration: who starts, pauses, edits and deletes it, and what each of these does to what is stored and to work under way.
select plan(74);
select tap.make_world();

create function pg_temp.acme() returns uuid language sql as $$ select tap.integration_id('acme-bucket') $$;
create function pg_temp.row() returns public.s3_integrations language sql security definer
as $$ select i from public.s3_integrations i where i.id = tap.integration_id('acme-bucket') $$;
create function pg_temp.status() returns text language sql as $$ select (pg_temp.row()).status $$;
-- A connection test of what stands, with the outcome named.
create function pg_temp.tested(p_outcome text default 'passed', p_id uuid default pg_temp.acme(), p_by text default 'owner@acme.test') returns void
language sql security definer
as $$ select public.record_s3_connection_test(tap.user_id(p_by), p_id, jsonb_build_object('outcome', p_outcome, 'testedAt', now(),
    'checks', jsonb_build_array(jsonb_build_object('name', 'list', 'outcome', p_outcome))), private.connection_configuration(i))
  from public.s3_integrations i where i.id = p_id $$;
create function pg_temp.edit(p_connection jsonb, p_credentials jsonb default null, p_settings jsonb default '{}', p_by text default 'owner@acme.test')
returns void language sql
as $$ select public.edit_s3_integration(tap.user_id(p_by), pg_temp.acme(), jsonb_build_object('bucket', i.bucket, 'region', i.region,
    'endpoint', i.endpoint, 'addressingStyle', i.addressing_style, 'roleArn', i.role_arn, 'inputPrefix', i.input_prefix,
    'outputPrefix', i.output_prefix) || p_connection, p_settings, p_credentials, 'NEWK', i.revision)
  from pg_temp.row() i $$;
create function pg_temp.start(p_start jsonb default '{}', p_id uuid default pg_temp.acme()) returns void language sql
as $$ select public.start_s3_integration(p_id, p_start) $$;
-- Credentials of the version named, beside those in use.
create function pg_temp.stage(p_version int, p_hint text) returns uuid language sql security definer
as $$ select public.stage_s3_credentials(tap.user_id('owner@acme.test'), i.id, tap.sealed(p_version), p_hint, 24, private.connection_configuration(i))
  from public.s3_integrations i where i.id = tap.integration_id('acme-bucket') $$;
create function pg_temp.sealed() returns text language sql security definer
as $$ select coalesce(string_agg(field || version, ' ' order by field, version), '') from private.sealed_secrets where record_id = tap.integration_id('acme-bucket') $$;
create function pg_temp.versions() returns text language sql security definer
as $$ select string_agg(version || ':' || state, ' ' order by version) from public.s3_secret_versions where integration_id = tap.integration_id('acme-bucket') and field = 'credentials' $$;
create function pg_temp.books() returns text language sql security definer
as $$ select string_agg(concat_ws('/', state, reason) || '=' || n, ' ' order by state, reason) from (
    select state, reason, count(*) as n from public.s3_processed_objects where integration_id = tap.integration_id('acme-bucket') group by 1, 2) as b $$;
create function pg_temp.put(p_key text, p_state text) returns void language sql security definer
as $$ insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at, lease_id, staged_outputs)
  values (tap.tenant_id('acme'), tap.integration_id('acme-bucket'), p_key, 'e1', 1, 'poll', p_state, case when p_state <> 'written_back' then now() end,
    case when p_state in ('processing', 'staged') then gen_random_uuid() end, case p_state when 'staged' then '[{"stagingKey": "s"}]'::jsonb end) $$;

-- Who
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select pg_temp.start() $$, 'PT403', 'forbidden', 'a member starts nothing');
select throws_ok($$ select public.update_s3_integration(pg_temp.acme(), '{"status": "paused"}') $$, 'PT403', 'forbidden', 'nor pauses');
select throws_ok($$ select public.delete_s3_integration(pg_temp.acme()) $$, 'PT403', 'forbidden', 'nor deletes');
select throws_ok($$ select public.set_s3_detection_mode(pg_temp.acme(), 'event') $$, 'PT403', 'forbidden', 'nor changes how objects are found');
select throws_ok($$ select pg_temp.edit('{}') $$, '42501', null, 'and nobody edits past the engine');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select pg_temp.start() $$, 'PT404', 'not_found', 'to another tenant there is nothing to start');
select throws_ok($$ select pg_temp.start('{"override": {"reason": "mine"}}') $$, 'PT404', 'not_found', 'whatever reason it gives');
select throws_ok($$ select public.update_s3_integration(pg_temp.acme(), '{"status": "disabled"}') $$, 'PT404', 'not_found', 'nothing to disable');
select throws_ok($$ select public.delete_s3_integration(pg_temp.acme()) $$, 'PT404', 'not_found', 'nothing to delete');
select throws_ok($$ select public.set_s3_detection_mode(pg_temp.acme(), 'event') $$, 'PT404', 'not_found', 'nothing to switch');
select tap.authenticate_as_service();
select throws_ok($$ select pg_temp.edit('{"bucket": "theirs"}', null, '{}', 'member@acme.test') $$, 'PT403', 'forbidden', 'a member edits nothing');
select throws_ok($$ select pg_temp.edit('{"bucket": "theirs"}', null, '{}', 'owner@umbrella.test') $$, 'PT404', 'not_found', 'nor does another tenant');
select throws_ok($$ select public.get_s3_integration_for_edit(tap.user_id('owner@umbrella.test'), pg_temp.acme()) $$, 'PT404', 'not_found', 'nor does it see what there is to edit');

-- Bad input
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select pg_temp.start('{}', null) $$, 'PT404', 'not_found', 'nothing is not an integration');
select throws_ok(format('select pg_temp.start(%L)', v), 'PT400', 'invalid_request', format('is no start: %s', v))
from unnest(array['[]', '"now"', '{"from": "now"}', '{"startFrom": null}', '{"startFrom": 5}', '{"startFrom": "yesterday"}', '{"startFrom": "2026-02-30T00:00:00Z"}',
  '{"override": null}', '{"override": {}}', '{"override": {"reason": " "}}', '{"override": {"reason": null}}', '{"override": {"reason": "a\nb"}}',
  '{"override": {"reason": "a", "by": "b"}}']) as v;
select throws_ok(format('select pg_temp.start(%L)', jsonb_build_object('override', jsonb_build_object('reason', repeat('x', 501)))), 'PT400', 'invalid_request', 'a reason has an end');
select throws_ok(format('select public.update_s3_integration(pg_temp.acme(), %L)', v), 'PT400', 'invalid_request', format('is no change: %s', v))
from unnest(array['{"status": "draft"}', '{"status": "deleted"}', '{"bucket": "x"}', '{"startFrom": "soon"}', '{"name": ""}']) as v;
select is(pg_temp.status(), 'active', 'and nothing has changed by any of it');

-- Paused and disabled
select public.update_s3_integration(pg_temp.acme(), '{"status": "disabled"}');
select throws_ok($$ select public.update_s3_integration(pg_temp.acme(), '{"status": "active"}') $$, 'PT409', 'not_started', 'what is disabled is not simply active again');
select throws_ok($$ select public.update_s3_integration(pg_temp.acme(), '{"status": "paused"}') $$, 'PT409', 'not_started', 'nor by way of a pause');
select throws_ok($$ select pg_temp.start() $$, 'PT409', 'connection_not_tested', 'it is started, which asks for a test');
select is(pg_temp.sealed(), 'credentials1', 'its secrets are kept');
select pg_temp.tested('failed');
select throws_ok($$ select pg_temp.start() $$, 'PT409', 'connection_test_failed', 'that passes');
select pg_temp.tested();
select throws_ok($$ select public.start_s3_integration(pg_temp.acme(), '{}', 0) $$, 'PT412', 'edit_conflict', 'of the revision that was looked at');
select lives_ok($$ select pg_temp.start('{"startFrom": "now"}') $$, 'then it starts');
select is((pg_temp.row()).start_from, now(), 'with what arrives from now on');

-- Another bucket: what is under way in the old one ends there, and nothing of it reaches the new one.
select tap.authenticate_as_service();
select public.start_s3_dry_run(tap.user_id('owner@acme.test'), pg_temp.acme()) where public.begin_dry_run((select id from public.s3_dry_runs where integration_id = pg_temp.acme() and state = 'running'), 60) is null;
create temp table listing as select id from public.s3_dry_runs where integration_id = pg_temp.acme() and state = 'running';
create temp table rotation as select pg_temp.stage(2, 'NEW2') as id;
select is((public.get_s3_integration_for_edit(tap.user_id('owner@acme.test'), pg_temp.acme()) ->> 'nextVersion')::int > 2, true, 'an edit never takes the version of a rotation');
select tap.clear();
select pg_temp.put('in/' || s || '.pdf', s) from unnest(array['found', 'queued', 'processing', 'staged', 'written_back']) as s;
update public.s3_processed_objects set is_current = false where integration_id = pg_temp.acme() and key = 'in/a.pdf';
select tap.authenticate_as_service();
select lives_ok($$ select pg_temp.edit('{"bucket": "another"}') $$, 'an edit takes the integration to another bucket, although a rotation is open');
select is(pg_temp.status(), 'draft', 'it is a draft again');
select is(pg_temp.sealed(), '', 'the credentials of the old place are gone, those of the rotation too');
select is(pg_temp.versions(), '1:destroyed 2:destroyed', 'which their versions show');
select is((select state from public.s3_credential_rotations where id = (select id from rotation)), 'voided', 'and the rotation');
select throws_ok($$ select public.swap_s3_credentials(tap.user_id('owner@acme.test'), (select id from rotation), '{}', 60) $$,
  'PT409', 'conflict', 'whose probe comes back in vain');
select is((select state from public.s3_dry_runs where id = (select id from listing)), 'cancelled', 'a dry run of the old bucket is over');
select is(pg_temp.books(), 'found=3 queued=1 skipped/superseded=1 written_back=1', 'what was made of documents of the old bucket is made again, or not at all');
select is_empty($$ select 1 from public.s3_processed_objects where integration_id = pg_temp.acme() and (lease_id is not null or staged_outputs is not null) $$, 'whoever works on it is fenced off');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select pg_temp.start('{"override": {"reason": "now"}}') $$, 'PT422', 'credentials_missing', 'without a credential no reason helps');
select tap.authenticate_as_service();
select lives_ok($$ select pg_temp.edit('{"bucket": "bucket-of-acme-bucket"}', tap.sealed(50)) $$, 'set back, with a credential');
select is(pg_temp.versions(), '1:destroyed 2:destroyed 50:current', 'which is the one in use');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select pg_temp.start() $$, 'PT409', 'connection_not_tested', 'the old test says nothing of it');

-- Another folder, with more pending than one batch settles
select tap.clear();
insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, due_at)
select tap.tenant_id('acme'), pg_temp.acme(), 'in/many/' || n || '.pdf', 'e1', 1, 'poll', 'found', now() from generate_series(1, 25001) as n;
delete from public.s3_integration_folder_rules where integration_id = pg_temp.acme();
select tap.authenticate_as_service();
select pg_temp.edit('{"inputPrefix": "in/kept/"}');
select pg_temp.tested();
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select pg_temp.start() $$, 'PT409', 'still_settling', 'what is pending in the old folder is settled before a start');
select tap.authenticate_as_service();
select is((select array_agg(public.settle_changed_prefixes(5000)) from generate_series(1, 6)), array[5000, 5000, 5000, 5000, 5, 0], 'by the sweep, batch by batch');
select is((select count(*)::int from public.s3_processed_objects where integration_id = pg_temp.acme() and reason = 'outside_prefix'), 25005, 'every one of them');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select lives_ok($$ select pg_temp.start() $$, 'then it starts');

-- One place in one tenant, by whatever name
select tap.authenticate_as_service();
create function pg_temp.connect(p_name text, p_fields jsonb, p_tenant text default 'acme') returns uuid language sql
as $$ select public.create_s3_integration(tap.user_id('owner@' || p_tenant || '.test'), tap.new_integration(p_tenant, p_name, p_fields), tap.sealed()) $$;
select pg_temp.connect('by-key', '{"provider": "aws_key", "bucket": "place", "region": "eu-central-1", "endpoint": null, "addressingStyle": "virtual"}');
select throws_ok($$ select pg_temp.connect('by-address', '{"bucket": "place", "region": "eu-central-1", "endpoint": "https://S3.eu-central-1.amazonaws.com:443", "outputPrefix": "out2/"}') $$,
  'PT409', 'integration_exists', 'a bucket of AWS is the same one by its address');
select throws_ok($$ select pg_temp.connect('by-address', '{"bucket": "place", "region": "eu-central-1", "endpoint": "https://s3.dualstack.eu-central-1.amazonaws.com", "inputPrefix": "in2/"}') $$,
  'PT422', 'prefixes_overlap', 'and what writes into the same folder of it is refused');
select throws_ok($$ select pg_temp.edit('{"bucket": "place", "endpoint": "https://s3.amazonaws.com", "inputPrefix": "in/", "outputPrefix": "out3/"}') $$,
  'PT409', 'integration_exists', 'by an edit as well');

-- Overridden first, proven later: from then on the place is held
select pg_temp.connect('first', '{"bucket": "claimed"}');
select pg_temp.connect('second', '{"bucket": "claimed"}', 'umbrella');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select pg_temp.start('{"override": {"reason": "no time"}}', tap.integration_id('first'));
select tap.authenticate_as_service();
select pg_temp.tested('passed', tap.integration_id('first'));
select pg_temp.tested('passed', tap.integration_id('second'), 'owner@umbrella.test');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select pg_temp.start('{}', tap.integration_id('second')) $$, 'PT409', 'bucket_claimed_elsewhere', 'a test that passes after the start proves the claim');

-- Deleted
select tap.authenticate_as_service();
select pg_temp.stage(51, 'NW51');
select tap.clear();
select pg_temp.put('in/kept/' || s || '.pdf', s) from unnest(array['found', 'queued', 'processing', 'staged']) as s;
create temp table before as select id from public.s3_processed_objects where integration_id = pg_temp.acme();
create temp table acme as select pg_temp.acme() as id;
grant select on acme, before to authenticated, service_role;
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select public.delete_s3_integration(pg_temp.acme()) $$, 'an admin deletes, although a rotation is open');
select tap.clear();
select is_empty($$ select 1 from private.sealed_secrets where record_id = (select id from acme) $$, 'its secrets are gone at once');
select is((select string_agg(distinct state, ' ') from public.s3_secret_versions where integration_id = (select id from acme)), 'destroyed', 'which their versions show');
select is((select count(*)::int from public.s3_credential_rotations where integration_id = (select id from acme) and ended_at is null), 0, 'no rotation is open');
select is((select count(*)::int from public.s3_processed_objects where integration_id = (select id from acme)), (select count(*)::int from before), 'its books are kept');
select ok(public.settle_deleted_integrations(1000) >= 4, 'what was pending is settled by the sweep');
select is_empty($$ select 1 from public.s3_processed_objects where integration_id = (select id from acme) and state not in ('skipped', 'written_back') $$, 'all of it');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select public.start_s3_integration((select id from acme), '{"override": {"reason": "back"}}') $$, 'PT404', 'not_found', 'nothing brings it back');
select throws_ok($$ select public.update_s3_integration((select id from acme), '{"status": "active"}') $$, 'PT404', 'not_found', 'no change');
select tap.authenticate_as_service();
select lives_ok($$ select pg_temp.connect('acme-again', '{"bucket": "bucket-of-acme-bucket", "inputPrefix": "in/kept/"}') $$, 'and its place can be connected anew');
select tap.clear();
select * from finish();
