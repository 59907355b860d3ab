-- A passed connection test stands for the configuration it was made for, and for no other.
select plan(17);
select tap.make_world();

create function pg_temp.configuration() returns text
language sql as $$ select public.get_s3_integration_with_secrets(tap.user_id('owner@acme.test'), tap.integration_id('acme-bucket')) ->> 'configuration' $$;
create function pg_temp.record(p_outcome text, p_configuration text) returns void
language sql as $$ select public.record_s3_connection_test(tap.user_id('owner@acme.test'), tap.integration_id('acme-bucket'),
  jsonb_build_object('outcome', p_outcome), p_configuration) $$;
create function pg_temp.has_passed() returns boolean
language sql as $$ select private.connection_test_passed(i) from public.s3_integrations i where id = tap.integration_id('acme-bucket') $$;

select ok(not pg_temp.has_passed(), 'what was never tested has not passed');
select pg_temp.record('failed', pg_temp.configuration());
select ok(not pg_temp.has_passed(), 'what failed has not passed');
select pg_temp.record('passed', null);
select ok(not pg_temp.has_passed(), 'a test of nobody knows which configuration proves nothing');
select pg_temp.record('passed', pg_temp.configuration());
select ok(pg_temp.has_passed(), 'what passed has passed');
select ok((select private.connection_test_passed(jsonb_populate_record(i, '{"name": "Renamed", "language": "de", "overwrite_policy": "ignore", "status": "paused"}'))
  from public.s3_integrations i where id = tap.integration_id('acme-bucket')), 'a new name or language is no new configuration');
select ok(not (select private.connection_test_passed(jsonb_populate_record(i, c::jsonb)) from public.s3_integrations i where id = tap.integration_id('acme-bucket')),
  format('another configuration was not tested: %s', c))
from unnest(array['{"provider": "aws_key"}', '{"bucket": "elsewhere"}', '{"region": "eu-west-9"}', '{"endpoint": "https://elsewhere.test"}',
  '{"addressing_style": "virtual"}', '{"input_prefix": "other-in/"}', '{"output_prefix": "other-out/"}',
  '{"role_arn": "arn:aws:iam::123456789012:role/other"}', '{"external_id": "0123456789012345678901234567890123456789"}']) as c;
select private.add_sealed_secret(tenant_id, 's3_integration', id, 'credentials', tap.sealed(2))
from public.s3_integrations where id = tap.integration_id('acme-bucket');
select ok(not pg_temp.has_passed(), 'nor was another credential');
select pg_temp.record('passed', pg_temp.configuration());
select ok(pg_temp.has_passed(), 'which can be tested anew');
select pg_temp.record('failed', pg_temp.configuration());
select ok(not pg_temp.has_passed(), 'the newest test counts');
select * from finish();
