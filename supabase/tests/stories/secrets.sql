-- Sealed secrets: out of reach, append-only, gone with what they belong to.
select plan(21);
select tap.make_world();

select is((select count(*)::int from private.sealed_secrets), 2, 'each integration has its sealed credentials');
select is_empty($$ select grantee from information_schema.role_table_grants
  where table_schema = 'private' and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC') $$, 'no API role has a right on any private table');
select ok((select relrowsecurity from pg_class where oid = 'private.sealed_secrets'::regclass), 'row level security says so a second time');
select is_empty($$ select relname from pg_class c where relnamespace = 'private'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity
  and exists (select 1 from pg_policies p where p.schemaname = 'private' and p.tablename = c.relname and p.permissive = 'RESTRICTIVE'
    and p.cmd = 'ALL' and p.roles = '{public}' and p.qual = 'false')) $$, 'on every private table, with a policy that keeps everybody out');

select tap.authenticate_as_anonymous();
select throws_ok('select 1 from private.sealed_secrets', '42501', null, 'without a session nobody reads sealed secrets');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select throws_ok('select 1 from private.sealed_secrets', '42501', null, 'an owner does not read their own sealed secrets');
select throws_ok($$ select private.sealed_secrets_of('s3_integration', gen_random_uuid()) $$, '42501', null, 'nor by the function behind');
select throws_ok($$ select public.get_s3_integration_with_secrets(tap.user_id('owner@acme.test'), tap.integration_id('acme-bucket')) $$,
  '42501', null, 'nor by the engine''s');
select tap.authenticate_as_service();
select throws_ok('select 1 from private.sealed_secrets', '42501', null, 'the service does not read the table');
select throws_ok($$ insert into private.sealed_secrets default values $$, '42501', null, 'nor writes it');
select throws_ok($$ select private.add_sealed_secret(gen_random_uuid(), 's3_integration', gen_random_uuid(), 'credentials', tap.sealed(9)) $$,
  '42501', null, 'nor adds a version by itself');
select is(public.get_s3_integration_with_secrets(tap.user_id('owner@acme.test'), tap.integration_id('acme-bucket')) -> 'sealed' -> 'credentials',
  tap.sealed(), 'the function that names what it reads gives the credentials as they were sealed');

select tap.clear();
select throws_ok($$ update private.sealed_secrets set version = 2 $$, 'P0001', 'sealed secrets are append-only: add a version', 'not even its owner changes a version');
select lives_ok($$ select private.add_sealed_secret(tap.tenant_id('acme'), 's3_integration', tap.integration_id('acme-bucket'), 'credentials', tap.sealed(2)) $$,
  'a new version is added beside the old');
select is(private.sealed_secrets_of('s3_integration', tap.integration_id('acme-bucket')) -> 'credentials' ->> 'version', '2', 'and read from then on');
select throws_ok($$ select private.add_sealed_secret(tap.tenant_id('acme'), 's3_integration', tap.integration_id('acme-bucket'), 'credentials', tap.sealed(2)) $$,
  '23505', null, 'a version is added once');

select tap.authenticate_as(tap.user_id('owner@acme.test'));
select public.delete_s3_integration(tap.integration_id('acme-bucket'));
select tap.clear();
select is((select count(*)::int from private.sealed_secrets where tenant_id = tap.tenant_id('acme')), 0, 'deleting an integration deletes every version at once');
select is((select count(*)::int from private.sealed_secrets), 1, 'and leaves the secrets of others');
delete from public.tenants where id = tap.tenant_id('umbrella');
select is((select count(*)::int from private.sealed_secrets), 0, 'the secrets of a tenant go with it');
select * from finish();

select private.add_sealed_secret(tap.tenant_id('acme'), 's3_integration', gen_random_uuid(), 'credentials', tap.sealed(1));
grant select on private.sealed_secrets to authenticated;
create policy "A mistake" on private.sealed_secrets for select to authenticated using (true);
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select is((select count(*)::int from private.sealed_secrets), 0, 'a grant and a policy given by mistake open nothing');
select tap.clear();
select is((select count(*)::int from private.sealed_secrets), 1, 'though there is something to see');
