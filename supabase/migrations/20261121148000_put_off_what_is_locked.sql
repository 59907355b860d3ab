-- As in break_circuits_that_hang, but waits for rows that somebody holds: their messages are used up by this call, so that what is
-- neither begun nor put off would stay where it is until its visibility is over.
create or replace function private.hold_back(p_object_ids uuid[], p_state text) returns uuid[]
language plpgsql security definer set search_path = ''
as $$
declare
  v_held uuid[];
begin
  select coalesce(array_agg(w.id order by w.place), '{}') into v_held
  from (
    select o.id, c.is_open, array_position(p_object_ids, o.id) as place,
      row_number() over (partition by o.integration_id order by array_position(p_object_ids, o.id)) as turn,
      exists (
        select 1 from public.s3_processed_objects f
        where f.integration_id = o.integration_id and f.state = case p_state when 'queued' then 'processing' else 'staged' end
          -- One that was killed, or takes long for other reasons, does not keep the next waiting until its lease runs out.
          and f.lease_id is not null and f.leased_at > now() - interval '3 minutes') as is_tried
    from public.s3_processed_objects o
    join (
      select s.integration_id, bool_or(s.open_until > now()) as is_open from public.s3_circuits s
      where s.open_until is not null and (p_state = 'queued' or s.side = 'write') group by s.integration_id) as c using (integration_id)
    where o.id = any (p_object_ids) and o.state = p_state and o.lease_id is null) as w
  where w.is_open or w.is_tried or w.turn > 1;
  if cardinality(v_held) > 0 then
    update public.s3_processed_objects o set
      state = case o.state when 'queued' then 'found' else o.state end,
      state_changed_at = case o.state when 'queued' then now() else o.state_changed_at end,
      due_at = now() + interval '30 seconds' + array_position(v_held, o.id) * interval '1 microsecond'
    where o.id in (
      select w.id from public.s3_processed_objects w
      where w.id = any (v_held) and w.state = p_state and w.lease_id is null order by w.id for update);
  end if;
  return v_held;
end $$;
