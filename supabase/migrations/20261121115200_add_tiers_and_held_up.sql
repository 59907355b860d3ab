-- The quality tier a folder's rule asks for reaches the processor and is kept with the object; a rule names only a target that is there;
-- an integration whose bucket holds its documents up is failing too, and its tenant is told.

-- Null: processed before tiers were kept.
alter table public.s3_processed_objects add column quality_tier text check (quality_tier in ('standard', 'enhanced'));
grant select (quality_tier) on public.s3_processed_objects to authenticated;

-- As in add_object_verbs, with the tier decided when the work begins.
create or replace function public.begin_processing(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
begin
  with taken as (
    update public.s3_processed_objects o set state = 'processing', attempts = o.attempts + 1, lease_id = gen_random_uuid(),
      due_at = now() + make_interval(secs => p_lease_seconds), state_changed_at = now(),
      (rule_id, quality_tier) = (select f.id, coalesce(f.quality_tier, 'standard') from private.folder_rule_for(o.integration_id, o.key) as f)
    where o.id in (
      select q.id from public.s3_processed_objects q join public.s3_integrations i on i.id = q.integration_id
      where q.id = any (p_object_ids) and q.state = 'queued' and i.status = 'active' order by q.id for update of q skip locked)
    returning o.*
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner,
      'ruleId', t.rule_id, 'overwritePolicy', coalesce(r.overwrite_policy, i.overwrite_policy), 'outputSubfolder', r.output_subfolder,
      'language', coalesce(r.language, i.language), 'qualityTier', t.quality_tier)),
    array_agg(distinct t.integration_id)
  into v_objects, v_integrations
  from taken t
  join public.s3_integrations i on i.id = t.integration_id
  left join public.s3_integration_folder_rules r on r.id = t.rule_id;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

-- As in add_object_verbs, with the tier, for the metadata of the results.
create or replace function public.begin_writeback(p_object_ids uuid[], p_lease_seconds int) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_objects jsonb;
  v_integrations uuid[];
  v_mine uuid[];
begin
  -- One writer per key: of each key the current version if it is asked for, and none that another call is deciding on. Tried, never
  -- waited for, and in a statement of its own, so that the next one sees what the call before us wrote.
  select array_agg(t.id) into v_mine
  from (
    select distinct on (q.integration_id, q.key) q.id, q.integration_id, q.key
    from public.s3_processed_objects q
    where q.id = any (p_object_ids) and q.state = 'staged' and q.lease_id is null
    order by q.integration_id, q.key, q.is_current desc, q.found_at, q.id) as t
  where pg_try_advisory_xact_lock(hashtextextended(t.integration_id::text || '/' || t.key, 0));

  with candidates as (
    select q.id, q.integration_id, q.key, q.is_current, coalesce(r.overwrite_policy, i.overwrite_policy) as policy, r.output_subfolder
    from public.s3_processed_objects q
    join public.s3_integrations i on i.id = q.integration_id
    left join public.s3_integration_folder_rules r on r.id = q.rule_id
    where q.id = any (p_object_ids) and q.state = 'staged' and q.lease_id is null and i.status = 'active'
    order by q.id for update of q skip locked
  ), decided as (
    select c.*, case
      when not c.is_current and c.policy <> 'keep_versions' then 'superseded'
      when c.id <> all (coalesce(v_mine, '{}')) then 'wait'
      when exists (select 1 from public.s3_processed_objects w where w.integration_id = c.integration_id and w.key = c.key
        and w.id <> c.id and w.state = 'staged' and w.lease_id is not null and w.due_at > now()) then 'wait'
      else 'write' end as decision
    from candidates c
  ), changed as (
    update public.s3_processed_objects o set
      state = case d.decision when 'superseded' then 'skipped' else 'staged' end,
      reason = case d.decision when 'superseded' then 'superseded' else o.reason end,
      lease_id = case d.decision when 'write' then gen_random_uuid() end,
      staged_outputs = case d.decision when 'superseded' then null else o.staged_outputs end,
      attempts = o.attempts + case d.decision when 'write' then 1 else 0 end,
      due_at = case d.decision when 'write' then now() + make_interval(secs => p_lease_seconds)
        when 'wait' then now() + interval '5 seconds' end,
      state_changed_at = case d.decision when 'superseded' then now() else o.state_changed_at end
    from decided d where d.id = o.id
    returning o.*, d.decision, d.policy, d.output_subfolder
  )
  select jsonb_agg(jsonb_build_object('objectId', t.id, 'leaseId', t.lease_id, 'jobId', t.job_id, 'integrationId', t.integration_id,
      'tenantId', t.tenant_id, 'key', t.key, 'etag', t.etag, 'sizeBytes', t.size_bytes, 'attempts', t.attempts, 'obstacleOwner', t.obstacle_owner, 'ruleId', t.rule_id,
      'overwritePolicy', t.policy, 'outputSubfolder', t.output_subfolder, 'qualityTier', t.quality_tier, 'stagedOutputs', t.staged_outputs))
      filter (where t.decision = 'write'),
    array_agg(distinct t.integration_id) filter (where t.decision = 'write')
  into v_objects, v_integrations
  from changed t;
  return jsonb_build_object('objects', coalesce(v_objects, '[]'::jsonb),
    'integrations', private.integrations_with_secrets(coalesce(v_integrations, '{}')));
