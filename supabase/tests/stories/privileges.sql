-- Who may call which function. The list is whole: a new function is not callable until it stands here.
select plan(8);

create view pg_temp.callable as
  select n.nspname || '.' || p.proname as name, r.rolname as role
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace cross join pg_roles r
  where n.nspname in ('public', 'private') and r.rolname in ('anon', 'authenticated', 'service_role')
    and has_function_privilege(r.oid, p.oid, 'execute');

select is_empty($$ select name from pg_temp.callable where role = 'anon' $$, 'without a session nobody calls anything');
select set_eq($$ select name from pg_temp.callable where role = 'authenticated' and name like 'public.%' $$,
  array['public.begin_idempotent_request', 'public.end_idempotent_request', 'public.release_idempotency_key', 'public.create_tenant', 'public.set_tenant_member', 'public.remove_tenant_member', 'public.accept_tenant_invitation', 'public.invite_tenant_member', 'public.list_tenant_invitations', 'public.list_tenant_members', 'public.renew_tenant_invitation', 'public.revoke_tenant_invitation', 'public.update_s3_integration',
    'public.start_s3_integration', 'public.delete_s3_integration', 'public.s3_integration_ledger', 'public.list_reseals',
    'public.read_reseal', 'public.list_audit_events', 'public.open_support_access', 'public.support_list_audit_events',
    'public.support_list_integrations', 'public.support_list_logs',
    'public.ledger', 'public.list_s3_objects', 'public.list_s3_duplicates', 'public.preview_s3_replay', 'public.create_s3_replay', 'public.cancel_s3_replay', 'public.cancel_s3_dry_run',
    'public.s3_integration_usage_summary', 'public.s3_accessibility_scores', 'public.support_usage_summary', 'public.delete_notification_target', 'public.replay_notification',
    'public.set_integration_notification_target', 'public.set_s3_folder_rule', 'public.delete_s3_folder_rule',
    'public.s3_integration_credentials', 'public.finish_credential_rotation', 'public.cancel_credential_rotation',
    'public.end_event_secret_overlap', 'public.set_s3_detection_mode'],
  'users call the verbs that are theirs');
select set_eq($$ select name from pg_temp.callable where role = 'authenticated' and name like 'private.%' $$,
  array['private.start_s3_integration', 'private.begin_idempotent_request', 'private.end_idempotent_request', 'private.release_idempotency_key', 'private.create_tenant',
    'private.set_tenant_member', 'private.remove_tenant_member', 'private.accept_tenant_invitation', 'private.invite_tenant_member', 'private.list_tenant_invitations', 'private.list_tenant_members', 'private.renew_tenant_invitation', 'private.revoke_tenant_invitation', 'private.update_s3_integration', 'private.list_reseals',
    'private.read_reseal',
    'private.delete_s3_integration', 'private.prefix_end', 'private.list_s3_duplicates', 'private.preview_s3_replay',
    'private.create_s3_replay', 'private.cancel_s3_replay', 'private.cancel_s3_dry_run', 'private.ledger_rows', 'private.s3_integration_usage_summary', 'private.support_usage_summary',
    'private.delete_notification_target', 'private.replay_notification', 'private.set_integration_notification_target',
    'private.set_s3_folder_rule', 'private.delete_s3_folder_rule', 'private.current_actor', 'private.my_tenant_ids', 'private.my_admin_tenant_ids', 'private.list_audit_events', 'private.open_support_access',
    'private.support_list_audit_events', 'private.support_list_integrations', 'private.support_list_logs', 'private.is_support', 'private.fail',
    'private.finish_credential_rotation', 'private.cancel_credential_rotation', 'private.end_event_secret_overlap', 'private.set_s3_detection_mode'],
  'and behind them what their verbs and the policies need');
select set_eq($$ select name from pg_temp.callable where role = 'service_role' and name like 'public.%' $$,
  array['public.require_tenant_admin', 'public.create_s3_integration', 'public.get_s3_integration_with_secrets',
    'public.record_s3_connection_test', 'public.s3_integration_ledger', 'public.write_app_logs', 'public.prune_app_logs',
    'public.claim_due_polls', 'public.begin_poll', 'public.record_s3_objects', 'public.save_poll_progress', 'public.complete_poll',
    'public.fail_poll', 'public.claim_due_objects', 'public.begin_processing', 'public.complete_processing', 'public.report_progress', 'public.begin_writeback',
    'public.complete_writeback', 'public.run_replay_batch', 'public.start_s3_dry_run', 'public.begin_s3_event_test', 'public.note_s3_event_test', 'public.due_s3_event_tests', 'public.end_s3_event_test', 'public.begin_r2_receiver', 'public.hold_r2_receiver', 'public.end_r2_receiver', 'public.claim_due_dry_runs', 'public.begin_dry_run',
    'public.save_dry_run', 'public.fail_dry_run', 'public.prune_s3_dry_runs', 'public.check_s3_ledger', 'public.prune_s3_usage', 'public.set_tenant_limit', 'public.record_s3_calls', 'public.fold_s3_usage', 'public.create_notification_target', 'public.get_notification_target',
    'public.update_notification_target', 'public.rotate_notification_secret', 'public.claim_due_notification_targets', 'public.begin_notifications',
    'public.begin_test_notification', 'public.settle_notification', 'public.end_notifications', 'public.prune_notification_deliveries',
    'public.get_s3_integration_for_edit', 'public.edit_s3_integration', 'public.settle_changed_prefixes', 'public.prune_idempotency_keys', 'public.notify_held_up', 'public.settle_attempt', 'public.revive_after_test', 'public.settle_deleted_integrations',
    'public.begin_reseal', 'public.claim_due_reseal', 'public.claim_reseal', 'public.next_reseal_batch', 'public.save_reseal_batch',
    'public.end_reseal_pass', 'public.release_reseal',
    'public.begin_credential_rotation', 'public.stage_s3_credentials', 'public.swap_s3_credentials', 'public.refuse_s3_credentials',
    'public.roll_back_s3_credentials', 'public.sweep_s3_secrets', 'public.record_s3_secret_use', 'public.begin_event_secret',
    'public.add_event_secret', 'public.get_event_secrets', 'public.record_event_secret_seen',
    'public.get_s3_result', 'public.get_s3_event_source', 'public.record_s3_events', 'public.record_s3_event_deliveries',
    'public.refuse_s3_events', 'public.prune_s3_event_deliveries'],
  'the engine calls its verbs');
select set_eq($$ select name from pg_temp.callable where role = 'service_role' and name like 'private.%' $$,
  array['private.ledger_rows', 'private.act_as', 'private.current_actor', 'private.fail', 'private.require_role'], 'and little behind them');
select is_empty($$ select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'private') and not coalesce(p.proconfig, '{}') @> array['search_path=""'] $$, 'every function has an empty search_path');
select is_empty($$ select p.oid::regprocedure from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) a
  where n.nspname in ('public', 'private') and a.grantee = 0 $$, 'nothing is granted to everybody');
select is_empty($$ select nspname from pg_namespace where nspname = 'private' and has_schema_privilege('anon', oid, 'usage') $$,
  'without a session nobody looks into the private schema');
select * from finish();
