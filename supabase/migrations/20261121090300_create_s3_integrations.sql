-- A tenant's connected buckets, and the rules of their folders.

create table public.s3_integrations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 200 and name !~ '^\s|\s$|[[:cntrl:]]'),
  provider text not null check (provider in ('aws_role', 'aws_key', 'r2', 'b2', 'generic')),
  status text not null default 'active' check (status in ('active', 'paused', 'deleted')),
  detection_mode text not null default 'poll' check (detection_mode in ('poll', 'event')),
  bucket text not null check (char_length(bucket) between 1 and 255),
  region text not null check (char_length(region) between 1 and 64),
  -- Null means the provider's own endpoint for the region.
  endpoint text check (char_length(endpoint) between 1 and 500),
  addressing_style text not null default 'path' check (addressing_style in ('path', 'virtual')),
  role_arn text check (char_length(role_arn) between 1 and 2048),
  -- Ours to choose, never the customer's: a guessable external id defeats its purpose.
  external_id text check (char_length(external_id) between 32 and 128),
  -- The last four characters, to tell keys apart. The key itself is sealed.
  access_key_hint text check (char_length(access_key_hint) <= 4),
  -- Folder semantics: empty, or ending in '/'. Never starting with '/'.
  input_prefix text not null default '' check (input_prefix = '' or (input_prefix like '%/' and input_prefix not like '/%' and octet_length(input_prefix) <= 512)),
  output_prefix text not null check (output_prefix like '%/' and output_prefix not like '/%' and octet_length(output_prefix) <= 512),
  overwrite_policy text not null default 'reprocess' check (overwrite_policy in ('reprocess', 'ignore', 'keep_versions')),
  -- BCP 47; null lets the processor decide.
  language text check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
  last_test jsonb,
  last_tested_at timestamptz,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  -- A whole-bucket integration (empty input) leaves out its output folder by name; any other overlap would make
  -- our results look like new documents.
  constraint prefixes_do_not_overlap check (
    input_prefix = '' or not (starts_with(input_prefix, output_prefix) or starts_with(output_prefix, input_prefix))
  ),
  constraint role_has_arn_and_external_id check (
    (provider = 'aws_role') = (role_arn is not null) and (provider = 'aws_role') = (external_id is not null)
  )
);
create index s3_integrations_tenant_idx on public.s3_integrations (tenant_id, created_at desc, id);
create index s3_integrations_created_by_idx on public.s3_integrations (created_by);
create unique index s3_integrations_one_per_location on public.s3_integrations
  (tenant_id, provider, coalesce(endpoint, ''), bucket, input_prefix) where status <> 'deleted';
create trigger s3_integrations_touch before update on public.s3_integrations
  for each row execute function private.touch_updated_at();
create trigger audit_s3_integrations after insert or update or delete on public.s3_integrations
  for each row execute function private.audit('tenant_id', 'id', 'name', 'provider', 'status', 'detection_mode', 'bucket',
    'region', 'endpoint', 'addressing_style', 'role_arn', 'access_key_hint', 'input_prefix', 'output_prefix',
    'overwrite_policy', 'language');

alter table public.s3_integrations enable row level security;
create policy "Members see the integrations of their tenants" on public.s3_integrations
  for select to authenticated using (status <> 'deleted' and tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_integrations to authenticated, service_role;

create table public.s3_integration_folder_rules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  integration_id uuid not null,
  prefix text not null check (prefix like '%/' and prefix not like '/%' and octet_length(prefix) <= 512),
  quality_tier text check (quality_tier in ('standard', 'enhanced')),
  language text check (language ~ '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
  notification_target text check (char_length(notification_target) <= 500),
  overwrite_policy text check (overwrite_policy in ('reprocess', 'ignore', 'keep_versions')),
  output_subfolder text check (output_subfolder like '%/' and output_subfolder not like '/%' and octet_length(output_subfolder) <= 256),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (integration_id, prefix),
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade
);
create index s3_integration_folder_rules_tenant_idx on public.s3_integration_folder_rules (tenant_id, integration_id);
create trigger s3_integration_folder_rules_touch before update on public.s3_integration_folder_rules
  for each row execute function private.touch_updated_at();
create trigger audit_s3_integration_folder_rules after insert or update or delete on public.s3_integration_folder_rules
  for each row execute function private.audit('tenant_id', 'id', 'integration_id', 'prefix', 'quality_tier', 'language',
    'notification_target', 'overwrite_policy', 'output_subfolder');

alter table public.s3_integration_folder_rules enable row level security;
create policy "Members see the folder rules of their tenants" on public.s3_integration_folder_rules
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_integration_folder_rules to authenticated, service_role;

-- The rule that governs a key: the longest prefix wins.
create function private.folder_rule_for(p_integration_id uuid, p_key text) returns public.s3_integration_folder_rules
language sql stable security definer set search_path = ''
as $$
  select r from public.s3_integration_folder_rules r
  where r.integration_id = p_integration_id and starts_with(p_key, r.prefix)
  order by octet_length(r.prefix) desc limit 1
$$;
