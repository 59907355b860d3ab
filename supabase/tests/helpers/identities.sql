-- Who is asking, as PostgREST would say it: a role and the claims of a token, until the end of the transaction.

create function tap.authenticate_as(p_user_id uuid, p_app_metadata jsonb default '{}') returns void
language plpgsql
as $$
begin
  perform set_config('role', 'authenticated', true);
  perform set_config('request.jwt.claims',
    jsonb_build_object('sub', p_user_id, 'role', 'authenticated', 'app_metadata', p_app_metadata)::text, true);
end $$;

create function tap.authenticate_as_anonymous() returns void
language plpgsql
as $$
begin
  perform set_config('role', 'anon', true);
  perform set_config('request.jwt.claims', '{"role": "anon"}', true);
end $$;

-- The engine: the secret key, past row level security but not past grants.
create function tap.authenticate_as_service() returns void
language plpgsql
as $$
begin
  perform set_config('role', 'service_role', true);
  perform set_config('request.jwt.claims', '{"role": "service_role"}', true);
end $$;

-- Back to the superuser who lays the ground and looks behind the curtain.
create function tap.clear() returns void
language plpgsql
as $$
begin
  perform set_config('role', 'none', true);
  perform set_config('request.jwt.claims', '', true);
  perform set_config('sluice.actor', '', true);
end $$;

-- Signs a user up, as the auth server does.
create function tap.sign_up(p_email text, p_is_confirmed boolean default true) returns uuid
language sql
as $$
  insert into auth.users (id, email, aud, role, email_confirmed_at)
  values (gen_random_uuid(), p_email, 'authenticated', 'authenticated', case when p_is_confirmed then now() end) returning id
$$;

create function tap.user_id(p_email text) returns uuid
language sql stable security definer
as $$ select id from auth.users where email = p_email $$;

create function tap.tenant_id(p_name text) returns uuid
language sql stable security definer
as $$ select id from public.tenants where name = p_name $$;

create function tap.integration_id(p_name text) returns uuid
language sql stable security definer
as $$ select id from public.s3_integrations where name = p_name $$;
