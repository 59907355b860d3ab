-- Foundations: deny by default, a schema the REST API does not expose, and who is asking.
--
-- Hosted Supabase grants everything in `public` to anon and authenticated by default. Here a table or function
-- is reachable only where its own migration says so.

create schema if not exists private;
comment on schema private is 'Helpers and secrets. Not exposed by PostgREST.';

revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

alter default privileges for role postgres in schema public revoke all on tables from public, anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on sequences from public, anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on functions from public, anon, authenticated, service_role;
alter default privileges for role postgres in schema private revoke all on tables from public;
alter default privileges for role postgres in schema private revoke all on functions from public;
-- The built-in grant of EXECUTE to PUBLIC can only be revoked for all schemas at once.
alter default privileges for role postgres revoke execute on functions from public;

-- The user on whose behalf this transaction runs. A service-role function that acts for a user names them with
-- private.act_as; a caller's own token always wins, so nobody can act as somebody else through PostgREST.
create function private.current_actor() returns uuid
language sql stable set search_path = ''
as $$ select coalesce((select auth.uid()), nullif(current_setting('sluice.actor', true), '')::uuid) $$;
grant execute on function private.current_actor() to authenticated, service_role;

create function private.act_as(p_actor uuid) returns void
language sql set search_path = ''
as $$ select set_config('sluice.actor', p_actor::text, true) $$;
grant execute on function private.act_as(uuid) to service_role;

-- Support staff carry a platform claim in app_metadata, which users cannot edit.
create function private.is_support() returns boolean
language sql stable set search_path = ''
as $$ select coalesce((select auth.jwt()) -> 'app_metadata' ->> 'platform_role', '') = 'support' $$;
grant execute on function private.is_support() to authenticated;

-- Errors cross PostgREST as SQLSTATE PT<status> with the catalogue code as message.
create function private.fail(p_status int, p_code text, p_detail text default null) returns void
language plpgsql set search_path = ''
as $$
begin
  raise exception using errcode = 'PT' || p_status::text, message = p_code, detail = coalesce(p_detail, '');
end $$;
grant execute on function private.fail(int, text, text) to authenticated, service_role;

create function private.touch_updated_at() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end $$;
