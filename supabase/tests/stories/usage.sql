-- Usage: counted in the transaction of the change, for members and support only, and folding changes no figure.
select plan(15);
select tap.make_world();

create function pg_temp.totals() returns jsonb
language sql as $$ select public.s3_integration_usage_summary(tap.integration_id('acme-bucket')) -> 'totals' $$;

select tap.authenticate_as(tap.user_id('member@acme.test'));
select is(pg_temp.totals() ->> 'found', '1', 'a member reads the usage of their integration');
select is(pg_temp.totals() ->> 'costMicros', '3000', 'with its money');
select is(jsonb_array_length(public.s3_integration_usage_summary(tap.integration_id('acme-bucket')) -> 'days'), 30, 'of 30 days');
select throws_ok($$ select public.s3_integration_usage_summary(tap.integration_id('umbrella-bucket')) $$, 'PT404', 'not_found', 'another tenant''s does not exist');
select throws_ok($$ select public.s3_integration_usage_summary(gen_random_uuid()) $$, 'PT404', 'not_found', 'nor does one that is not there');
select throws_ok($$ select public.support_usage_summary() $$, 'PT404', 'not_found', 'nor the usage of all tenants');
select throws_ok('select 1 from private.s3_usage_daily', '42501', null, 'the figures behind are out of reach');
select throws_ok($$ select public.record_s3_calls('[]') $$, '42501', null, 'users record no calls');
select tap.authenticate_as_anonymous();
select throws_ok($$ select public.s3_integration_usage_summary(gen_random_uuid()) $$, '42501', null, 'without a session nobody asks');
select tap.authenticate_as(tap.user_id('owner@umbrella.test'), '{"platform_role": "support"}');
select is(pg_temp.totals() ->> 'found', '1', 'support reads any integration''s usage');
select is(jsonb_array_length(public.support_usage_summary() -> 'items'), 2, 'and that of all tenants');

select tap.authenticate_as_service();
select public.record_s3_calls(jsonb_build_array(
  jsonb_build_object('integrationId', tap.integration_id('acme-bucket'), 'kind', 'list', 'calls', 7, 'failed', 2),
  jsonb_build_object('integrationId', tap.integration_id('acme-bucket'), 'kind', 'surprise', 'calls', 1, 'failed', 0)));
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select is(pg_temp.totals() -> 'calls', '{"list": 7, "get": 0, "put": 0, "head": 0, "delete": 0, "failed": 2}', 'calls are counted by kind, and no other kinds');
create temp table unfolded as select pg_temp.totals() as totals;
select tap.authenticate_as_service();
select cmp_ok(public.fold_s3_usage(), '>', 0, 'the sweep folds what was counted');
select is(public.fold_s3_usage(), 0, 'once');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select is(pg_temp.totals(), (select totals from unfolded), 'and no figure changes');
select * from finish();
