-- Dry runs: begun by admins through the engine, one at a time, taken in steps that are fenced by a lease, and nothing is written of objects.
select plan(24);
select tap.make_world();
delete from public.s3_dry_runs;

create function pg_temp.acme() returns uuid language sql as $$ select tap.integration_id('acme-bucket') $$;
create function pg_temp.running() returns public.s3_dry_runs language sql security definer
as $$ select d from public.s3_dry_runs d where d.integration_id = tap.integration_id('acme-bucket') order by d.created_at desc, d.ctid desc limit 1 $$;
create function pg_temp.save(p_lease_id uuid, p_outcome text) returns void language sql
as $$ select public.save_dry_run((pg_temp.running()).id, p_lease_id, 60, jsonb_build_object('outcome', p_outcome, 'cursor', 'token', 'tally', '{"a": 1}'::jsonb,
  'result', '{"b": 2}'::jsonb, 'listedObjects', 7, 'listCalls', 2, 'isComplete', true)) $$;

-- Who may
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('owner@acme.test'), pg_temp.acme()) $$, '42501', null, 'users begin none past the engine');
select throws_ok('select cursor from public.s3_dry_runs', '42501', null, 'where the listing stands is the engine''s business');
select tap.authenticate_as_service();
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('member@acme.test'), pg_temp.acme()) $$, 'PT403', 'forbidden', 'a member begins none');
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('owner@umbrella.test'), pg_temp.acme()) $$, 'PT404', 'not_found', 'another tenant''s integration does not exist');
select lives_ok($$ select public.start_s3_dry_run(tap.user_id('admin@acme.test'), pg_temp.acme(), '2026-01-01Z') $$, 'an admin does');
select throws_ok($$ select public.start_s3_dry_run(tap.user_id('admin@acme.test'), pg_temp.acme()) $$, 'PT409', 'dry_run_running', 'one at a time');
select tap.clear();
select is((select actor_id from public.audit_events where record_type = 's3_dry_runs' and action = 'insert' and record_id = (pg_temp.running()).id::text),
  tap.user_id('admin@acme.test'), 'and it is audited');

-- One worker at a time
create temp table begun as select public.begin_dry_run((pg_temp.running()).id, 60) as b;
select is((select b ->> 'startFrom' from begun)::timestamptz, '2026-01-01Z', 'a worker is told what to count');
select is((select jsonb_path_query_array(b, '$.rules[*].prefix') from begun), '["in/de/"]', 'and the rules of folders');
select is(public.begin_dry_run((pg_temp.running()).id, 60), null, 'a second finds nothing to do');
select is_empty('select public.claim_due_dry_runs(10, 60)', 'nor does the sweep');
select lives_ok($$ select pg_temp.save((select (b ->> 'leaseId')::uuid from begun), 'continues') $$, 'the worker stores how far it has come');
update public.s3_dry_runs set due_at = now();
select is((select count(*)::int from public.claim_due_dry_runs(10, 60)), 1, 'when its lease runs out the sweep sends for another');
select throws_ok($$ select pg_temp.save((select (b ->> 'leaseId')::uuid from begun), 'continues') $$, 'PT409', 'conflict', 'and it can change nothing any more');
select is(public.fail_dry_run((pg_temp.running()).id, (select (b ->> 'leaseId')::uuid from begun), 'internal', '', null), null, 'nor fail it');
update begun set b = public.begin_dry_run((pg_temp.running()).id, 60);
select is((select b -> 'tally' || jsonb_build_object('cursor', b -> 'cursor') from begun), '{"a": 1, "cursor": "token"}', 'the other goes on where it stood');
select lives_ok($$ select pg_temp.save((select (b ->> 'leaseId')::uuid from begun), 'completed') $$, 'and completes it');
select results_eq('select (pg_temp.running()).state, (pg_temp.running()).listed_objects::int, (pg_temp.running()).is_complete',
  $$ values ('completed', 7, true) $$, 'with its figures');

-- Stopped
create temp table second as select public.start_s3_dry_run(tap.user_id('owner@acme.test'), pg_temp.acme()) as id;
grant select on second to authenticated;
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select public.cancel_s3_dry_run(pg_temp.acme()) $$, 'PT403', 'forbidden', 'a member stops none');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select public.cancel_s3_dry_run(pg_temp.acme()) $$, 'PT404', 'not_found', 'nor does another tenant');
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select lives_ok($$ select public.cancel_s3_dry_run(pg_temp.acme()) $$, 'an admin does');
select is((select state from public.s3_dry_runs where id = (select id from second)), 'cancelled', 'at once');
select tap.clear();
create temp table third as select public.start_s3_dry_run(tap.user_id('owner@acme.test'), pg_temp.acme()) as id;
update public.s3_integrations set status = 'deleted' where id = pg_temp.acme();
select is(public.begin_dry_run((select id from third), 60), null, 'of a deleted integration nothing is listed');
select is((select state from public.s3_dry_runs where id = (select id from third)), 'cancelled', 'any more');
select * from finish();
