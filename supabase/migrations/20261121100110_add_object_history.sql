-- The history of an object: what it was before. A row that never changed has none, so most rows cost nothing; the present is in
-- the row's own columns. Why in the row and not in a table beside it: docs/decisions/0010-object-history.md

alter table public.s3_processed_objects
  -- Oldest first, the last 50: [{at, state, reason, attempt, revision, by}], each as it was from `at` on. Nulls are left out.
  add column history jsonb,
  -- Who brought the row into its state. Null: the engine.
  add column state_changed_by uuid;
grant select (history, state_changed_by) on public.s3_processed_objects to authenticated;

create function private.remember_object_state() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.history := case when jsonb_array_length(old.history) >= 50 then old.history - 0 else coalesce(old.history, '[]') end
    || jsonb_strip_nulls(jsonb_build_object('at', old.state_changed_at, 'state', old.state, 'reason', old.reason,
      'attempt', nullif(old.attempts, 0), 'revision', nullif(old.revision, 1), 'by', old.state_changed_by));
  new.state_changed_by := private.current_actor();
  return new;
end $$;
create trigger remember_object_state before update on public.s3_processed_objects
  for each row when (old.state is distinct from new.state or old.reason is distinct from new.reason or old.revision <> new.revision)
  execute function private.remember_object_state();
