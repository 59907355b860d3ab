/**
 * How much one account may have, unless support raised it (`set_tenant_limit`). The database enforces the same numbers
 * (`private.default_limits`, compared by a test); beyond, a verb answers `quota_reached`.
 */
export const DEFAULT_LIMITS = {
  /** Connected buckets of one tenant, deleted ones not counted. */
  integrations: 100,
  /** Tenants that one user has created, the personal one among them. */
  tenants_per_user: 20,
  folder_rules_per_integration: 100,
  notification_targets: 50,
  /** Replays of one tenant that are under way at once. */
  running_replays: 20,
  /** Dry runs of one tenant that are under way at once; of one integration there is never more than one. */
  running_dry_runs: 10,
  /** People of one tenant, pending invitations counted. */
  members: 500,
} as const;
