-- The ledger: every object ever found is a row with a state, and every state change is one function.
--
--   found → queued → processing → staged → written_back
--   any of these → skipped(reason) | failed(reason) | dead(reason)
--
-- Identity is integration + key + ETag + size: what a listing can see (ListObjectsV2 shows no version ids), so an
-- object found by listing and the same object found by event are one row. docs/decisions/0004-object-identity.md
--
-- `due_at` is the one clock: when a row in a pending state should be sent (again) to its queue. Null when settled.

create table public.s3_processed_objects (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null,
  integration_id uuid not null,
  key text not null collate "C" check (octet_length(key) <= 1100),
  etag text not null collate "C" check (char_length(etag) <= 256),
  size_bytes bigint not null check (size_bytes >= 0),
  source_modified_at timestamptz,
  version_id text check (char_length(version_id) <= 1024),
  -- The latest version of its key, as far as we know. Only a current row may be written back.
  is_current boolean not null default true,
  current_since timestamptz not null default now(),
  found_by text not null check (found_by in ('poll', 'event', 'replay')),
  found_at timestamptz not null default now(),
  state text not null check (state in ('found', 'queued', 'processing', 'staged', 'written_back', 'skipped', 'failed', 'dead')),
  -- Catalogue code. Of a settled row why it ended so; of a pending row the last obstacle.
  reason text check (char_length(reason) <= 100),
  reason_detail text check (char_length(reason_detail) <= 1000),
  provider_code text check (char_length(provider_code) <= 100),
  attempts int not null default 0,
  -- Whose move it is to mend the last obstacle. Attempts count from one again when it is another's.
  obstacle_owner text check (obstacle_owner in ('customer_config', 'upstream', 'platform')),
  -- How often this very version was taken up again (it became current a second time, or was replayed).
  revision int not null default 1,
  -- Names the processing of this revision; the key of cost_ledger. Stable across retries.
  job_id uuid not null default gen_random_uuid(),
  rule_id uuid,
  lease_id uuid,
  due_at timestamptz,
  pages int check (pages >= 0),
  report jsonb,
  staged_outputs jsonb,
  outputs jsonb,
  state_changed_at timestamptz not null default now(),
  staged_at timestamptz,
  written_back_at timestamptz,
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade,
  constraint pending_rows_have_a_due_time check ((due_at is not null) = (state in ('found', 'queued', 'processing', 'staged'))),
  constraint settled_rows_hold_no_lease check (lease_id is null or state in ('processing', 'staged')),
  constraint rows_not_processed_say_why check (reason is not null or state not in ('skipped', 'failed', 'dead'))
) with (fillfactor = 80);

create unique index s3_processed_objects_identity on public.s3_processed_objects (integration_id, key, etag, size_bytes);
create unique index s3_processed_objects_current on public.s3_processed_objects (integration_id, key) where is_current;
create index s3_processed_objects_tenant_idx on public.s3_processed_objects (tenant_id, integration_id);
create index s3_processed_objects_listing_idx on public.s3_processed_objects (integration_id, found_at desc, id desc);
-- What the sweep asks: by integration, so that a paused one costs nothing.
create index s3_processed_objects_due_found_idx on public.s3_processed_objects (integration_id, due_at) where state = 'found';
create index s3_processed_objects_due_in_flight_idx on public.s3_processed_objects (integration_id, due_at)
  where state in ('queued', 'processing', 'staged');
create index s3_processed_objects_in_flight_idx on public.s3_processed_objects (integration_id) where state in ('queued', 'processing');
-- What a worker found gone or changed although a listing had shown it: few, and asked for whenever slices are saved.
create index s3_processed_objects_gone_idx on public.s3_processed_objects (integration_id, state_changed_at)
  where is_current and state = 'skipped' and reason in ('object_not_found', 'object_changed');
-- What a connection test that passes takes up again: given up for a cause that can be mended outside.
create index s3_processed_objects_revivable_idx on public.s3_processed_objects (integration_id)
  where is_current and (state = 'dead' or (state = 'failed'
    and reason in ('object_archived', 'output_taken', 'unsupported_by_provider', 'object_too_large', 'quota_exceeded')));

