-- Reseal: every sealed secret moves to another key-encryption key, while it is read.
--
-- A run walks through the secrets in the order of their ids, a batch at a time. What moves is the wrapping of the data key; the secret's own
-- ciphertext stays as it is, so a reader may hold the old wrapping or the new and opens either. A batch is one transaction that
-- remembers where it stood: after a kill the next worker goes on there. A row that cannot be unwrapped is recorded by name and left
-- behind. A run ends when nobody is writing secrets and none is left on another key, but for those it has recorded.
--
--   running → completed (no row on another key) | incomplete (rows left, each recorded) | superseded (another key became the target)

create or replace function private.forbid_update() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_row private.sealed_secrets := new;
begin
  -- Nothing but a reseal changes a row, and nothing but the wrapping of its data key.
  if current_setting('sluice.resealing', true) = 'on' then
    v_row.key_id := old.key_id;
    v_row.kms_key_version := old.kms_key_version;
    v_row.data_key_ciphertext := old.data_key_ciphertext;
    if v_row is not distinct from old then
      return new;
    end if;
  end if;
  raise exception 'sealed secrets are append-only: add a version';
end $$;

create table private.reseal_runs (
  id uuid primary key default gen_random_uuid(),
  status text not null default 'running' check (status in ('running', 'completed', 'incomplete', 'superseded')),
  -- The key everything moves to.
  key_id text not null check (char_length(key_id) between 1 and 2048),
  kms_key_version int not null check (kms_key_version > 0),
  requested_by uuid,
  -- Rows on other keys when it began.
  total_rows bigint not null,
  resealed_rows bigint not null default 0,
  pass int not null default 1,
  -- The last row looked at in this pass.
  cursor_id uuid,
  -- Code of what holds it up; null while it goes well.
  held_up_by text check (char_length(held_up_by) <= 100),
  lease_id uuid,
  lease_expires_at timestamptz,
  -- When a message was last sent for it.
  hinted_at timestamptz,
  created_at timestamptz not null default now(),
  last_batch_at timestamptz,
  ended_at timestamptz,
  constraint ended_runs_say_when check ((status = 'running') = (ended_at is null))
);
create unique index reseal_runs_one_running on private.reseal_runs ((true)) where status = 'running';
create index reseal_runs_created_idx on private.reseal_runs (created_at desc, id desc);
alter table private.reseal_runs enable row level security;

-- What a run left behind, by name. No foreign key to the secret: it may go, and the record of the run stays.
create table private.reseal_failures (
  run_id uuid not null references private.reseal_runs (id) on delete cascade,
  secret_id uuid not null,
  tenant_id uuid not null,
  record_type text not null,
  record_id uuid not null,
  field text not null,
  version int not null,
  reason text not null check (char_length(reason) between 1 and 100),
  at timestamptz not null default now(),
  primary key (run_id, secret_id)
);
alter table private.reseal_failures enable row level security;

-- What happens to the platform as a whole belongs to no tenant.
alter table public.audit_events alter column tenant_id drop not null;
alter table public.audit_events drop constraint audit_events_actor_kind_check;
alter table public.audit_events add constraint audit_events_actor_kind_check check (actor_kind in ('user', 'support', 'engine'));
comment on column public.audit_events.actor_kind is 'user: with a role in the tenant; support: staff, by their claim; engine: the platform itself.';

create function private.audit_reseal(r private.reseal_runs, p_action text) returns void
language sql set search_path = ''
as $$
  insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, before, after)
  values (null, private.current_actor(), case when private.current_actor() is null then 'engine' else 'support' end, p_action, 'reseal_runs',
    r.id::text, case when p_action = 'update' then '{"status": "running"}'::jsonb end,
    jsonb_build_object('status', r.status, 'key_id', r.key_id, 'kms_key_version', r.kms_key_version, 'resealed_rows', r.resealed_rows))
$$;

-- Begins a run towards a key, or gives the one that is under way towards it; one towards another key is over. Engine only.
create function public.begin_reseal(p_actor uuid, p_key_id text, p_kms_key_version int) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  r private.reseal_runs;
begin
  perform private.act_as(p_actor);
  -- One at a time begins.
  lock table private.reseal_runs in share row exclusive mode;
  select * into r from private.reseal_runs where status = 'running';
  if r.id is not null and (r.key_id, r.kms_key_version) = (p_key_id, p_kms_key_version) then
    return r.id;
  end if;
  if r.id is not null then
    update private.reseal_runs set status = 'superseded', ended_at = clock_timestamp(), lease_id = null, lease_expires_at = null
    where id = r.id returning * into r;
    perform private.audit_reseal(r, 'update');
  end if;
  insert into private.reseal_runs (key_id, kms_key_version, requested_by, hinted_at, total_rows)
  values (p_key_id, p_kms_key_version, p_actor, now(),
    (select count(*) from private.sealed_secrets s where (s.key_id, s.kms_key_version) is distinct from (p_key_id, p_kms_key_version)))
  returning * into r;
  perform private.audit_reseal(r, 'insert');
  return r.id;
