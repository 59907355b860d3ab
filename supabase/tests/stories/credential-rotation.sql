-- A rotation of credentials: staged, swapped in one step, kept, then finished, rolled back or cancelled; and who may do it.
select plan(65);
select tap.make_world();

create function pg_temp.acme() returns uuid language sql as $$ select tap.integration_id('acme-bucket') $$;
create function pg_temp.owner() returns uuid language sql as $$ select tap.user_id('owner@acme.test') $$;
create function pg_temp.passed() returns jsonb language sql as $$ select '{"outcome": "passed", "checks": [{"name": "list", "outcome": "passed"}]}'::jsonb $$;
create function pg_temp.configuration() returns text language sql security definer
as $$ select private.connection_configuration(i) from public.s3_integrations i where id = tap.integration_id('acme-bucket') $$;
create function pg_temp.stage(p_version int, p_keep int default 24) returns uuid language sql
as $$ select public.stage_s3_credentials(pg_temp.owner(), pg_temp.acme(), tap.sealed(p_version), 'NEW' || p_version, p_keep, pg_temp.configuration()) $$;
create function pg_temp.rotate(p_version int, p_keep int default 24) returns void language sql
as $$ select public.swap_s3_credentials(pg_temp.owner(), pg_temp.stage(p_version, p_keep), pg_temp.passed(), 1200) $$;
-- Versions by field, as version:state.
create function pg_temp.states(p_field text default 'credentials') returns text language sql security definer
as $$ select string_agg(version || ':' || state, ' ' order by version) from public.s3_secret_versions where integration_id = tap.integration_id('acme-bucket') and field = p_field $$;
create function pg_temp.sealed(p_field text default 'credentials') returns text language sql security definer
as $$ select coalesce(string_agg(version::text, ' ' order by version), '') from private.sealed_secrets where record_id = tap.integration_id('acme-bucket') and field = p_field $$;
create function pg_temp.used() returns text language sql security definer
as $$ select concat_ws('/', s -> 'credentials' ->> 'version', s -> 'previousCredentials' ->> 'version')
  from private.sealed_secrets_of('s3_integration', tap.integration_id('acme-bucket')) s $$;
create function pg_temp.last_rotation() returns text language sql security definer
as $$ select state from public.s3_credential_rotations where integration_id = tap.integration_id('acme-bucket') order by staged_at desc, to_version desc limit 1 $$;
-- Every statement of a story has the same now(); rotations must not.
create function pg_temp.later(p_interval interval) returns void language sql security definer
as $$ update public.s3_credential_rotations set staged_at = staged_at - p_interval, swapped_at = swapped_at - p_interval,
    overlap_until = overlap_until - p_interval, in_flight_until = in_flight_until - p_interval where integration_id = tap.integration_id('acme-bucket');
  update public.s3_secret_versions set valid_until = valid_until - p_interval, last_used_at = last_used_at - p_interval
  where integration_id = tap.integration_id('acme-bucket') $$;

-- Who may.
select tap.authenticate_as_service();
select throws_ok($$ select public.begin_credential_rotation(tap.user_id('member@acme.test'), pg_temp.acme()) $$, 'PT403', 'forbidden', 'a member does not begin a rotation');
select throws_ok($$ select public.begin_credential_rotation(tap.user_id('owner@umbrella.test'), pg_temp.acme()) $$, 'PT404', 'not_found', 'to another tenant there is nothing to rotate');
select throws_ok($$ select public.stage_s3_credentials(tap.user_id('member@acme.test'), pg_temp.acme(), tap.sealed(2), 'NEW2', 24, pg_temp.configuration()) $$, 'PT403', 'forbidden', 'a member stages nothing');
select is(public.begin_credential_rotation(tap.user_id('admin@acme.test'), pg_temp.acme()) ->> 'version', '2', 'an admin begins one, with the next version');
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select public.finish_credential_rotation(pg_temp.acme()) $$, 'PT403', 'forbidden', 'a member does not finish one');
select throws_ok($$ select public.cancel_credential_rotation(pg_temp.acme()) $$, 'PT403', 'forbidden', 'nor cancels one');
select is(public.s3_integration_credentials(pg_temp.acme()) -> 'current' ->> 'hint', 'WXYZ', 'but sees which key is used');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select is(public.s3_integration_credentials(pg_temp.acme()), null, 'another tenant does not');
select throws_ok($$ select public.cancel_credential_rotation(pg_temp.acme()) $$, 'PT404', 'not_found', 'nor finds one to cancel');
select tap.authenticate_as(pg_temp.owner());
select throws_ok($$ select public.finish_credential_rotation(pg_temp.acme()) $$, 'PT409', 'no_rotation', 'where none is open there is none to finish');

