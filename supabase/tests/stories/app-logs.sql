-- The log that support reads: tenants see their own lines, support those of no tenant and of tenants it has opened; it is pruned.
select plan(13);
select tap.make_world();
select tap.authenticate_as_service();
select public.write_app_logs(jsonb_build_array(
  jsonb_build_object('service', 's3-ingest', 'level', 'error', 'event', 'dead_letter', 'message', repeat('x', 5000), 'tenantId', null,
    'integrationId', null, 'requestId', 'r1', 'fields', jsonb_build_object('a', 1)),
  jsonb_build_object('service', 's3-poller', 'level', 'info', 'event', 'own', 'message', 'm', 'tenantId', tap.tenant_id('acme'))));

select tap.authenticate_as(tap.user_id('member@acme.test'));
select results_eq('select event from public.app_logs order by id', $$ values ('poll_finished'), ('own') $$, 'a member reads the lines of their tenant and no others');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'), '{"platform_role": "support"}');
select is((select count(*)::int from public.app_logs), 2, 'support reads the lines of no tenant, and as a member its own');
select public.open_support_access(tap.tenant_id('acme'), 'ticket');
select is((select count(*)::int from public.app_logs), 4, 'and after it has said why, those of a tenant');
select throws_ok($$ select public.open_support_access(tap.tenant_id('acme'), ' ') $$, 'PT400', 'invalid_request', 'without a reason it opens nothing');
select tap.clear();
delete from private.support_accesses;
select tap.authenticate_as(tap.user_id('owner@umbrella.test'), '{"platform_role": "support"}');
select is(tap.visible('s3_processed_objects'), array['umbrella'], 'but no tables of other tenants');
select throws_ok($$ delete from public.app_logs $$, '42501', null, 'and deletes none');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'), '{"platform_role": "staff"}');
select is((select count(*)::int from public.app_logs), 1, 'another platform role is not support');
select set_config('request.jwt.claims', jsonb_build_object('sub', tap.user_id('owner@umbrella.test'), 'role', 'authenticated',
  'user_metadata', jsonb_build_object('platform_role', 'support'), 'platform_role', 'support')::text, true);
select is((select count(*)::int from public.app_logs), 1, 'nor is who says so where users can write themselves');
select throws_ok($$ select public.write_app_logs('[]') $$, '42501', null, 'users write no lines');
select throws_ok($$ select public.prune_app_logs(0) $$, '42501', null, 'and prune none');

select tap.clear();
select is((select char_length(message) from public.app_logs where event = 'dead_letter'), 4000, 'a message that is too long is cut, not refused');
update public.app_logs set at = now() - interval '31 days' where event in ('dead_letter', 'poll_finished');
select tap.authenticate_as_service();
select is(array[public.prune_app_logs(30, 2), public.prune_app_logs(), public.prune_app_logs()], array[2, 1, 0],
  'lines older than 30 days are deleted, a batch at a time');
select is((select array_agg(event) from public.app_logs), array['own'], 'and the others stay');
select * from finish();
