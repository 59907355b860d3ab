-- How far a document is while it is processed, where the processor says: long ones take minutes.

alter table public.s3_processed_objects
  -- {"step", "pagesDone", "pages"}, of the present attempt. Null: nothing was said.
  add column progress jsonb;
grant select (progress) on public.s3_processed_objects to authenticated;

-- Another attempt begins at the beginning, and none is none.
create function private.forget_progress() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.progress := null;
  return new;
end $$;
create trigger forget_progress before update of lease_id on public.s3_processed_objects
  for each row when (old.progress is not null and new.lease_id is distinct from old.lease_id) execute function private.forget_progress();

-- False when the lease was lost.
create function public.report_progress(p_object_id uuid, p_lease_id uuid, p_progress jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_processed_objects o set progress = p_progress
  where o.id = p_object_id and o.lease_id = p_lease_id and o.state = 'processing';
  return found;
end $$;
revoke execute on function public.report_progress(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.report_progress(uuid, uuid, jsonb) to service_role;
