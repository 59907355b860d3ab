-- Members come by invitation: for one address, once, for a week; and the right to invite ends with the role.
select plan(43);
select tap.make_world();

create function pg_temp.invite(p_email text, p_role public.tenant_role default 'member') returns text
language sql as $$ select public.invite_tenant_member(tap.tenant_id('acme'), p_email, p_role) ->> 'token' $$;
create function pg_temp.pending() returns setof text
language sql as $$ select i ->> 'email' from jsonb_array_elements(public.list_tenant_invitations(tap.tenant_id('acme'))) i order by 1 $$;
create function pg_temp.id_of(p_email text) returns uuid
language sql as $$
  select (i ->> 'id')::uuid from jsonb_array_elements(public.list_tenant_invitations(tap.tenant_id('acme'))) i where i ->> 'email' = p_email
$$;
create temp table tokens (name text primary key, token text);
grant all on tokens to authenticated;
create function pg_temp.token(p_name text) returns text language sql as $$ select token from tokens where name = p_name $$;

select tap.sign_up(who || '@example.test') from unnest(array['grace', 'ada', 'eve']) as who;
select tap.sign_up('unconfirmed@example.test', false);

-- Inviting
select tap.authenticate_as(tap.user_id('admin@acme.test'));
insert into tokens select 'grace', pg_temp.invite(' Grace@Example.TEST ');
select matches(pg_temp.token('grace'), '^slinv_[A-Za-z0-9_-]{43}$', 'an admin invites a member, and is told what makes the link');
select set_eq('select pg_temp.pending()', array['grace@example.test'], 'the invitation is listed, for the address in lower case');
select ok(not public.list_tenant_invitations(tap.tenant_id('acme'))::text like '%slinv_%', 'never with what makes the link');
select throws_ok($$ select pg_temp.invite('grace@example.test') $$, 'PT409', 'invitation_pending', 'an address is invited once at a time');
select throws_ok($$ select pg_temp.invite('member@acme.test') $$, 'PT409', 'already_member', 'a member is not invited');
select throws_ok($$ select pg_temp.invite('boss@example.test', 'owner') $$, 'PT403', 'forbidden', 'an admin cannot invite an owner');
select throws_ok(format('select pg_temp.invite(%L)', address), 'PT400', 'invalid_request', format('%L is no address', address))
from unnest(array['', 'a', 'a b@c.d', 'a@b@c', E'a@b\nc', null]) as address;
select throws_ok($$ select pg_temp.invite('x@example.test', null) $$, 'PT400', 'invalid_request', 'an invitation has a role');

-- Who may not
select tap.authenticate_as(tap.user_id('member@acme.test'));
select throws_ok($$ select pg_temp.invite('x@example.test') $$, 'PT403', 'forbidden', 'a member cannot invite');
select throws_ok($$ select pg_temp.pending() $$, 'PT403', 'forbidden', 'nor see who is invited');
select is(jsonb_array_length(public.list_tenant_members(tap.tenant_id('acme'))), 3, 'but sees who else is a member');
select tap.authenticate_as(tap.user_id('eve@example.test'));
select throws_ok($$ select pg_temp.invite('x@example.test') $$, 'PT404', 'not_found', 'for a stranger there is nothing to invite to');
select throws_ok($$ select pg_temp.pending() $$, 'PT404', 'not_found', 'nor anybody invited');
select throws_ok($$ select public.list_tenant_members(tap.tenant_id('acme')) $$, 'PT404', 'not_found', 'nor any member');

-- Accepting
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('grace')), 'PT403',
  'invitation_for_another_address', 'who finds the link of somebody else cannot use it');
select throws_ok($$ select public.accept_tenant_invitation('slinv_' || repeat('a', 43)) $$, 'PT404', 'invitation_unknown', 'nor a link they make up');
select throws_ok($$ select public.accept_tenant_invitation(null) $$, 'PT404', 'invitation_unknown', 'nor none');
select tap.authenticate_as(tap.user_id('grace@example.test'));
select is(public.accept_tenant_invitation(pg_temp.token('grace'), true) - 'tenantId' - 'expiresAt',
  '{"tenantName": "acme", "role": "member", "email": "grace@example.test", "invitedBy": "admin@acme.test", "isMember": false}',
  'whom it is for sees what it is');
