-- Records several deliveries to one integration in one transaction, in their order: an array of what record_s3_events gives for each. For
-- a stream of deliveries that hold one event each, as EventBridge sends them: what each costs by itself is paid once. p_deliveries is an
-- array of {deliveryId, secretVersion, revision, refused, needsSweep, keys, etags, sizes, times, sequencers, versionIds, skipReasons}.
-- Engine only.
create function public.record_s3_event_deliveries(p_integration_id uuid, p_deliveries jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_one jsonb;
  v_results jsonb := '[]'::jsonb;
begin
  for v_one in select d.value from jsonb_array_elements(p_deliveries) with ordinality as d order by d.ordinality loop
    v_results := v_results || public.record_s3_events(p_integration_id, v_one ->> 'deliveryId', (v_one ->> 'secretVersion')::int,
      (v_one ->> 'revision')::int, v_one -> 'refused', (v_one ->> 'needsSweep')::boolean,
      array(select jsonb_array_elements_text(v_one -> 'keys')),
      array(select jsonb_array_elements_text(v_one -> 'etags')),
      array(select jsonb_array_elements_text(v_one -> 'sizes')::bigint),
      array(select jsonb_array_elements_text(v_one -> 'times')::timestamptz),
      array(select jsonb_array_elements_text(v_one -> 'sequencers')),
      array(select jsonb_array_elements_text(v_one -> 'versionIds')),
      array(select jsonb_array_elements_text(v_one -> 'skipReasons')));
  end loop;
  return v_results;
end $$;
grant execute on function public.record_s3_event_deliveries(uuid, jsonb) to service_role;
