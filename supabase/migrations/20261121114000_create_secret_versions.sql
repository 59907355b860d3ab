-- The life of an integration's secrets: which version of its credentials and of its event secret is used, since when, and when it was
-- last used. The secrets themselves lie sealed in private.sealed_secrets; here is what a tenant may know of them.
--
--   staged → current → previous → destroyed        previous → current when a rotation is rolled back
--
-- A version is destroyed when its sealed secret is deleted, by whomever: a trigger keeps the two together.

create table public.s3_secret_versions (
  integration_id uuid not null,
  tenant_id uuid not null,
  field text not null check (field in ('credentials', 'event_secret')),
  version int not null check (version > 0),
  state text not null check (state in ('staged', 'current', 'previous', 'destroyed')),
  -- Of credentials: the last four characters of the access key id.
  hint text check (char_length(hint) <= 4),
  created_at timestamptz not null default now(),
  -- When it became the current one.
  since timestamptz,
  -- Until when the previous one is kept.
  valid_until timestamptz,
  -- Written at most once a minute.
  last_used_at timestamptz,
  destroyed_at timestamptz,
  primary key (integration_id, field, version),
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade,
  constraint destroyed_versions_say_when check ((state = 'destroyed') = (destroyed_at is not null)),
  constraint previous_versions_say_until check (state <> 'previous' or valid_until is not null)
);
comment on table public.s3_secret_versions is 'Versions of the secrets of integrations, without the secrets.';
-- One staged, one current, one previous.
create unique index s3_secret_versions_one_of_each_idx on public.s3_secret_versions (integration_id, field, state) where state <> 'destroyed';
create index s3_secret_versions_tenant_idx on public.s3_secret_versions (tenant_id, integration_id);
create index s3_secret_versions_valid_until_idx on public.s3_secret_versions (valid_until) where state = 'previous';

alter table public.s3_secret_versions enable row level security;
create policy "Members see the versions of their tenants' secrets" on public.s3_secret_versions
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_secret_versions to authenticated, service_role;

-- A rotation of credentials, from the moment the new ones are sealed.
--
--   staged → overlapping → finished        the new ones are used, the old ones kept; then the old ones are destroyed
--   staged → refused | abandoned           the probe failed; or nobody came back from it
--   overlapping → rolled_back | cancelled  by the first denial; by hand (also while staged)
--   staged | overlapping → voided          an edit or a deletion took the credentials
create table public.s3_credential_rotations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  integration_id uuid not null,
  -- Null: there were none before.
  from_version int,
  to_version int not null,
  state text not null default 'staged'
    check (state in ('staged', 'overlapping', 'finished', 'refused', 'abandoned', 'rolled_back', 'cancelled', 'voided')),
  keep_old_hours int not null check (keep_old_hours between 0 and 168),
  -- What was probed; a swap needs it unchanged.
  configuration text not null,
  staged_at timestamptz not null default now(),
  swapped_at timestamptz,
  overlap_until timestamptz,
  -- What began before the swap has ended by then, finished or fenced, and with it every use of the old credentials.
  in_flight_until timestamptz,
  ended_at timestamptz,
  reason_code text check (char_length(reason_code) <= 100),
  reason_detail text check (char_length(reason_detail) <= 1000),
  provider_code text check (char_length(provider_code) <= 100),
  -- The probe's.
  checks jsonb,
  started_by uuid references auth.users (id) on delete set null,
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade,
  constraint ended_rotations_say_when check ((state in ('staged', 'overlapping')) = (ended_at is null))
);
create unique index s3_credential_rotations_open_idx on public.s3_credential_rotations (integration_id) where ended_at is null;
create index s3_credential_rotations_integration_idx on public.s3_credential_rotations (tenant_id, integration_id, staged_at desc);
create index s3_credential_rotations_staged_idx on public.s3_credential_rotations (staged_at) where state = 'staged';
create index s3_credential_rotations_started_by_idx on public.s3_credential_rotations (started_by);
create trigger audit_s3_credential_rotations after insert or update on public.s3_credential_rotations
  for each row execute function private.audit('tenant_id', 'id', 'integration_id', 'from_version', 'to_version', 'state', 'keep_old_hours',
    'reason_code');

alter table public.s3_credential_rotations enable row level security;
create policy "Members see the rotations of their tenants" on public.s3_credential_rotations
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_credential_rotations to authenticated, service_role;

insert into public.s3_secret_versions (integration_id, tenant_id, field, version, state, hint, created_at, since)
select distinct on (s.record_id, s.field) s.record_id, s.tenant_id, s.field, s.version, 'current',
  case s.field when 'credentials' then i.access_key_hint end, s.created_at, s.created_at
from private.sealed_secrets s join public.s3_integrations i on i.id = s.record_id
where s.record_type = 's3_integration'
order by s.record_id, s.field, s.version desc;

