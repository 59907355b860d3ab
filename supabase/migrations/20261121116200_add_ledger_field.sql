-- The books of an integration as a field of its row, so that PostgREST reads both in one request: `select=id,ledger`.
create function public.ledger(public.s3_integrations) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(l)), '[]'::jsonb) from public.s3_integration_ledger($1.id) as l
$$;
grant execute on function public.ledger(public.s3_integrations) to authenticated;
