-- The external id of an integration is made with it and never changes, whoever asks: a customer's trust policy names it, and
-- one that could be chosen could be somebody else's.

create function private.keep_external_id() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if new.external_id is distinct from old.external_id then
    raise exception 'the external id of an integration cannot be changed' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger s3_integrations_keep_external_id before update of external_id on public.s3_integrations
  for each row execute function private.keep_external_id();
