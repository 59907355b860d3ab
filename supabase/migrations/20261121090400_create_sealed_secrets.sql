-- Sealed secrets: ciphertext only, append-only versions, in a schema PostgREST does not expose. Only the engine
-- (service role) reads them, and only through functions that name what they read.

create table private.sealed_secrets (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  record_type text not null check (record_type in ('s3_integration')),
  record_id uuid not null,
  field text not null check (field in ('credentials')),
  version int not null check (version > 0),
  format_version int not null check (format_version > 0),
  -- Which key-encryption key wrapped the data key, and its version within that.
  key_id text not null check (char_length(key_id) between 1 and 2048),
  kms_key_version int not null check (kms_key_version > 0),
  data_key_ciphertext bytea not null check (octet_length(data_key_ciphertext) between 28 and 8192),
  secret_ciphertext bytea not null check (octet_length(secret_ciphertext) between 28 and 16384),
  created_at timestamptz not null default now(),
  unique (record_type, record_id, field, version)
);
create index sealed_secrets_tenant_idx on private.sealed_secrets (tenant_id);
create index sealed_secrets_key_idx on private.sealed_secrets (key_id, kms_key_version);
-- Not reachable by any API role; RLS without a policy says so a second time.
alter table private.sealed_secrets enable row level security;

create function private.forbid_update() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'sealed secrets are append-only: add a version';
end $$;
create trigger sealed_secrets_are_append_only before update on private.sealed_secrets
  for each row execute function private.forbid_update();
create trigger audit_sealed_secrets after insert or delete on private.sealed_secrets
  for each row execute function private.audit('tenant_id', 'record_type/record_id/field/version', 'version', 'key_id', 'kms_key_version');

-- The newest version of every field of a record, as the engine's vault takes it.
create function private.sealed_secrets_of(p_record_type text, p_record_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_object_agg(s.field, jsonb_build_object(
    'version', s.version, 'formatVersion', s.format_version, 'keyId', s.key_id, 'kmsKeyVersion', s.kms_key_version,
    'dataKeyCiphertext', s.data_key_ciphertext::text, 'secretCiphertext', s.secret_ciphertext::text)), '{}'::jsonb)
  from (
    select distinct on (field) * from private.sealed_secrets
    where record_type = p_record_type and record_id = p_record_id
    order by field, version desc
  ) s
$$;

-- Appends one version. p_sealed is what sealed_secrets_of returns for one field.
create function private.add_sealed_secret(p_tenant_id uuid, p_record_type text, p_record_id uuid, p_field text, p_sealed jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into private.sealed_secrets (tenant_id, record_type, record_id, field, version, format_version, key_id, kms_key_version,
    data_key_ciphertext, secret_ciphertext)
  values (p_tenant_id, p_record_type, p_record_id, p_field, (p_sealed ->> 'version')::int, (p_sealed ->> 'formatVersion')::int,
    p_sealed ->> 'keyId', (p_sealed ->> 'kmsKeyVersion')::int,
    (p_sealed ->> 'dataKeyCiphertext')::bytea, (p_sealed ->> 'secretCiphertext')::bytea)
$$;