end $$;

-- Whether a run waits for a worker; says so once a minute. The sweep asks. Engine only.
create function public.claim_due_reseal() returns uuid
language sql security definer set search_path = ''
as $$
  update private.reseal_runs set hinted_at = now()
  where status = 'running' and (lease_expires_at is null or lease_expires_at <= now())
    and (hinted_at is null or hinted_at <= now() - interval '55 seconds')
  returning id
$$;

-- Takes the run, when it is towards this key and nobody has it: {runId, leaseId, cursor}, else null. Engine only.
create function public.claim_reseal(p_key_id text, p_kms_key_version int, p_lease_seconds int) returns jsonb
language sql security definer set search_path = ''
as $$
  update private.reseal_runs set lease_id = gen_random_uuid(), lease_expires_at = now() + make_interval(secs => p_lease_seconds),
    held_up_by = null
  where status = 'running' and (key_id, kms_key_version) = (p_key_id, p_kms_key_version)
    and (lease_expires_at is null or lease_expires_at <= now())
  returning jsonb_build_object('runId', id, 'leaseId', lease_id, 'cursor', cursor_id)
$$;

-- The next secrets on other keys after p_after, in the order of their ids. Engine only.
create function public.next_reseal_batch(p_run_id uuid, p_after uuid, p_limit int) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', b.id, 'tenantId', b.tenant_id, 'recordId', b.record_id, 'field', b.field,
    'version', b.version, 'formatVersion', b.format_version, 'keyId', b.key_id, 'kmsKeyVersion', b.kms_key_version,
    'dataKeyCiphertext', b.data_key_ciphertext::text, 'secretCiphertext', b.secret_ciphertext::text) order by b.id), '[]'::jsonb)
  from (
    select s.* from private.sealed_secrets s join private.reseal_runs r on r.id = p_run_id
    where s.id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
      and (s.key_id, s.kms_key_version) is distinct from (r.key_id, r.kms_key_version)
      and not exists (select 1 from private.reseal_failures f where f.run_id = r.id and f.secret_id = s.id)
    order by s.id limit least(p_limit, 5000)) as b
$$;

-- Ends one batch that was looked at up to p_cursor. p_resealed [{id, was, dataKeyCiphertext}]: taken only where the wrapping still is
-- `was`; p_failed [{id, reason}]. Extends the lease. Returns how many rows moved; null when the lease was lost. Engine only.
create function public.save_reseal_batch(p_run_id uuid, p_lease_id uuid, p_cursor uuid, p_resealed jsonb, p_failed jsonb, p_lease_seconds int)
returns int
language plpgsql security definer set search_path = ''
as $$
declare
  r private.reseal_runs;
  v_moved int;
begin
  update private.reseal_runs set cursor_id = p_cursor, last_batch_at = clock_timestamp(),
    lease_expires_at = now() + make_interval(secs => p_lease_seconds)
  where id = p_run_id and lease_id = p_lease_id and status = 'running' returning * into r;
  if r.id is null then
    return null;
  end if;
  perform set_config('sluice.resealing', 'on', true);
  update private.sealed_secrets s set key_id = r.key_id, kms_key_version = r.kms_key_version,
    data_key_ciphertext = e."dataKeyCiphertext"::bytea
  from jsonb_to_recordset(p_resealed) as e (id uuid, was text, "dataKeyCiphertext" text)
  where s.id = e.id and s.data_key_ciphertext = e.was::bytea;
  get diagnostics v_moved = row_count;
  perform set_config('sluice.resealing', 'off', true);
  insert into private.reseal_failures (run_id, secret_id, tenant_id, record_type, record_id, field, version, reason)
  select r.id, s.id, s.tenant_id, s.record_type, s.record_id, s.field, s.version, e.reason
  from jsonb_to_recordset(p_failed) as e (id uuid, reason text) join private.sealed_secrets s on s.id = e.id
  on conflict do nothing;
  update private.reseal_runs set resealed_rows = resealed_rows + v_moved where id = r.id;
  return v_moved;
end $$;

