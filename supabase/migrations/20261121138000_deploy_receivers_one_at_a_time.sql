-- One deployment or removal of an integration's R2 receiver at a time: of two at once one leaves a Worker whose secret ends. And what was put
-- where is remembered until it is taken back: rules stay at the bucket they were made for, whatever the integration is changed to since.
-- Engine only; nothing secret is among it.

-- Where something of a receiver may be: the account, and each bucket that may have rules there.
create table private.s3_r2_receiver_places (
  integration_id uuid not null references public.s3_integrations (id) on delete cascade,
  account_id text not null,
  bucket text not null,
  -- Empty where the bucket is in none.
  jurisdiction text not null default '',
  primary key (integration_id, account_id, bucket, jurisdiction)
);
alter table private.s3_r2_receiver_places enable row level security;

-- Who is at it. A lease that has expired is free to be taken; whoever had it changes nothing any more.
create table private.s3_r2_receiver_leases (
  integration_id uuid primary key references public.s3_integrations (id) on delete cascade,
  lease_id uuid not null default gen_random_uuid(),
  begun_at timestamptz not null default now(),
  lease_expires_at timestamptz not null
);
alter table private.s3_r2_receiver_leases enable row level security;

-- Longer than what lies between two changes in the account: a few requests of 15 seconds at most.
create function private.r2_receiver_lease() returns interval
language sql immutable set search_path = '' as $$ select interval '2 minutes' $$;

-- Begins what p_act says: {action, accountId, bucket, jurisdiction}; the last two are null where the integration is on R2 no longer.
-- Returns {leaseId, places: [{accountId, bucket, jurisdiction}]}. What is left of a receiver can be removed after its integration is deleted.
create function public.begin_r2_receiver(p_actor uuid, p_integration_id uuid, p_act jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.s3_integrations;
  v_lease_id uuid;
begin
  perform private.act_as(p_actor);
  select * into v_row from public.s3_integrations where id = p_integration_id for no key update;
  if v_row.id is null then
    perform private.fail(404, 'not_found');
  end if;
  perform private.require_role(v_row.tenant_id, 'admin');
  if p_act ->> 'action' not in ('deploy', 'remove') then
    perform private.fail(400, 'invalid_request');
  end if;
  if (v_row.status = 'deleted' or p_act ->> 'bucket' is null) and (p_act ->> 'action' = 'deploy' or not exists (
    select 1 from private.s3_r2_receiver_places where integration_id = p_integration_id))
  then
    if v_row.status = 'deleted' then
      perform private.fail(404, 'not_found');
    end if;
    perform private.fail(422, 'not_on_r2');
  end if;
  insert into private.s3_r2_receiver_leases as l (integration_id, lease_expires_at)
  values (p_integration_id, now() + private.r2_receiver_lease())
  on conflict (integration_id) do update set lease_id = gen_random_uuid(), begun_at = now(), lease_expires_at = excluded.lease_expires_at
  where l.lease_expires_at <= now()
  returning lease_id into v_lease_id;
  if v_lease_id is null then
    perform private.fail(409, 'receiver_busy', (select format('It was begun at %s UTC and has not ended.',
      to_char(begun_at at time zone 'UTC', 'HH24:MI:SS')) from private.s3_r2_receiver_leases where integration_id = p_integration_id));
  end if;
  if p_act ->> 'action' = 'deploy' then
    insert into private.s3_r2_receiver_places (integration_id, account_id, bucket, jurisdiction)
    values (p_integration_id, p_act ->> 'accountId', p_act ->> 'bucket', coalesce(p_act ->> 'jurisdiction', ''))
    on conflict do nothing;
  end if;
  perform private.note_act(v_row.tenant_id, p_act ->> 'action', 's3_r2_receivers', p_integration_id::text,
    jsonb_build_object('account_id', p_act ->> 'accountId', 'outcome', 'begun'));
  return jsonb_build_object('leaseId', v_lease_id, 'places', coalesce((
    select jsonb_agg(jsonb_build_object('accountId', account_id, 'bucket', bucket, 'jurisdiction', nullif(jurisdiction, ''))
      order by account_id, bucket, jurisdiction)
    from private.s3_r2_receiver_places where integration_id = p_integration_id), '[]'::jsonb));
end $$;

-- Before each change in the account: goes on holding the lease, or says that another has it.
create function public.hold_r2_receiver(p_integration_id uuid, p_lease_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update private.s3_r2_receiver_leases set lease_expires_at = now() + private.r2_receiver_lease()
  where integration_id = p_integration_id and lease_id = p_lease_id;
  if not found then
    perform private.fail(409, 'receiver_busy', 'This took so long that another has begun since.');
  end if;
end $$;

-- How it ended. What has begun is told to its end, whatever becomes of the integration, the role of who began it, or the lease; what is
-- remembered of the account is forgotten by whoever still holds the lease.
create function public.end_r2_receiver(p_actor uuid, p_integration_id uuid, p_lease_id uuid, p_act jsonb, p_outcome text, p_steps jsonb)
returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_tenant_id uuid;
begin
  perform private.act_as(p_actor);
  select tenant_id into v_tenant_id from public.s3_integrations where id = p_integration_id;
  delete from private.s3_r2_receiver_leases where integration_id = p_integration_id and lease_id = p_lease_id;
  -- A removal leaves nothing in the account, a deployment the rules of one bucket.
  if found and p_outcome <> 'failed' then
    delete from private.s3_r2_receiver_places
    where integration_id = p_integration_id and account_id = p_act ->> 'accountId'
      and (p_act ->> 'action' = 'remove'
        or (bucket, jurisdiction) is distinct from (p_act ->> 'bucket', coalesce(p_act ->> 'jurisdiction', '')));
  end if;
  if v_tenant_id is not null then
    perform private.note_act(v_tenant_id, p_act ->> 'action', 's3_r2_receivers', p_integration_id::text, jsonb_build_object(
      'account_id', p_act ->> 'accountId', 'outcome', p_outcome, 'steps', p_steps));
  end if;
end $$;

drop function public.note_r2_receiver(uuid, uuid, text, text, text, jsonb);
grant execute on function public.begin_r2_receiver(uuid, uuid, jsonb), public.hold_r2_receiver(uuid, uuid),
  public.end_r2_receiver(uuid, uuid, uuid, jsonb, text, jsonb) to service_role;
