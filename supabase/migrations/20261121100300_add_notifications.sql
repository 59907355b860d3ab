-- Notifications: what happens to a tenant's documents, told to their own servers by signed webhooks (standardwebhooks.com).
--
-- A delivery is written by trigger in the transaction of the change it tells of: neither can exist without the other. It is sent like
-- everything else here: `due_at` is the clock, a queue message a hint, a lease the fence. One worker at a time sends to a target, in
-- the order of `seq`; a delivery that fails holds up those behind it, because what fails is nearly always the server, until it proves
-- to be the delivery itself that the server refuses (holds_line). At least once, always under the same id.
--
--   pending → delivered | failed         a target: active ⇄ disabled (by hand; or after five days without an answer)

create table public.notification_targets (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 200 and name !~ '^\s|\s$|[[:cntrl:]]'),
  -- Checked by packages/egress when it is saved and again whenever it is called.
  url text not null check (char_length(url) between 1 and 2048 and url !~ '[[:cntrl:][:space:]]'),
  status text not null default 'active' check (status in ('active', 'disabled')),
  disabled_reason text check (disabled_reason in ('by_hand', 'failing', 'gone')),
  disabled_at timestamptz,
  -- Version of the sealed signing secret; the one before it signs too until previous_secret_until.
  secret_version int not null default 1 check (secret_version > 0),
  previous_secret_until timestamptz,
  failing_since timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  lease_id uuid,
  lease_expires_at timestamptz,
  -- When a message was last sent for it; null when that message is answered.
  hinted_at timestamptz,
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  constraint disabled_targets_say_why check ((status = 'disabled') = (disabled_reason is not null) and (status = 'disabled') = (disabled_at is not null))
);
create unique index notification_targets_name_idx on public.notification_targets (tenant_id, name);
create index notification_targets_tenant_idx on public.notification_targets (tenant_id, created_at desc, id);
create index notification_targets_created_by_idx on public.notification_targets (created_by);
-- Leases are nobody's edit.
create trigger notification_targets_touch before update of name, url, status, secret_version on public.notification_targets
  for each row execute function private.touch_updated_at();
create trigger audit_notification_targets after insert or update or delete on public.notification_targets
  for each row execute function private.audit('tenant_id', 'id', 'name', 'url', 'status', 'disabled_reason', 'secret_version');

alter table public.notification_targets enable row level security;
create policy "Members see the notification targets of their tenants" on public.notification_targets
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select (id, tenant_id, name, url, status, disabled_reason, disabled_at, secret_version, previous_secret_until, failing_since,
  last_success_at, last_failure_at, created_at, updated_at) on public.notification_targets to authenticated;
grant select on public.notification_targets to service_role;

create table public.notification_deliveries (
  -- The webhook-id: stable however often it is sent.
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  tenant_id uuid not null,
  target_id uuid not null,
  -- No foreign keys: what was told outlives what it was about.
  integration_id uuid,
  object_id uuid,
  event_type text not null check (event_type in
    ('document.written_back', 'document.failed', 'integration.failing', 'integration.recovered', 'target.test')),
  -- Text, not jsonb: the bytes that are signed.
  payload text not null check (octet_length(payload) <= 65536),
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  holds_line boolean not null default true,
  attempts int not null default 0,
  -- The last twenty: [{at, statusCode, code, durationMs}].
  attempt_log jsonb not null default '[]',
  status_code int,
  error_code text check (char_length(error_code) <= 100),
  due_at timestamptz default now(),
  lease_id uuid,
  created_at timestamptz not null default now(),
  last_attempt_at timestamptz,
  delivered_at timestamptz,
  foreign key (tenant_id, target_id) references public.notification_targets (tenant_id, id) on delete cascade,
  constraint pending_deliveries_have_a_due_time check ((due_at is not null) = (state = 'pending'))
);
create index notification_deliveries_target_idx on public.notification_deliveries (tenant_id, target_id, created_at desc, id desc);
create index notification_deliveries_line_idx on public.notification_deliveries (target_id, seq) where state = 'pending' and holds_line;
create index notification_deliveries_aside_idx on public.notification_deliveries (target_id, due_at) where state = 'pending' and not holds_line;
create index notification_deliveries_created_idx on public.notification_deliveries (created_at);

alter table public.notification_deliveries enable row level security;
create policy "Members see the deliveries of their tenants" on public.notification_deliveries
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select (id, tenant_id, target_id, integration_id, object_id, event_type, payload, state, attempts, attempt_log, status_code, error_code,
  due_at, created_at, last_attempt_at, delivered_at) on public.notification_deliveries to authenticated;
grant select on public.notification_deliveries to service_role;

