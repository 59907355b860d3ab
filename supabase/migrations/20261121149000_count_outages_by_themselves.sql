-- An outage of ours (the processor is busy, the vault is away) was an obstacle of the bucket's owner's provider, and counted with what the
-- provider itself failed in: nine answers "slow down" and one busy moment were ten attempts for the text of a scan. It has an owner of its own.
alter table public.s3_processed_objects drop constraint s3_processed_objects_obstacle_owner_check;
-- Whatever was allowed still is: there is nothing to look for.
alter table public.s3_processed_objects add constraint s3_processed_objects_obstacle_owner_check
  check (obstacle_owner in ('customer_config', 'upstream', 'platform', 'platform_outage')) not valid;

-- As before; but what is our own fault is told by its owner.
create or replace function private.mind_circuit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_side text := case old.state when 'processing' then 'read' else 'write' end;
  v_is_done boolean := new.state = 'written_back' or (old.state = 'processing' and new.state = 'staged');
  v_is_final boolean := v_is_done or new.state in ('skipped', 'failed');
  v_circuit public.s3_circuits;
begin
  if not v_is_done and (new.reason = 'object_name_unusable' or (not v_is_final and (new.obstacle_owner is null
    or new.obstacle_owner in ('platform', 'platform_outage') or new.reason = 'retries_exhausted'))) then
    return null;
  end if;
  if not v_is_final and (new.reason = 'upstream_timeout' or clock_timestamp() - old.leased_at >= interval '5 seconds') then
    insert into public.s3_circuits as c (integration_id, tenant_id, side, code) values (new.integration_id, new.tenant_id, v_side, new.reason)
    on conflict (integration_id, side) do update set
      failures = c.failures + 1, code = excluded.code,
      -- What was under way when it opened says nothing new.
      trips = case when c.failures + 1 >= 10 and coalesce(c.open_until <= now(), true) then c.trips + 1 else c.trips end,
      open_until = case when c.failures + 1 >= 10 and coalesce(c.open_until <= now(), true)
        then now() + make_interval(secs => least(30 * 2.0 ^ least(c.trips, 10), 300)) else c.open_until end
    returning * into v_circuit;
    if v_circuit.failures = 10 then
      insert into public.app_logs (service, level, event, message, tenant_id, integration_id, fields)
      values (case v_side when 'read' then 's3-ingest' else 's3-integration-writeback' end, 'warn', 'bucket_hangs',
        format('%s attempts in a row took too long: documents wait, one is tried from time to time', v_circuit.failures),
        new.tenant_id, new.integration_id, jsonb_build_object('side', v_side, 'code', v_circuit.code, 'since', v_circuit.since));
    end if;
  else
    delete from public.s3_circuits where integration_id = new.integration_id and side = v_side;
  end if;
  return null;
end $$;
