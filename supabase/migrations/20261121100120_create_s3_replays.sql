-- A replay: settled objects of an integration that are to be processed once more, chosen by a filter. What is chosen may be
-- millions of rows, so the sweep takes them up a batch at a time and the row remembers how far it has come.
--
--   running → completed | cancelled

create table public.s3_replays (
  -- Chosen by the preview, so that a request sent twice makes one replay.
  id uuid primary key,
  tenant_id uuid not null,
  integration_id uuid not null,
  status text not null default 'running' check (status in ('running', 'completed', 'cancelled')),
  -- What is chosen. An object by its id, or all that answer to the rest.
  object_id uuid,
  prefix text collate "C" check (octet_length(prefix) <= 1024),
  found_from timestamptz,
  found_to timestamptz,
  states text[] not null check (cardinality(states) between 1 and 4 and states <@ array['written_back', 'skipped', 'failed', 'dead']),
  reasons text[] check (cardinality(reasons) between 1 and 20),
  -- Objects that settled later than the preview was asked for are not among what it showed.
  as_of timestamptz not null,
  -- Never more than the preview showed.
  expected_objects int not null check (expected_objects between 0 and 1000000),
  -- Where the walk over the objects stands: which (state, reason) it is at, and the last row it looked at.
  leg int not null default 1,
  cursor_object_id uuid,
  -- Looked at, taken up again, and left alone because a newer version of the key has come since.
  examined_objects int not null default 0,
  replayed_objects int not null default 0,
  superseded_objects int not null default 0,
  requested_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  last_batch_at timestamptz,
  ended_at timestamptz,
  foreign key (tenant_id, integration_id) references public.s3_integrations (tenant_id, id) on delete cascade,
  constraint ended_replays_say_when check ((ended_at is null) = (status = 'running'))
);
create index s3_replays_integration_idx on public.s3_replays (integration_id, created_at desc, id desc);
create index s3_replays_tenant_idx on public.s3_replays (tenant_id, integration_id);
create index s3_replays_requested_by_idx on public.s3_replays (requested_by);
-- What the sweep asks: who has waited longest.
create index s3_replays_running_idx on public.s3_replays (last_batch_at nulls first, created_at) where status = 'running';
create trigger audit_s3_replays after insert or update or delete on public.s3_replays
  for each row execute function private.audit('tenant_id', 'id', 'integration_id', 'status', 'object_id', 'prefix', 'found_from',
    'found_to', 'states', 'reasons', 'expected_objects');

alter table public.s3_replays enable row level security;
create policy "Members see the replays of their tenants" on public.s3_replays
  for select to authenticated using (tenant_id in (select private.my_tenant_ids()));
grant select on public.s3_replays to authenticated, service_role;