-- The signing secret is sealed as an integration's credentials are.
alter table private.sealed_secrets drop constraint sealed_secrets_record_type_check;
alter table private.sealed_secrets add constraint sealed_secrets_record_type_check check (record_type in ('s3_integration', 'notification_target'));
alter table private.sealed_secrets drop constraint sealed_secrets_field_check;
alter table private.sealed_secrets add constraint sealed_secrets_field_check check (field in ('credentials', 'event_secret', 'signing_secret'));

-- Where an integration's news go, unless a folder's rule names another target (by id or by name).
alter table public.s3_integrations add column notification_target_id uuid;
alter table public.s3_integrations add foreign key (tenant_id, notification_target_id)
  references public.notification_targets (tenant_id, id) on delete set null (notification_target_id);
create index s3_integrations_notification_target_idx on public.s3_integrations (tenant_id, notification_target_id);
create trigger audit_s3_integration_notifications after update of notification_target_id on public.s3_integrations
  for each row execute function private.audit('tenant_id', 'id', 'notification_target_id');

create function private.notification_target_of(p_tenant_id uuid, p_named text) returns uuid
language sql stable security definer set search_path = ''
as $$
  select t.id from public.notification_targets t where t.tenant_id = p_tenant_id and p_named in (t.id::text, t.name)
  order by t.id::text = p_named desc limit 1
$$;

-- Writes one delivery and returns its id; nothing without a target. p_data is what the event tells.
create function private.notify(p_tenant_id uuid, p_target_id uuid, p_integration_id uuid, p_object_id uuid, p_type text, p_data jsonb) returns uuid
language sql security definer set search_path = ''
as $$
  insert into public.notification_deliveries (tenant_id, target_id, integration_id, object_id, event_type, payload)
  select p_tenant_id, p_target_id, p_integration_id, p_object_id, p_type,
    jsonb_build_object('type', p_type, 'timestamp', to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'data', p_data)::text
  where p_target_id is not null
  returning id
$$;

create function private.notify_of_object() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_target_id uuid;
  v_named text;
  v_data jsonb;
begin
  select i.notification_target_id into v_target_id from public.s3_integrations i where i.id = new.integration_id;
  -- Most integrations have no rule that names somebody: then which rule it is need not be found out.
  if exists (select 1 from public.s3_integration_folder_rules r
    where r.integration_id = new.integration_id and r.notification_target is not null) then
    v_named := (private.folder_rule_for(new.integration_id, new.key)).notification_target;
    if v_named is not null then
      v_target_id := private.notification_target_of(new.tenant_id, v_named);
    end if;
  end if;
  if v_target_id is null then
    return null;
  end if;
  v_data := jsonb_build_object('tenantId', new.tenant_id, 'integrationId', new.integration_id, 'objectId', new.id, 'jobId', new.job_id,
    'revision', new.revision, 'key', new.key, 'etag', new.etag, 'sizeBytes', new.size_bytes);
  if new.state = 'written_back' then
    perform private.notify(new.tenant_id, v_target_id, new.integration_id, new.id, 'document.written_back',
      v_data || jsonb_build_object('pages', new.pages, 'outputs', new.outputs));
  else
    perform private.notify(new.tenant_id, v_target_id, new.integration_id, new.id, 'document.failed',
      v_data || jsonb_build_object('state', new.state, 'reason', new.reason, 'detail', new.reason_detail, 'attempts', new.attempts));
  end if;
  return null;
end $$;
create trigger notify_of_object after update on public.s3_processed_objects
  for each row when (old.state is distinct from new.state and new.state in ('written_back', 'failed', 'dead'))
  execute function private.notify_of_object();

-- The first listing that fails, and the first that succeeds again. Told to every target the integration or a rule of it names.
create function private.notify_of_polling() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_type text := case when new.consecutive_failures > 0 then 'integration.failing' else 'integration.recovered' end;
begin
  perform private.notify(new.tenant_id, t.target_id, new.integration_id, null, v_type, jsonb_build_object(
    'tenantId', new.tenant_id, 'integrationId', new.integration_id, 'name', i.name, 'bucket', i.bucket,
    'reason', coalesce(new.last_error_code, old.last_error_code), 'detail', coalesce(new.last_error_detail, old.last_error_detail),
    'failures', greatest(new.consecutive_failures, old.consecutive_failures)))
  from public.s3_integrations i
  cross join lateral (
    select i.notification_target_id as target_id
    union
    select private.notification_target_of(r.tenant_id, r.notification_target) from public.s3_integration_folder_rules r
    where r.integration_id = i.id and r.notification_target is not null) as t
  where i.id = new.integration_id and i.status <> 'deleted' and t.target_id is not null;
  return null;
end $$;
create trigger notify_of_polling after update of consecutive_failures on public.s3_poll_states
  for each row when ((old.consecutive_failures = 0) is distinct from (new.consecutive_failures = 0))
  execute function private.notify_of_polling();