-- Staged: nothing works with it.
select tap.authenticate_as_service();
select lives_ok($$ select pg_temp.stage(2) $$, 'new credentials are staged');
select is(pg_temp.states(), '1:current 2:staged', 'beside those in use');
select is(pg_temp.used(), '1', 'and the engine works with the old ones alone');
select throws_ok($$ select pg_temp.stage(3) $$, 'PT409', 'rotation_in_progress', 'a second rotation has to wait');
select throws_ok($$ select public.begin_credential_rotation(pg_temp.owner(), pg_temp.acme()) $$, 'PT409', 'rotation_in_progress', 'and is told before it seals anything');

-- Refused.
select public.refuse_s3_credentials(pg_temp.owner(), (select id from public.s3_credential_rotations where state = 'staged'), '{"outcome": "failed", "checks": []}');
select is(pg_temp.states(), '1:current 2:destroyed', 'a probe that fails destroys what was staged');
select is(pg_temp.sealed(), '1', 'the sealed secret with it');
select is(pg_temp.last_rotation(), 'refused', 'and is remembered');

-- Swapped.
select lives_ok($$ select pg_temp.rotate(3) $$, 'a probe that passes swaps');
select is(pg_temp.states(), '1:previous 2:destroyed 3:current', 'in one step');
select is(pg_temp.used(), '3/1', 'the engine works with the new ones and can fall back to the old');
select tap.clear();
select ok((select private.connection_test_passed(i) from public.s3_integrations i where id = pg_temp.acme()), 'and counts as passed for it');
select is((select access_key_hint from public.s3_integrations where id = pg_temp.acme()), 'NEW3', 'the hint is the new key''s');
select tap.authenticate_as_service();
select throws_ok($$ select public.begin_credential_rotation(pg_temp.owner(), pg_temp.acme()) $$, 'PT409', 'rotation_in_progress', 'while it overlaps no other begins');
select is((select array_agg(w) from tap.waits_for() w), array['new', 'calls'], 'the old key is not safe to delete at once');
select public.record_s3_secret_use(jsonb_build_array(jsonb_build_object('integrationId', pg_temp.acme(), 'field', 'credentials', 'version', 3, 'secondsAgo', 0)));
select is((select array_agg(w) from tap.waits_for() w), array['calls'], 'nor when the new one has worked, while calls may be in flight');
select tap.clear();
select pg_temp.later('1201 seconds');
select public.record_s3_secret_use(jsonb_build_array(jsonb_build_object('integrationId', pg_temp.acme(), 'field', 'credentials', 'version', 3, 'secondsAgo', 0)));
select is((select array_agg(w) from tap.waits_for() w), null, 'it is when they have ended');

-- Rolled back: once.
select tap.authenticate_as_service();
select ok(not public.roll_back_s3_credentials(pg_temp.acme(), 1, 'access_denied', null, null), 'a denial of other credentials than the new ones changes nothing');
select ok(public.roll_back_s3_credentials(pg_temp.acme(), 3, 'access_denied', 's3:PutObject was refused', 'AccessDenied'), 'a denial of the new ones rolls back');
select ok(not public.roll_back_s3_credentials(pg_temp.acme(), 3, 'access_denied', null, null), 'once');
select is(pg_temp.states(), '1:current 2:destroyed 3:destroyed', 'the old ones are used, the new ones destroyed');
select is(pg_temp.used(), '1', 'by the engine too');
select tap.clear();
select is((select access_key_hint from public.s3_integrations where id = pg_temp.acme()), 'WXYZ', 'the hint is the old key''s again');
select is((select count(*)::int from public.app_logs where event = 'rotation_rolled_back' and integration_id = pg_temp.acme()), 1, 'it is in the log once');
select is((select actor_kind from public.audit_events where record_type = 's3_credential_rotations' and after ->> 'state' = 'rolled_back'), 'engine', 'and in the audit, as nobody''s doing');
select is((select actor_id from public.audit_events where record_type = 's3_credential_rotations' and after ->> 'state' = 'overlapping'), pg_temp.owner(), 'where the swap is the owner''s');
select tap.authenticate_as(pg_temp.owner());
select is(public.s3_integration_credentials(pg_temp.acme()) -> 'rotation' ->> 'reasonCode', 'access_denied', 'the tenant is told why');
select is(public.s3_integration_credentials(pg_temp.acme()) -> 'previous', 'null', 'and of no old key to delete');

-- Cancelled, finished.
select tap.clear();
select pg_temp.later('1 minute');
select pg_temp.rotate(4);
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select public.cancel_credential_rotation(pg_temp.acme()) $$, 'an admin cancels by hand');
select is(pg_temp.states(), '1:current 2:destroyed 3:destroyed 4:destroyed', 'which goes back to the old ones');
select tap.clear();
select pg_temp.later('1 minute');
select pg_temp.rotate(5);
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select public.finish_credential_rotation(pg_temp.acme()) $$, 'or ends the overlap');
select is(pg_temp.used(), '5', 'after which there is nothing to fall back to');
select tap.authenticate_as_service();
select ok(not public.roll_back_s3_credentials(pg_temp.acme(), 5, 'access_denied', null, null), 'and nothing to roll back');

