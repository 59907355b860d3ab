import type { TableExpectation } from './vocabulary.ts';

/** Read over REST under row level security; written by nobody, the engine's key included: functions write. */
export const TABLES: Readonly<Record<string, TableExpectation>> = {
  app_logs: { read: 'members', hasPlatformRows: true },
  audit_events: { read: 'admins' },
  cost_ledger: { read: 'members' },
  notification_deliveries: { read: 'members', engineColumns: ['seq', 'holds_line', 'lease_id'] },
  notification_targets: {
    read: 'members',
    engineColumns: ['lease_id', 'lease_expires_at', 'hinted_at', 'created_by'],
  },
  s3_circuits: { read: 'members' },
  s3_credential_rotations: { read: 'members' },
  s3_dry_runs: { read: 'members', engineColumns: ['cursor', 'tally', 'attempts', 'lease_id', 'due_at'] },
  s3_event_states: { read: 'members' },
  s3_event_tests: { read: 'members' },
  s3_integration_folder_rules: { read: 'members' },
  s3_integrations: { read: 'members', hiddenRows: 'status=eq.deleted' },
  s3_listing_slices: { read: 'members' },
  s3_poll_states: {
    read: 'members',
    engineColumns: [
      'lease_id',
      'lease_expires_at',
      'revive_requested_at',
      'settle_requested_at',
      'is_moved',
      'is_listing_requested',
    ],
  },
  s3_processed_objects: {
    read: 'members',
    engineColumns: [
      'current_since',
      'attempts_in_all',
      'outages',
      'lost_results',
      'obstacle_owner',
      'lease_id',
      'leased_at',
      'staged_outputs',
      'source_sequencer',
      'outputs_location',
    ],
  },
  s3_replays: { read: 'members' },
  s3_secret_versions: { read: 'members' },
  tenant_limits: { read: 'members' },
  tenant_members: { read: 'members' },
  tenants: { read: 'members', tenant: 'id' },
};
