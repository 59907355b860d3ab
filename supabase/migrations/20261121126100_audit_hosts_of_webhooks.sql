-- The address of a webhook is often its secret (Slack, Teams): an event says which server it was, and not where on it. That an address was
-- changed is recorded all the same, when both are on one server too.

create function private.audited_value(p_column text, p_value jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select case when p_column = 'url' and p_value #>> '{}' is not null
    then to_jsonb(coalesce(substring(p_value #>> '{}' from '^[A-Za-z]+://[^/?#]+'), '') || '/…') else p_value end
$$;

create or replace function private.audit() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
  v_columns text[] := tg_argv[2:];
  v_before jsonb;
  v_after jsonb;
begin
  select jsonb_object_agg(c, private.audited_value(c, v_old -> c)), jsonb_object_agg(c, private.audited_value(c, v_new -> c))
  into v_before, v_after
  from unnest(v_columns) as c
  where tg_op <> 'UPDATE' or v_old -> c is distinct from v_new -> c;
  if tg_op = 'UPDATE' and v_after is null then
    return null;
  end if;
  insert into public.audit_events (tenant_id, actor_id, actor_kind, action, record_type, record_id, before, after)
  values (
    (v_row ->> tg_argv[0])::uuid,
    private.current_actor(),
    case when private.current_actor() is null then 'engine' else 'user' end,
    lower(tg_op),
    tg_table_name,
    (select string_agg(v_row ->> c, '/' order by n) from unnest(string_to_array(tg_argv[1], '/')) with ordinality as t(c, n)),
    case when tg_op <> 'INSERT' then v_before end,
    case when tg_op <> 'DELETE' then v_after end
  );
  return null;
end $$;

update public.audit_events set
  before = case when before ? 'url' then before || jsonb_build_object('url', private.audited_value('url', before -> 'url')) else before end,
  after = case when after ? 'url' then after || jsonb_build_object('url', private.audited_value('url', after -> 'url')) else after end
where record_type = 'notification_targets' and (before ? 'url' or after ? 'url');