select is(tap.visible('tenants'), '{}', 'without becoming a member by it');
select lives_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('grace')), 'accepts it');
select is(tap.visible('tenants'), array['acme'], 'and is a member');
select ok((public.accept_tenant_invitation(pg_temp.token('grace')) ->> 'isMember')::boolean, 'accepting again changes nothing');
select lives_ok($$ select public.remove_tenant_member(tap.tenant_id('acme'), tap.user_id('grace@example.test')) $$, 'who leaves');
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('grace')), 'PT410', 'invitation_used', 'does not come back by the same link');

-- Not confirmed
select tap.authenticate_as(tap.user_id('owner@acme.test'));
insert into tokens select 'unconfirmed', pg_temp.invite('unconfirmed@example.test');
select tap.authenticate_as(tap.user_id('unconfirmed@example.test'));
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('unconfirmed')), 'PT403', 'email_not_verified',
  'an address that nobody confirmed proves nothing');

-- Renewed, revoked, expired
select tap.authenticate_as(tap.user_id('owner@acme.test'));
insert into tokens select 'old', pg_temp.invite('ada@example.test', 'owner');
insert into tokens select 'ada', public.renew_tenant_invitation(tap.tenant_id('acme'), pg_temp.id_of('ada@example.test')) ->> 'token';
select tap.authenticate_as(tap.user_id('admin@acme.test'));
select throws_ok($$ select public.renew_tenant_invitation(tap.tenant_id('acme'), pg_temp.id_of('ada@example.test')) $$, 'PT403', 'forbidden',
  'an admin makes no new link for an owner');
select throws_ok($$ select public.revoke_tenant_invitation(tap.tenant_id('acme'), pg_temp.id_of('ada@example.test')) $$, 'PT403', 'forbidden',
  'nor revokes the invitation of one');
select tap.authenticate_as(tap.user_id('ada@example.test'));
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('old')), 'PT404', 'invitation_unknown', 'a new link ends the old one');
select tap.clear();
update private.tenant_invitations set expires_at = now() where email = 'ada@example.test';
select tap.authenticate_as(tap.user_id('ada@example.test'));
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('ada')), 'PT410', 'invitation_expired', 'a week later it is over');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select is((select i ->> 'state' from jsonb_array_elements(public.list_tenant_invitations(tap.tenant_id('acme'))) i where i ->> 'email' = 'ada@example.test'),
  'expired', 'and its list says so');
select lives_ok($$ select public.revoke_tenant_invitation(tap.tenant_id('acme'), pg_temp.id_of('ada@example.test')) $$, 'an owner takes it back');
select throws_ok($$ select public.revoke_tenant_invitation(tap.tenant_id('acme'), pg_temp.id_of('ada@example.test')) $$, 'PT404', 'not_found', 'once');
select tap.authenticate_as(tap.user_id('ada@example.test'));
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('ada')), 'PT410', 'invitation_revoked', 'it says so to whom it was for');

-- The right to invite ends with the role
select tap.authenticate_as(tap.user_id('admin@acme.test'));
insert into tokens select 'by admin', pg_temp.invite('eve@example.test');
select tap.authenticate_as(tap.user_id('owner@acme.test'));
select public.set_tenant_member(tap.tenant_id('acme'), tap.user_id('admin@acme.test'), 'member');
select set_eq('select pg_temp.pending()', array['unconfirmed@example.test'], 'what an admin began ends when they are none any more');
select tap.authenticate_as(tap.user_id('eve@example.test'));
select throws_ok(format('select public.accept_tenant_invitation(%L)', pg_temp.token('by admin')), 'PT410', 'invitation_revoked', 'and nobody comes in by it');

-- What is kept, and what is told
select tap.clear();
select is_empty($$ select 1 from private.tenant_invitations i, tokens t where i::text like '%' || t.token || '%' $$, 'no link is stored');
select is_empty($$ select 1 from public.audit_events e where to_jsonb(e)::text ~ 'slinv_|token_hash' $$, 'nor told in the audit');
select results_eq($$ select after ->> 'state', actor_id from public.audit_events where record_type = 'tenant_invitations' and action = 'update'
    and record_id = (select id::text from private.tenant_invitations where email = 'grace@example.test') order by id $$,
  $$ values ('accepted', tap.user_id('grace@example.test')) $$, 'which says who accepted');
select * from finish();