alter table public.s3_processed_objects enable row level security;
create policy "Members see the objects of their tenants" on public.s3_processed_objects
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
-- By column: leases and staging keys are the engine's business.
grant select (id, tenant_id, integration_id, key, etag, size_bytes, source_modified_at, version_id, is_current, found_by,
  found_at, state, reason, reason_detail, provider_code, attempts, revision, job_id, rule_id, due_at, pages, report, outputs,
  state_changed_at, staged_at, written_back_at) on public.s3_processed_objects to authenticated;
grant select on public.s3_processed_objects to service_role;

-- What the product charges for, joined to objects by job_id.
create table public.cost_ledger (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references public.tenants (id) on delete cascade,
  integration_id uuid,
  job_id uuid not null,
  kind text not null check (kind in ('processing')),
  pages int not null check (pages >= 0),
  -- Millionths of a US dollar.
  amount_micros bigint not null check (amount_micros >= 0),
  at timestamptz not null default now(),
  -- A job is charged once, however often it was tried.
  unique (job_id, kind)
);
create index cost_ledger_tenant_at_idx on public.cost_ledger (tenant_id, at desc);
create index cost_ledger_integration_at_idx on public.cost_ledger (integration_id, at desc);
alter table public.cost_ledger enable row level security;
create policy "Members see the costs of their tenants" on public.cost_ledger
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.cost_ledger to authenticated, service_role;

-- The state of polling, apart from s3_integrations because it changes every two minutes and is nobody's edit.
create table public.s3_poll_states (
  integration_id uuid primary key,
  tenant_id uuid not null,
  next_poll_at timestamptz not null default now(),
  lease_id uuid,
  lease_expires_at timestamptz,
  -- A cycle is one complete listing; it may take several leases.
  cycle bigint not null default 0,
  cycle_started_at timestamptz,
  -- True once a listing came back out of order or start-after was ignored: then anchors cannot be trusted.
  is_unordered boolean not null default false,
  last_completed_at timestamptz,
  last_listed_objects bigint,
  last_list_calls int,
  consecutive_failures int not null default 0,
  last_error_code text check (char_length(last_error_code) <= 100),
  last_error_detail text check (char_length(last_error_detail) <= 1000),
  last_error_at timestamptz,
  -- When a connection test passed whose effect on the objects is not complete.
  revive_requested_at timestamptz,
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade
);
create index s3_poll_states_due_idx on public.s3_poll_states (next_poll_at);
create index s3_poll_states_revive_idx on public.s3_poll_states (revive_requested_at) where revive_requested_at is not null;
create index s3_poll_states_tenant_idx on public.s3_poll_states (tenant_id, integration_id);
alter table public.s3_poll_states enable row level security;
create policy "Members see the polling of their integrations" on public.s3_poll_states
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select (integration_id, tenant_id, next_poll_at, cycle, cycle_started_at, is_unordered, last_completed_at, last_listed_objects,
  last_list_calls, consecutive_failures, last_error_code, last_error_detail, last_error_at) on public.s3_poll_states to authenticated;
grant select on public.s3_poll_states to service_role;

-- The key space of a bucket cut at anchor keys: a slice reaches from start_after (exclusive) to the next slice's
-- start_after (inclusive). Its digest is the order-free sum over its objects; equal digest, nothing to compare.
create table public.s3_listing_slices (
  integration_id uuid not null,
  tenant_id uuid not null,
  start_after text not null collate "C",
  object_count int not null check (object_count >= 0),
  -- 32 hex digits; null forces a comparison.
  digest text check (digest ~ '^[0-9a-f]{32}$'),
  -- The cycle in which the slice was last listed whole.
  cycle bigint not null,
  primary key (integration_id, start_after),
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade
);
create index s3_listing_slices_tenant_idx on public.s3_listing_slices (tenant_id, integration_id);
alter table public.s3_listing_slices enable row level security;
create policy "Members see the listing slices of their integrations" on public.s3_listing_slices
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_listing_slices to authenticated, service_role;