create function private.next_secret_version(p_integration_id uuid, p_field text) returns int
language sql stable security definer set search_path = ''
as $$ select coalesce(max(version), 0) + 1 from public.s3_secret_versions where integration_id = p_integration_id and field = p_field $$;

-- Whoever stages a version or rotates has written its row before. A secret that simply is added replaces what was there at once.
create function private.secret_was_added() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select 1 from public.s3_secret_versions v where v.integration_id = new.record_id and v.field = new.field
    and v.version = new.version and v.state <> 'destroyed') then
    return null;
  end if;
  delete from private.sealed_secrets s
  where s.record_type = 's3_integration' and s.record_id = new.record_id and s.field = new.field and s.version <> new.version;
  insert into public.s3_secret_versions as v (integration_id, tenant_id, field, version, state, hint, since)
  select i.id, i.tenant_id, new.field, new.version, 'current', case new.field when 'credentials' then i.access_key_hint end, now()
  from public.s3_integrations i where i.id = new.record_id
  on conflict (integration_id, field, version) do update set state = 'current', hint = excluded.hint, since = now(), created_at = now(),
    valid_until = null, last_used_at = null, destroyed_at = null;
  return null;
end $$;
create trigger secret_versions_follow_insert after insert on private.sealed_secrets
  for each row when (new.record_type = 's3_integration') execute function private.secret_was_added();

-- A rotation that is open still did not end by a verb of its own: the credentials were taken from it.
create function private.secret_was_deleted() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_secret_versions set state = 'destroyed', destroyed_at = now()
  where integration_id = old.record_id and field = old.field and version = old.version and state <> 'destroyed';
  if old.field = 'credentials' then
    update public.s3_credential_rotations set state = 'voided', ended_at = now()
    where integration_id = old.record_id and ended_at is null and old.version in (from_version, to_version);
  end if;
  return null;
end $$;
create trigger secret_versions_follow_delete after delete on private.sealed_secrets
  for each row when (old.record_type = 's3_integration') execute function private.secret_was_deleted();

-- An edit that enters credentials may name the hint after it has sealed them.
create function private.hint_was_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_secret_versions set hint = new.access_key_hint
  where integration_id = new.id and field = 'credentials' and state = 'current' and hint is distinct from new.access_key_hint;
  return null;
end $$;
create trigger secret_versions_follow_hint after update of access_key_hint on public.s3_integrations
  for each row when (old.access_key_hint is distinct from new.access_key_hint) execute function private.hint_was_changed();

-- What the engine works with: {credentials, previousCredentials}. While a rotation overlaps there is a previous version to fall back to.
create or replace function private.sealed_secrets_of(p_record_type text, p_record_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(case v.state when 'current' then 'credentials' else 'previousCredentials' end, jsonb_build_object(
    'version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id, 'kmsKeyVersion', s.kms_key_version,
    'dataKeyCiphertext', s.data_key_ciphertext::text, 'secretCiphertext', s.secret_ciphertext::text)), '{}'::jsonb)
  from public.s3_secret_versions v
  join private.sealed_secrets s on s.record_type = p_record_type and s.record_id = v.integration_id and s.field = v.field and s.version = v.version
  where v.integration_id = p_record_id and v.field = 'credentials'
    and (v.state = 'current' or (v.state = 'previous' and v.valid_until > now()))
$$;

-- The trigger does the rest.
create function private.destroy_secret(p_integration_id uuid, p_field text, p_state text) returns void
language sql security definer set search_path = ''
as $$
  delete from private.sealed_secrets s using public.s3_secret_versions v
  where v.integration_id = p_integration_id and v.field = p_field and v.state = p_state
    and s.record_type = 's3_integration' and s.record_id = v.integration_id and s.field = v.field and s.version = v.version
$$;

-- Notes that secrets were used: p_uses [{integrationId, field, version, secondsAgo}]. Writes a version at most once a minute, also one that
-- was destroyed meanwhile: what used it still, used it.
create function public.record_s3_secret_use(p_uses jsonb) returns void
language sql security definer set search_path = ''
as $$
  update public.s3_secret_versions v set last_used_at = u.used_at
  from (
    select (e ->> 'integrationId')::uuid as integration_id, e ->> 'field' as field, (e ->> 'version')::int as version,
      now() - make_interval(secs => greatest(0, min((e ->> 'secondsAgo')::double precision))) as used_at
    from jsonb_array_elements(p_uses) as e group by 1, 2, 3
  ) as u
  where v.integration_id = u.integration_id and v.field = u.field and v.version = u.version
    and (v.last_used_at is null or v.last_used_at < u.used_at - interval '55 seconds')
$$;
grant execute on function public.record_s3_secret_use(jsonb) to service_role;
