-- Who says how far a document is, is alive: the lease lasts that long from then on. A scan takes minutes to be read, and where leases
-- are short it was taken up by another again and again.

drop function public.report_progress(uuid, uuid, jsonb);

-- False when the lease was lost. A lease is never made shorter.
create function public.report_progress(p_object_id uuid, p_lease_id uuid, p_progress jsonb, p_lease_seconds int) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_processed_objects o
  set progress = p_progress, due_at = greatest(o.due_at, now() + make_interval(secs => p_lease_seconds))
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'processing';
  return found;
end $$;
revoke execute on function public.report_progress(uuid, uuid, jsonb, int) from public, anon, authenticated;
grant execute on function public.report_progress(uuid, uuid, jsonb, int) to service_role;