-- The sweep.
select tap.clear();
select pg_temp.later('1 minute');
select pg_temp.rotate(6, 2);
select is(public.sweep_s3_secrets(100), 0, 'the sweep leaves an overlap alone');
select pg_temp.later('2 hours 1 second');
select is(pg_temp.used(), '6', 'an overlap that is over is over before the sweep comes');
select is(public.sweep_s3_secrets(100), 1, 'and ended by it');
select is(pg_temp.sealed(), '6', 'with its secret');
select pg_temp.stage(7);
select pg_temp.later('3 minutes');
select is(public.sweep_s3_secrets(100), 1, 'a rotation that was killed before its swap is ended by it too');
select is(pg_temp.last_rotation() || ' ' || pg_temp.sealed(), 'abandoned 6', 'and its secret destroyed');
select pg_temp.rotate(8, 0);
select is(pg_temp.states(), '1:destroyed 2:destroyed 3:destroyed 4:destroyed 5:destroyed 6:destroyed 7:destroyed 8:current', 'kept for no time the old ones are destroyed by the swap');

-- What is edited or deleted meanwhile.
select pg_temp.later('1 minute');
select set_config('test.begun', public.begin_credential_rotation(pg_temp.owner(), pg_temp.acme()) ->> 'configuration', true);
update public.s3_integrations set bucket = 'meanwhile' where id = pg_temp.acme();
select throws_ok($$ select public.stage_s3_credentials(pg_temp.owner(), pg_temp.acme(), tap.sealed(9), 'NEW9', 24, current_setting('test.begun')) $$,
  'PT409', 'conflict', 'what is probed must be what was begun with');
select pg_temp.stage(9);
update public.s3_integrations set bucket = 'another-bucket' where id = pg_temp.acme();
select throws_ok($$ select public.swap_s3_credentials(pg_temp.owner(), (select id from public.s3_credential_rotations where state = 'staged'), pg_temp.passed(), 1200) $$,
  'PT409', 'conflict', 'what was probed must be what stands');
delete from private.sealed_secrets where record_id = pg_temp.acme() and version = 8;
select is(pg_temp.last_rotation(), 'voided', 'taking the credentials voids the rotation');
select throws_ok($$ select public.swap_s3_credentials(pg_temp.owner(), (select id from public.s3_credential_rotations where to_version = 9), pg_temp.passed(), 1200) $$,
  'PT409', 'conflict', 'which cannot be swapped any more');

-- Event secrets.
select tap.authenticate_as_service();
select throws_ok($$ select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(1), 24) $$, 'PT409', 'event_secret_missing', 'without an event secret there is none to rotate');
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(1));
select throws_ok($$ select public.begin_event_secret(pg_temp.owner(), pg_temp.acme(), false) $$, 'PT409', 'event_secret_exists', 'with one it is not issued again');
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(2), 24);
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(3), 24);
select is(pg_temp.states('event_secret'), '1:previous 2:retired 3:current', 'rotated again before it was seen, what the event source signs with stays valid');
select public.record_event_secret_seen(pg_temp.acme(), 3);
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(4), 24);
select is(pg_temp.states('event_secret'), '1:retired 2:destroyed 3:previous 4:current', 'two are valid, never three');
select is((select jsonb_path_query_array(public.get_event_secrets(pg_temp.acme()), '$.secrets[*].version')), '[4, 3]', 'newest first');
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select public.end_event_secret_overlap(pg_temp.acme());
select is(pg_temp.states('event_secret'), '1:destroyed 2:destroyed 3:retired 4:current', 'until an admin ends it');
select tap.authenticate_as_service();
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(5), 24);
select public.add_event_secret(pg_temp.owner(), pg_temp.acme(), tap.sealed(6), 0);
select is(pg_temp.states('event_secret'), '1:destroyed 2:destroyed 3:destroyed 4:destroyed 5:retired 6:current', 'one that has leaked takes every other with it');
select is((select jsonb_path_query_array(public.get_event_secrets(pg_temp.acme()), '$.secrets[*].version')), '[6]', 'and none that has ended is valid');
select is((select jsonb_path_query_array(public.get_s3_event_source(pg_temp.acme()), '$.retiredSecrets[*].version')), '[5]', 'the one that ended last is recognised');
select pg_temp.later('31 days');
select is((select public.get_s3_event_source(pg_temp.acme()) -> 'retiredSecrets'), '[]', 'until thirty days are over');
select public.sweep_s3_secrets(1000);
select is(pg_temp.states('event_secret'), '1:destroyed 2:destroyed 3:destroyed 4:destroyed 5:destroyed 6:current', 'then it is destroyed');

select * from finish();
