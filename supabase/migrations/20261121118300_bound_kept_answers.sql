-- How much of kept answers one user may fill: 10,000 keys of 256 KiB would be 2.5 GB for whoever calls the verbs past the API.

-- Keeps the answer. p_body null: it held a secret. At most 64 MiB a user; past that it is remembered that the request was done, and not
-- what it was answered (secret_shown), so that it is still not done twice. False: the claim was lost meanwhile, and nothing is kept.
create or replace function private.end_idempotent_request(p_key text, p_claim_id uuid, p_status int, p_headers jsonb, p_body text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_is_full boolean := octet_length(p_body) + (
    select coalesce(sum(octet_length(k.body)), 0) from private.idempotency_keys k where k.user_id = (select auth.uid())) > 67108864;
begin
  if p_status is null or octet_length(p_headers::text) > 4096 then
    perform private.fail(400, 'invalid_request', 'An answer needs a status and at most 4 KiB of headers.');
  end if;
  update private.idempotency_keys set status = p_status, headers = p_headers, body = case when v_is_full then null else p_body end
  where user_id = (select auth.uid()) and key = p_key and claim_id = p_claim_id and status is null;
  return found;
exception when check_violation then
  perform private.fail(400, 'invalid_request', 'Only answers of success, of at most 256 KiB, are kept.');
end $$;
