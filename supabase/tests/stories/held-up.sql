-- A bucket that holds documents up: its tenant is told once, and once when it is over. And which targets a rule may name.
select plan(12);
select tap.make_world();

create function pg_temp.integration() returns uuid language sql security definer as $$ select tap.integration_id('acme-bucket') $$;
create function pg_temp.told() returns setof text language sql security definer
as $$ select event_type || ' ' || (payload::jsonb -> 'data' ->> 'waitingObjects') from public.notification_deliveries
  where integration_id = pg_temp.integration() and event_type like 'integration.%' order by seq $$;
-- As if so many minutes had gone by.
create function pg_temp.wait(p_minutes int) returns void language sql security definer
as $$ update private.s3_held_up set since = since - make_interval(mins => p_minutes) $$;
create function pg_temp.sweep() returns void language plpgsql as $$
begin
  perform tap.authenticate_as_service();
  perform public.notify_held_up(3, 15);
  perform tap.clear();
end $$;

update public.s3_integrations set notification_target_id = (select id from public.notification_targets where name = 'acme-target')
where id = pg_temp.integration();
insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, obstacle_owner, due_at)
select tap.tenant_id('acme'), pg_temp.integration(), 'in/held-' || n || '.pdf', 'e', 1, 'poll', 'found', 'access_denied', 'customer_config', now() + interval '1 hour'
from generate_series(1, 2) n;
delete from public.notification_deliveries;
select pg_temp.sweep();
select pg_temp.wait(60);
select pg_temp.sweep();
select is_empty('select pg_temp.told()', 'two documents that wait are nothing to tell of');
insert into public.s3_processed_objects (tenant_id, integration_id, key, etag, size_bytes, found_by, state, reason, obstacle_owner, due_at, staged_outputs)
values (tap.tenant_id('acme'), pg_temp.integration(), 'in/held-3.pdf', 'e', 1, 'poll', 'staged', 'access_denied', 'customer_config', now() + interval '1 hour', '[]');
select pg_temp.sweep();
select is_empty('select pg_temp.told()', 'nor three at once');
select pg_temp.wait(16);
update public.s3_poll_states set consecutive_failures = 1 where integration_id = pg_temp.integration();
delete from public.notification_deliveries;
select pg_temp.sweep();
select is_empty('select pg_temp.told()', 'while the listing fails, that has been told');
update public.s3_poll_states set consecutive_failures = 0 where integration_id = pg_temp.integration();
delete from public.notification_deliveries;
select pg_temp.sweep();
select results_eq('select pg_temp.told()', array['integration.failing 3'], 'after a quarter of an hour it is told');
select pg_temp.sweep();
select results_eq('select pg_temp.told()', array['integration.failing 3'], 'once');
update public.s3_processed_objects set state = 'queued' where key = 'in/held-1.pdf';
update public.s3_processed_objects set state = 'written_back', obstacle_owner = null, reason = null, due_at = null where key = 'in/held-2.pdf';
select pg_temp.sweep();
select results_eq('select pg_temp.told()', array['integration.failing 3'], 'as long as one waits it is not over');
update public.s3_processed_objects set state = 'written_back', obstacle_owner = null, reason = null, due_at = null where obstacle_owner is not null;
select pg_temp.sweep();
select results_eq('select pg_temp.told()', array['integration.failing 3', 'integration.recovered 0'], 'then it is, and that is told');
select pg_temp.sweep();
select is((select count(*)::int from pg_temp.told()), 2, 'once');

-- Rules and targets
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/x/', '{"notificationTarget": "nobody"}') $$,
  'PT400', 'invalid_request', 'a rule cannot name a target that is not there');
select lives_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/x/', '{"notificationTarget": "acme-target"}') $$,
  'one that is there it can');
select tap.clear();
update public.notification_targets set name = 'renamed' where name = 'acme-target';
select is((select notification_target from public.s3_integration_folder_rules where prefix = 'in/x/'), 'renamed', 'and follows it to its new name');
update public.notification_targets set name = 'umbrella-only' where tenant_id = tap.tenant_id('umbrella');
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok($$ select public.set_s3_folder_rule(tap.integration_id('acme-bucket'), 'in/y/', '{"notificationTarget": "umbrella-only"}') $$,
  'PT400', 'invalid_request', 'another tenant''s target is not there');
select * from finish();