end $$;

-- A rule that names a target nobody has would be silent for ever. Null: the integration's own.
create function private.refuse_unknown_target() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if private.notification_target_of(new.tenant_id, new.notification_target) is null then
    perform private.fail(400, 'invalid_request', format('There is no notification target "%s" in this tenant. Create it first.',
      new.notification_target));
  end if;
  return new;
end $$;
create trigger refuse_unknown_target before insert or update of notification_target on public.s3_integration_folder_rules
  for each row when (new.notification_target is not null) execute function private.refuse_unknown_target();

-- Rules that name a target by its name follow it to its new one.
create function private.rename_target_in_rules() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.s3_integration_folder_rules set notification_target = new.name
  where tenant_id = new.tenant_id and notification_target = old.name;
  return null;
end $$;
create trigger rename_target_in_rules after update of name on public.notification_targets
  for each row when (old.name is distinct from new.name) execute function private.rename_target_in_rules();

-- Documents that wait because of the bucket's side, of which there are few unless something is wrong.
create index s3_processed_objects_held_up_idx on public.s3_processed_objects (integration_id, reason)
  where obstacle_owner = 'customer_config' and state in ('found', 'queued', 'processing', 'staged');

create table private.s3_held_up (
  integration_id uuid primary key references public.s3_integrations (id) on delete cascade,
  since timestamptz not null default now(),
  told_at timestamptz
);
comment on table private.s3_held_up is 'Integrations with documents held up by their bucket, and whether their tenant was told.';
alter table private.s3_held_up enable row level security;

-- Tells of integrations whose bucket has held up p_objects documents for p_minutes, once, and of their recovery when none is held up any
-- more. Not while the listing fails: that was told. Returns how many were told of. Engine only; the sweep calls it.
create function public.notify_held_up(p_objects int default 5, p_minutes int default 15) returns int
language plpgsql security definer set search_path = ''
as $$
declare
  v_told record;
  v_count int := 0;
begin
  -- One sweep at a time.
  if not pg_try_advisory_xact_lock(hashtextextended('sluice.notify_held_up', 0)) then
    return 0;
  end if;
  insert into private.s3_held_up (integration_id)
  select o.integration_id from public.s3_processed_objects o join public.s3_integrations i on i.id = o.integration_id
  where o.obstacle_owner = 'customer_config' and o.state in ('found', 'queued', 'processing', 'staged') and i.status = 'active'
  group by o.integration_id having count(*) >= p_objects
  on conflict do nothing;
  for v_told in
    with now_held as (
      select h.integration_id, h.since, h.told_at, coalesce(w.n, 0) as n, w.reason
      from private.s3_held_up h
      cross join lateral (
        select count(*)::int as n, mode() within group (order by o.reason) as reason from public.s3_processed_objects o
        where o.integration_id = h.integration_id and o.obstacle_owner = 'customer_config'
          and o.state in ('found', 'queued', 'processing', 'staged')) as w
    ), over as (
      delete from private.s3_held_up h using now_held n where n.integration_id = h.integration_id and n.n = 0
      returning h.integration_id, h.told_at
    ), due as (
      update private.s3_held_up h set told_at = now() from now_held n, public.s3_poll_states p
      where n.integration_id = h.integration_id and p.integration_id = h.integration_id and p.consecutive_failures = 0
        and h.told_at is null and n.n >= p_objects and h.since <= now() - make_interval(mins => p_minutes)
      returning h.integration_id
    )
    select n.*, 'integration.failing' as type from now_held n join due d on d.integration_id = n.integration_id
    union all
    select n.*, 'integration.recovered' from now_held n join over v on v.integration_id = n.integration_id where v.told_at is not null
  loop
    perform private.notify(i.tenant_id, t.target_id, i.id, null, v_told.type, jsonb_build_object(
      'tenantId', i.tenant_id, 'integrationId', i.id, 'name', i.name, 'bucket', i.bucket, 'reason', v_told.reason, 'detail', null,
      'failures', 0, 'waitingObjects', v_told.n))
    from public.s3_integrations i
    cross join lateral (
      select i.notification_target_id as target_id
      union
      select private.notification_target_of(r.tenant_id, r.notification_target) from public.s3_integration_folder_rules r
      where r.integration_id = i.id and r.notification_target is not null) as t
    where i.id = v_told.integration_id and i.status <> 'deleted' and t.target_id is not null;
    v_count := v_count + 1;
  end loop;
  return v_count;
end $$;
grant execute on function public.notify_held_up(int, int) to service_role;
