-- Revisions: every edit of a record people change counts it up, so that two people who edit the same record do not overwrite one
-- another unseen. The API shows it as an ETag and takes it back as If-Match; PostgREST callers may pass it to the verbs.

-- Arguments: the columns whose change is an edit. What the machinery writes (tests, leases, last seen) is none.
create function private.count_revision() returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_old jsonb := to_jsonb(old);
  v_new jsonb := to_jsonb(new);
  v_column text;
begin
  new.revision := old.revision;
  foreach v_column in array tg_argv loop
    if v_old -> v_column is distinct from v_new -> v_column then
      new.revision := old.revision + 1;
      return new;
    end if;
  end loop;
  return new;
end $$;

-- Fails when the caller edited another revision than the one that stands. Null: the caller did not say.
create function private.require_revision(p_current int, p_expected int) returns void
language plpgsql set search_path = ''
as $$
begin
  if p_expected is not null and p_expected is distinct from p_current then
    perform private.fail(412, 'edit_conflict');
  end if;
end $$;

alter table public.s3_integrations add column revision int not null default 1 check (revision > 0);
create trigger s3_integrations_count_revision before update on public.s3_integrations
  for each row execute function private.count_revision('name', 'status', 'detection_mode', 'bucket', 'region', 'endpoint',
    'addressing_style', 'role_arn', 'access_key_hint', 'input_prefix', 'output_prefix', 'overwrite_policy', 'language',
    'notification_target_id');

alter table public.s3_integration_folder_rules add column revision int not null default 1 check (revision > 0);
create trigger s3_integration_folder_rules_count_revision before update on public.s3_integration_folder_rules
  for each row execute function private.count_revision('prefix', 'quality_tier', 'language', 'notification_target', 'overwrite_policy',
    'output_subfolder');

alter table public.notification_targets add column revision int not null default 1 check (revision > 0);
create trigger notification_targets_count_revision before update on public.notification_targets
  for each row execute function private.count_revision('name', 'url', 'status', 'secret_version');
grant select (revision) on public.notification_targets to authenticated;