-- The walk has come to the end. Waits until whoever writes a secret at this moment has done so, and looks whether one is left: then
-- the walk begins anew. Returns running, completed or incomplete; busy when secrets are written without pause; null when the lease
-- was lost. Engine only.
create function public.end_reseal_pass(p_run_id uuid, p_lease_id uuid) returns text
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  r private.reseal_runs;
begin
  select * into r from private.reseal_runs where id = p_run_id and lease_id = p_lease_id and status = 'running' for update;
  if r.id is null then
    return null;
  end if;
  lock table private.sealed_secrets in share mode;
  if public.next_reseal_batch(p_run_id, null, 1) <> '[]'::jsonb then
    update private.reseal_runs set pass = pass + 1, cursor_id = null where id = p_run_id;
    return 'running';
  end if;
  update private.reseal_runs set ended_at = clock_timestamp(), lease_id = null, lease_expires_at = null,
    status = case when exists (select 1 from private.sealed_secrets s
      where (s.key_id, s.kms_key_version) is distinct from (r.key_id, r.kms_key_version)) then 'incomplete' else 'completed' end
  where id = p_run_id returning * into r;
  perform private.audit_reseal(r, 'update');
  return r.status;
exception when lock_not_available then
  return 'busy';
end $$;

-- Lets go of the run; p_held_up_by: the code of what stops it, null when only the time is up. Engine only.
create function public.release_reseal(p_run_id uuid, p_lease_id uuid, p_held_up_by text default null) returns void
language sql security definer set search_path = ''
as $$
  update private.reseal_runs set lease_id = null, lease_expires_at = null, held_up_by = left(p_held_up_by, 100)
  where id = p_run_id and lease_id = p_lease_id
$$;
grant execute on function public.begin_reseal(uuid, text, int), public.claim_due_reseal(), public.claim_reseal(text, int, int),
  public.next_reseal_batch(uuid, uuid, int), public.save_reseal_batch(uuid, uuid, uuid, jsonb, jsonb, int),
  public.end_reseal_pass(uuid, uuid), public.release_reseal(uuid, uuid, text) to service_role;

-- For support: how runs go, and how many secrets each key wraps at this moment. To everybody else none of it is there.
create function private.require_support() returns void
language plpgsql stable set search_path = ''
as $$
begin
  if not private.is_support() then
    perform private.fail(404, 'not_found');
  end if;
end $$;

create function private.reseal_json(r private.reseal_runs) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('id', r.id, 'status', r.status, 'target', jsonb_build_object('keyId', r.key_id, 'kmsKeyVersion', r.kms_key_version),
    'requestedBy', r.requested_by, 'totalRows', r.total_rows, 'resealedRows', r.resealed_rows,
    'failedRows', (select count(*) from private.reseal_failures f where f.run_id = r.id),
    'remainingRows', (select count(*) from private.sealed_secrets s
      where (s.key_id, s.kms_key_version) is distinct from (r.key_id, r.kms_key_version)),
    'pass', r.pass, 'heldUpBy', r.held_up_by, 'createdAt', r.created_at, 'lastBatchAt', r.last_batch_at, 'endedAt', r.ended_at)
$$;

create function private.sealing_keys() returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('keyId', k.key_id, 'kmsKeyVersion', k.kms_key_version, 'rows', k.n) order by k.key_id, k.kms_key_version), '[]')
  from (select key_id, kms_key_version, count(*) as n from private.sealed_secrets group by 1, 2) as k
$$;

create function private.list_reseals() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_support();
  return jsonb_build_object('keys', private.sealing_keys(), 'items', coalesce((
    select jsonb_agg(private.reseal_json(r) order by r.created_at desc, r.id desc)
    from (select * from private.reseal_runs order by created_at desc, id desc limit 20) as r), '[]'));
end $$;

create function private.read_reseal(p_run_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  r private.reseal_runs;
begin
  perform private.require_support();
  select * into r from private.reseal_runs where id = p_run_id;
  if r.id is null then
    perform private.fail(404, 'not_found');
  end if;
  return private.reseal_json(r) || jsonb_build_object('keys', private.sealing_keys(), 'failures', coalesce((
    select jsonb_agg(jsonb_build_object('secretId', f.secret_id, 'tenantId', f.tenant_id, 'recordType', f.record_type, 'recordId', f.record_id,
      'field', f.field, 'version', f.version, 'reason', f.reason, 'at', f.at) order by f.secret_id)
    from (select * from private.reseal_failures where run_id = r.id order by secret_id limit 100) as f), '[]'));
end $$;
grant execute on function private.list_reseals(), private.read_reseal(uuid) to authenticated;

create function public.list_reseals() returns jsonb
language sql stable set search_path = '' as $$ select private.list_reseals() $$;
create function public.read_reseal(p_run_id uuid) returns jsonb
language sql stable set search_path = '' as $$ select private.read_reseal(p_run_id) $$;
grant execute on function public.list_reseals(), public.read_reseal(uuid) to authenticated;
