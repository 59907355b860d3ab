-- Idempotency keys: a POST that is sent again under the same key is answered with the answer of the first, not done again. The api
-- Worker has no rights of its own, so it keeps them through these verbs as its caller; each user has keys of their own.

create table private.idempotency_keys (
  user_id uuid not null references auth.users (id) on delete cascade,
  key text not null check (key ~ '^[\x21-\x7e]{1,255}$'),
  -- SHA-256 of method, path with query and body: nothing of a body is kept, it may hold credentials.
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  -- Whoever does the work now; whoever was too slow and lost it stores nothing.
  claim_id uuid not null default gen_random_uuid(),
  lease_expires_at timestamptz not null,
  -- Null while it is being done.
  status int check (status between 200 and 299),
  headers jsonb,
  -- Null of an answer that held a secret: those are shown once and kept nowhere.
  body text check (octet_length(body) <= 262144),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours',
  primary key (user_id, key)
);
create index idempotency_keys_expires_at_idx on private.idempotency_keys (expires_at);
alter table private.idempotency_keys enable row level security;

-- Takes a key for one request. {outcome: begun, claimId} | {outcome: replay, status, headers, body} | {outcome: running,
-- retryAfterSeconds} | {outcome: reused} (another request had it) | {outcome: secret_shown} (done, but its answer is not kept). A key is
-- forgotten after 24 hours; work that was begun and not ended is given up for lost after 60 seconds. At most 10,000 keys a user.
create function private.begin_idempotent_request(p_key text, p_fingerprint text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_user_id uuid := (select auth.uid());
  v_row private.idempotency_keys;
begin
  if v_user_id is null then
    perform private.fail(401, 'unauthenticated');
  end if;
  if p_key is null or p_fingerprint is null then
    perform private.fail(400, 'invalid_request', 'A key and a fingerprint are needed.');
  end if;
  for attempt in 1..10 loop
    insert into private.idempotency_keys as k (user_id, key, fingerprint, lease_expires_at)
    select v_user_id, p_key, p_fingerprint, now() + interval '60 seconds'
    where (select count(*) from (select 1 from private.idempotency_keys where user_id = v_user_id limit 10000) as taken) < 10000
      or exists (select 1 from private.idempotency_keys where user_id = v_user_id and key = p_key)
    on conflict (user_id, key) do update set fingerprint = excluded.fingerprint, claim_id = gen_random_uuid(),
      lease_expires_at = excluded.lease_expires_at, status = null, headers = null, body = null, created_at = now(),
      expires_at = now() + interval '24 hours'
      where k.expires_at <= now()
        or (k.status is null and k.lease_expires_at <= now() and k.fingerprint = excluded.fingerprint)
    returning k.* into v_row;
    if v_row.claim_id is not null then
      return jsonb_build_object('outcome', 'begun', 'claimId', v_row.claim_id);
    end if;
    select * into v_row from private.idempotency_keys where user_id = v_user_id and key = p_key;
    if v_row.claim_id is not null then
      return case
        when v_row.fingerprint <> p_fingerprint then jsonb_build_object('outcome', 'reused')
        when v_row.status is null then jsonb_build_object('outcome', 'running', 'retryAfterSeconds',
          least(greatest(ceil(extract(epoch from v_row.lease_expires_at - now())), 1), 60)::int)
        when v_row.body is null then jsonb_build_object('outcome', 'secret_shown')
        else jsonb_build_object('outcome', 'replay', 'status', v_row.status, 'headers', v_row.headers, 'body', v_row.body)
      end;
    end if;
    if (select count(*) from (select 1 from private.idempotency_keys where user_id = v_user_id limit 10000) as taken) >= 10000 then
      perform private.fail(429, 'rate_limited', 'You have used 10,000 idempotency keys in 24 hours.');
    end if;
    -- Whoever had it gave it back between the two statements: again.
  end loop;
  return jsonb_build_object('outcome', 'running', 'retryAfterSeconds', 1);
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'A key has 1 to 255 visible ASCII characters.');
end $$;

-- Keeps the answer. p_body null: it held a secret. False: the claim was lost meanwhile, and nothing is kept.
create function private.end_idempotent_request(p_key text, p_claim_id uuid, p_status int, p_headers jsonb, p_body text) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  if p_status is null or octet_length(p_headers::text) > 4096 then
    perform private.fail(400, 'invalid_request', 'An answer needs a status and at most 4 KiB of headers.');
  end if;
  update private.idempotency_keys set status = p_status, headers = p_headers, body = p_body
  where user_id = (select auth.uid()) and key = p_key and claim_id = p_claim_id and status is null;
  return found;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'Only answers of success, of at most 256 KiB, are kept.');
end $$;

-- Gives a key back: the request was refused or failed, so it did nothing and may be sent again, mended or not.
create function private.release_idempotency_key(p_key text, p_claim_id uuid) returns void
language sql security definer set search_path = ''
as $$
  delete from private.idempotency_keys
  where user_id = (select auth.uid()) and key = p_key and claim_id = p_claim_id and status is null
$$;
grant execute on function private.begin_idempotent_request(text, text),
  private.end_idempotent_request(text, uuid, int, jsonb, text), private.release_idempotency_key(text, uuid) to authenticated;

create function public.begin_idempotent_request(p_key text, p_fingerprint text) returns jsonb
language sql set search_path = '' as $$ select private.begin_idempotent_request(p_key, p_fingerprint) $$;
create function public.end_idempotent_request(p_key text, p_claim_id uuid, p_status int, p_headers jsonb, p_body text default null)
returns boolean
language sql set search_path = '' as $$ select private.end_idempotent_request(p_key, p_claim_id, p_status, p_headers, p_body) $$;
create function public.release_idempotency_key(p_key text, p_claim_id uuid) returns void
language sql set search_path = '' as $$ select private.release_idempotency_key(p_key, p_claim_id) $$;
grant execute on function public.begin_idempotent_request(text, text),
  public.end_idempotent_request(text, uuid, int, jsonb, text), public.release_idempotency_key(text, uuid) to authenticated;

-- The sweep: forgets what has expired. Returns how many, at most p_limit.
create function public.prune_idempotency_keys(p_limit int default 10000) returns int
language sql security definer set search_path = ''
as $$
  with gone as (
    delete from private.idempotency_keys where (user_id, key) in (
      select user_id, key from private.idempotency_keys where expires_at <= now() order by expires_at limit least(p_limit, 10000)
      for update skip locked)
    returning 1)
  select count(*)::int from gone
$$;
grant execute on function public.prune_idempotency_keys(int) to service_role;
