-- Notifications: written with the change they tell of, taken in order by one worker at a time, and never with their secret.
select plan(32);
select tap.make_world();

create function pg_temp.target() returns uuid language sql security definer as $$ select id from public.notification_targets where name = 'acme-target' $$;
create function pg_temp.waiting() returns setof text language sql security definer
as $$ select event_type from public.notification_deliveries where target_id = pg_temp.target() and state = 'pending' order by seq $$;
create function pg_temp.begin() returns jsonb language sql as $$ select public.begin_notifications(pg_temp.target(), 60, 20) $$;
create function pg_temp.first(p_begun jsonb) returns uuid language sql as $$ select (p_begun -> 'deliveries' -> 0 ->> 'deliveryId')::uuid $$;
create function pg_temp.settle(p_begun jsonb, p_outcome text, p_fields jsonb default '{}') returns text
language sql as $$ select public.settle_notification(pg_temp.first(p_begun), (p_begun ->> 'leaseId')::uuid,
  jsonb_build_object('outcome', p_outcome, 'statusCode', 500, 'code', 'not_accepted', 'durationMs', 3, 'delaySeconds', 300, 'holdsLine', true) || p_fields, 60) $$;

-- Who may
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select public.delete_notification_target(pg_temp.target()) $$, 'PT403', 'forbidden', 'a member deletes no target');
select throws_ok($$ select public.set_integration_notification_target(tap.integration_id('acme-bucket'), pg_temp.target()) $$, 'PT403', 'forbidden', 'nor names one for an integration');
select throws_ok($$ select lease_id from public.notification_targets $$, '42501', null, 'leases are the engine''s business');
select throws_ok($$ select holds_line from public.notification_deliveries $$, '42501', null, 'and so is the line');
select throws_ok($$ select public.begin_notifications(gen_random_uuid(), 60, 1) $$, '42501', null, 'users take no deliveries');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select public.delete_notification_target(pg_temp.target()) $$, 'PT404', 'not_found', 'another tenant''s target does not exist');
select throws_ok($$ select public.set_integration_notification_target(tap.integration_id('umbrella-bucket'), pg_temp.target()) $$, 'PT400', 'invalid_request', 'and cannot be told of one''s own documents');

-- With the change, or not at all
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select public.set_integration_notification_target(tap.integration_id('acme-bucket'), pg_temp.target()) $$, 'an admin names a target for an integration');
select tap.clear();
select is((select action || ' ' || (after ->> 'notification_target_id') from public.audit_events where after ? 'notification_target_id'), 'update ' || pg_temp.target(), 'and that is audited');
delete from public.notification_deliveries;
savepoint before;
update public.s3_processed_objects set state = 'written_back', due_at = null, lease_id = null where integration_id = tap.integration_id('acme-bucket');
select results_eq('select pg_temp.waiting()', array['document.written_back'], 'a document that is written back is told of');
select is((select payload::jsonb -> 'data' ->> 'key' from public.notification_deliveries), 'in/a.pdf', 'by its key');
rollback to before;
select is_empty('select pg_temp.waiting()', 'and not when the change is taken back');
update public.s3_processed_objects set state = 'failed', reason = 'pdf_corrupt', due_at = null, lease_id = null where integration_id = tap.integration_id('acme-bucket');
update public.s3_poll_states set consecutive_failures = 1, last_error_code = 'access_denied' where integration_id = tap.integration_id('acme-bucket');
update public.s3_poll_states set consecutive_failures = 2 where integration_id = tap.integration_id('acme-bucket');
update public.s3_poll_states set consecutive_failures = 0, last_error_code = null where integration_id = tap.integration_id('acme-bucket');
select results_eq('select pg_temp.waiting()', array['document.failed', 'integration.failing', 'integration.recovered'],
  'a document given up, the first listing that fails and the first that succeeds again are told of, in order');

-- One at a time, in order
select tap.authenticate_as_service();
select results_eq('select public.claim_due_notification_targets(10)', array[pg_temp.target()], 'the sweep finds the target');
select is_empty('select public.claim_due_notification_targets(10)', 'and does not send for it again at once');
create temp table begun as select pg_temp.begin() as b;
select is(jsonb_array_length(b -> 'deliveries'), 3, 'a worker takes the line') from begun;
select is(pg_temp.begin(), null, 'and nobody else does');
select is(public.settle_notification(pg_temp.first(b), gen_random_uuid(), '{"outcome": "delivered"}', 60), null, 'who does not have the lease settles nothing') from begun;
select is(pg_temp.settle(b, 'retry'), 'pending', 'what fails is tried again') from begun;
select lives_ok($$ select public.end_notifications(pg_temp.target(), (b ->> 'leaseId')::uuid) from begun $$, 'the worker lets go');
select is(pg_temp.begin(), null, 'those behind it wait');
select tap.clear();
update public.notification_deliveries set due_at = now() where state = 'pending';
select tap.authenticate_as_service();
update begun set b = pg_temp.begin();
select is(pg_temp.settle(b, 'retry', '{"holdsLine": false}'), 'pending', 'one that steps aside') from begun;
select lives_ok($$ select public.end_notifications(pg_temp.target(), (b ->> 'leaseId')::uuid) from begun $$, 'is let go');
update begun set b = pg_temp.begin();
select is(jsonb_array_length(b -> 'deliveries'), 2, 'and those behind it go on') from begun;
select is(pg_temp.settle(b, 'delivered', '{"statusCode": 204}'), 'delivered', 'what is taken is delivered') from begun;
select is(pg_temp.settle(b, 'delivered'), null, 'once') from begun;
select lives_ok($$ select public.end_notifications(pg_temp.target(), (b ->> 'leaseId')::uuid) from begun $$, 'the worker lets go again');

-- Days without one delivery
select tap.clear();
update public.notification_targets set failing_since = now() - interval '5 days 1 second' where id = pg_temp.target();
select tap.authenticate_as_service();
update begun set b = pg_temp.begin();
select is(pg_temp.settle(b, 'retry'), 'pending', 'after five days') from begun;
select tap.clear();
select is((select status || ' ' || disabled_reason from public.notification_targets where id = pg_temp.target()), 'disabled failing', 'the target is disabled');
select is((select count(*)::int from public.app_logs where event = 'notification_target_disabled'), 1, 'with a notice');
select isnt_empty('select pg_temp.waiting()', 'and what waits for it goes on waiting');

select tap.authenticate_as(tap.user_id('owner@acme.test'));
select public.delete_notification_target(pg_temp.target());
select is((select notification_target_id from public.s3_integrations), null, 'a target that is deleted is told of nothing any more');
select * from finish();
