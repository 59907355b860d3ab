-- Signing up makes a tenant; members have roles; a tenant keeps an owner.
select plan(28);
select tap.make_world();

-- Sign-up
select tap.sign_up('new.person@example.test');
select results_eq(
  $$ select t.name, t.kind, m.role::text from public.tenants t join public.tenant_members m on m.tenant_id = t.id
     where m.user_id = tap.user_id('new.person@example.test') $$,
  $$ values ('new.person', 'personal', 'owner') $$,
  'a user who signs up owns a personal tenant named after their address');
select lives_ok($$ insert into auth.users (id, phone) values (gen_random_uuid(), '+100') $$, 'a user without an address can sign up');
select lives_ok($$ select tap.sign_up('  @example.test') $$, 'a user whose address has no name can sign up');
select lives_ok($$ select tap.sign_up(repeat('a', 199) || ' ' || repeat('b', 20) || '@example.test') $$,
  'a user whose address is long and has spaces can sign up');

-- A team
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select results_eq($$ select m.role::text from public.tenant_members m where m.tenant_id = tap.tenant_id('acme') order by m.role $$,
  $$ values ('owner'), ('admin'), ('member') $$, 'a member sees who else is in the tenant');
select throws_ok($$ select public.create_tenant('') $$, 'PT400', 'invalid_request', 'a tenant needs a name');
select lives_ok($$ select public.create_tenant(' Second ') $$, 'a user can make a team');
select is((select kind from public.tenants where name = 'Second'), 'team', 'its name is trimmed');

-- The last owner
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@acme.test'), 'admin') $$,
  'PT409', 'last_owner', 'the last owner cannot become an admin');
select throws_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@acme.test')) $$,
  'PT409', 'last_owner', 'the last owner cannot leave');
select lives_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('admin@acme.test'), 'owner') $$,
  'an owner can make another owner');
select lives_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('admin@acme.test'), 'admin') $$,
  'an owner can demote another owner');
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), gen_random_uuid(), 'member') $$,
  'PT404', 'not_found', 'nobody becomes a member who is no user');
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('member@acme.test'), null) $$,
  'PT400', 'invalid_request', 'a member has a role');

-- An admin
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('new.person@example.test'), 'member') $$,
  'PT404', 'not_found', 'an admin cannot make somebody a member who was not asked');
select lives_ok($$ select tap.join_tenant('acme', 'admin@acme.test', 'new.person@example.test', 'member') $$, 'but can invite them');
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('admin@acme.test'), 'owner') $$,
  'PT403', 'forbidden', 'an admin cannot make themselves an owner');
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@acme.test'), 'member') $$,
  'PT403', 'forbidden', 'an admin cannot demote an owner');
select throws_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@acme.test')) $$,
  'PT403', 'forbidden', 'an admin cannot remove an owner');
select lives_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('new.person@example.test')) $$,
  'an admin can remove a member');
select throws_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('new.person@example.test')) $$,
  'PT404', 'not_found', 'who is no member cannot be removed');

-- A member
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('member@acme.test'), 'admin') $$,
  'PT403', 'forbidden', 'a member cannot make themselves an admin');
select throws_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('admin@acme.test')) $$,
  'PT403', 'forbidden', 'a member cannot remove others');
select lives_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('member@acme.test')) $$, 'a member can leave');
select is(tap.visible('tenants'), '{}', 'and sees the tenant no longer');

-- A stranger
select tap.authenticate_as(tap.user_id('owner@umbrella.test'));
select throws_ok($$ select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@umbrella.test'), 'owner') $$,
  'PT404', 'not_found', 'for a stranger the tenant does not exist');
select throws_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('owner@acme.test')) $$,
  'PT404', 'not_found', 'nor do its members');
select tap.authenticate_as_anonymous();
select throws_ok($$ select public.create_tenant('x') $$, '42501', null, 'without a session nobody makes a tenant');
select * from finish();
