-- How often what was made of an object was lost (wait_for_lost_results) was counted on when somebody processed the object again, or it came
-- back: the first loss of what was asked for anew was waited for as long as the last of what was before. It is of one job now.
create function private.forget_lost_results() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.lost_results := 0;
  return new;
end $$;
create trigger forget_lost_results before update of job_id on public.s3_processed_objects
  for each row when (old.lost_results > 0 and new.job_id <> old.job_id) execute function private.forget_lost_results();
