/**
 * Who may do what over the REST API: every table, view and function of the exposed schema stands here, or the matrix fails.
 * What does not stand here is refused to everybody.
 *
 * The callers ask for what is Acme's. `owner`, `admin` and `member` are Acme's; `other` owns Umbrella; `former` was a member of
 * Acme until they were removed. `support` carries the platform's claim and has opened nothing; `supportOpen` has opened access
 * to Acme; `supportExpired` had, an hour ago; `supportLost` has access open and the claim no more. `service` is the engine's key.
 */
export const CALLERS = [
  'anonymous',
  'owner',
  'admin',
  'member',
  'other',
  'former',
  'support',
  'supportOpen',
  'supportExpired',
  'supportLost',
  'service',
] as const;
export type Caller = (typeof CALLERS)[number];

/** Of the functions that name the user they act for, by which user. */
export const ACTORS = ['owner', 'admin', 'member', 'other', 'former', 'supportOpen'] as const;
export type Actor = (typeof ACTORS)[number];

/**
 * - `members`: who is a member of the tenant, and support that has opened access to it.
 * - `members alone`: no support.
 * - `admins`: its owners and admins, and support that has opened access. A member is refused.
 * - `admins alone`: its owners and admins; no support.
 * - `owners alone`
 * - `support`: whoever has the claim. Each answer is an event in the tenant's audit.
 * - `members and support`: either.
 * - `signed in`: any user, about themselves.
 * - `the member`: Acme's member alone, whose it is.
 */
export type Circle =
  | 'members'
  | 'members alone'
  | 'admins'
  | 'admins alone'
  | 'owners alone'
  | 'support'
  | 'members and support'
  | 'signed in'
  | 'the member';

/** Of a function: what a call comes to. `refused: x` is past every question of who is asking. */
export type Outcome = 'done' | 'nothing' | 'unseen' | 'forbidden' | 'denied' | `refused: ${string}`;

export interface TableExpectation {
  readonly read: 'members' | 'admins';
  /** The column that says whose a row is. */
  readonly tenant?: string;
  /** Read by the engine only; every other column by whoever reads the row. */
  readonly engineColumns?: readonly string[];
  /** Rows of no tenant, which support reads. */
  readonly hasPlatformRows?: true;
  /** Rows, by a filter of PostgREST, that no user sees, their own tenant's included. */
  readonly hiddenRows?: string;
}

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
  s3_credential_rotations: { read: 'members' },
  s3_dry_runs: { read: 'members', engineColumns: ['cursor', 'tally', 'attempts', 'lease_id', 'due_at'] },
  s3_event_states: { read: 'members' },
  s3_event_tests: { read: 'members' },
  s3_integration_folder_rules: { read: 'members' },
  s3_integrations: { read: 'members', hiddenRows: 'status=eq.deleted' },
  s3_listing_slices: { read: 'members' },
  s3_poll_states: {
    read: 'members',
    engineColumns: ['lease_id', 'lease_expires_at', 'revive_requested_at', 'settle_requested_at', 'is_moved'],
  },
  s3_processed_objects: {
    read: 'members',
    engineColumns: ['current_since', 'obstacle_owner', 'lease_id', 'staged_outputs', 'source_sequencer'],
  },
  s3_replays: { read: 'members' },
  s3_secret_versions: { read: 'members' },
  tenant_limits: { read: 'members' },
  tenant_members: { read: 'members' },
  tenants: { read: 'members', tenant: 'id' },
};

/** Ids of one tenant's things, as the arguments of a call name them. */
export interface Things {
  readonly tenant: string;
  readonly integration: string;
  readonly target: string;
  readonly delivery: string;
  readonly replay: string;
  readonly object: string;
  /** A member who is not asking. */
  readonly colleague: string;
  readonly owner: string;
  readonly rotation: string;
  /** The claim on the member's idempotency key `acme`. */
  readonly claim: string;
  /** Of the member's address. Its token is `slinv_` and the name of the tenant. */
  readonly invitation: string;
  readonly run: string;
}

export interface FunctionExpectation {
  readonly who: Circle;
  readonly args: (acme: Things) => Readonly<Record<string, unknown>>;
  /** A computed column: it is asked for here and not by a call. */
  readonly path?: (acme: Things) => string;
  /** What a call of those who may comes to. Default `done`. */
  readonly passes?: Outcome;
  /** What it comes to for the others. Default `unseen`: what is not theirs is not there. */
  readonly others?: Outcome;
  /** Acme's owner asks with something of Umbrella's among what is Acme's: never anything but `mixedIs`, default `unseen`. */
  readonly mixed?: (acme: Things, umbrella: Things) => Readonly<Record<string, unknown>>;
  readonly mixedIs?: Outcome;
  /** Other calls of the same function, which other people may make. */
  readonly more?: Readonly<Record<string, Pick<FunctionExpectation, 'who' | 'args' | 'passes' | 'others'>>>;
}

const ofInvitation = ({ tenant, invitation }: Things) => ({
  p_tenant_id: tenant,
  p_invitation_id: invitation,
});
const ofIntegration = ({ integration }: Things) => ({ p_integration_id: integration });

/** Called by users with their own token. */
export const USER_FUNCTIONS: Readonly<Record<string, FunctionExpectation>> = {
  begin_idempotent_request: {
    who: 'signed in',
    args: () => ({ p_key: 'matrix', p_fingerprint: '0'.repeat(64) }),
  },
  end_idempotent_request: {
    who: 'the member',
    args: ({ claim }) => ({ p_key: 'acme', p_claim_id: claim, p_status: 200, p_headers: {}, p_body: 'x' }),
    others: 'nothing',
  },
  release_idempotency_key: {
    // It answers nothing either way; `look-behind.ts` sees whose key is gone.
    who: 'signed in',
    args: ({ claim }) => ({ p_key: 'acme', p_claim_id: claim }),
    passes: 'nothing',
  },
  create_tenant: { who: 'signed in', args: () => ({ p_name: 'one more' }) },
  set_tenant_member: {
    who: 'admins alone',
    args: ({ tenant, colleague }) => ({ p_tenant_id: tenant, p_user_id: colleague, p_role: 'admin' }),
    passes: 'nothing',
    more: {
      'as an owner': {
        who: 'owners alone',
        args: ({ tenant, colleague }) => ({ p_tenant_id: tenant, p_user_id: colleague, p_role: 'owner' }),
        passes: 'nothing',
      },
    },
  },
  remove_tenant_member: {
    who: 'admins alone',
    args: ({ tenant, colleague }) => ({ p_tenant_id: tenant, p_user_id: colleague }),
    passes: 'nothing',
    more: {
      'an owner': {
        who: 'owners alone',
        args: ({ tenant, owner }) => ({ p_tenant_id: tenant, p_user_id: owner }),
        passes: 'refused: last_owner',
      },
    },
  },
  invite_tenant_member: {
    who: 'admins alone',
    args: ({ tenant }) => ({ p_tenant_id: tenant, p_email: 'new@example.test', p_role: 'member' }),
    more: {
      'an owner': {
        who: 'owners alone',
        args: ({ tenant }) => ({ p_tenant_id: tenant, p_email: 'new@example.test', p_role: 'owner' }),
      },
    },
  },
  renew_tenant_invitation: {
    who: 'admins alone',
    args: ofInvitation,
    mixed: ({ tenant }, { invitation }) => ({ p_tenant_id: tenant, p_invitation_id: invitation }),
  },
  revoke_tenant_invitation: {
    who: 'admins alone',
    args: ofInvitation,
    passes: 'nothing',
    mixed: ({ tenant }, { invitation }) => ({ p_tenant_id: tenant, p_invitation_id: invitation }),
  },
  list_tenant_invitations: { who: 'admins alone', args: ({ tenant }) => ({ p_tenant_id: tenant }) },
  list_tenant_members: { who: 'members', args: ({ tenant }) => ({ p_tenant_id: tenant }) },
  accept_tenant_invitation: {
    who: 'the member',
    args: () => ({ p_token: 'slinv_acme' }),
    others: 'refused: invitation_for_another_address',
  },
  update_s3_integration: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_changes: { name: 'renamed' } }),
    passes: 'nothing',
  },
  start_s3_integration: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_start: { override: { reason: 'x' } } }),
    passes: 'nothing',
  },
  delete_s3_integration: { who: 'admins alone', args: ofIntegration, passes: 'nothing' },
  set_s3_detection_mode: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_mode: 'poll' }),
    passes: 'nothing',
  },
  set_s3_folder_rule: {
    who: 'admins alone',
    args: ({ integration }) => ({
      p_integration_id: integration,
      p_prefix: 'in/fr/',
      p_rule: { language: 'fr' },
    }),
    passes: 'nothing',
  },
  delete_s3_folder_rule: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_prefix: 'in/de/' }),
    passes: 'nothing',
  },
  finish_credential_rotation: { who: 'admins alone', args: ofIntegration, passes: 'refused: no_rotation' },
  cancel_credential_rotation: { who: 'admins alone', args: ofIntegration, passes: 'refused: no_rotation' },
  end_event_secret_overlap: { who: 'admins alone', args: ofIntegration, passes: 'nothing' },
  cancel_s3_dry_run: { who: 'admins alone', args: ofIntegration, passes: 'nothing' },
  set_integration_notification_target: {
    who: 'admins alone',
    args: ({ integration, target }) => ({ p_integration_id: integration, p_target_id: target }),
    passes: 'nothing',
    mixed: ({ integration }, { target }) => ({ p_integration_id: integration, p_target_id: target }),
    mixedIs: 'refused: invalid_request',
  },
  delete_notification_target: {
    who: 'admins alone',
    args: ({ target }) => ({ p_target_id: target }),
    passes: 'nothing',
  },
  replay_notification: {
    who: 'admins alone',
    args: ({ target, delivery }) => ({ p_target_id: target, p_delivery_id: delivery }),
    passes: 'nothing',
    mixed: ({ target }, { delivery }) => ({ p_target_id: target, p_delivery_id: delivery }),
  },
  preview_s3_replay: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_states: ['written_back'] }),
  },
  create_s3_replay: {
    who: 'admins alone',
    args: ({ integration, object }) => ({
      p_integration_id: integration,
      p_replay_id: object,
      p_as_of: new Date().toISOString(),
      p_expected_objects: 1,
      p_states: ['written_back'],
    }),
  },
  cancel_s3_replay: {
    who: 'admins alone',
    args: ({ integration, replay }) => ({ p_integration_id: integration, p_replay_id: replay }),
    passes: 'nothing',
    mixed: ({ integration }, { replay }) => ({ p_integration_id: integration, p_replay_id: replay }),
  },
  ledger: {
    who: 'members',
    args: () => ({}),
    path: ({ integration }) => `/s3_integrations?select=ledger&id=eq.${integration}`,
    others: 'nothing',
  },
  s3_integration_ledger: { who: 'members', args: ofIntegration, others: 'nothing' },
  s3_accessibility_scores: { who: 'members', args: ofIntegration, others: 'nothing' },
  s3_integration_usage_summary: { who: 'members and support', args: ofIntegration },
  s3_integration_credentials: { who: 'members', args: ofIntegration, others: 'nothing' },
  list_s3_objects: {
    who: 'members',
    args: ({ integration }) => ({ p_integration_id: integration, p_limit: 10 }),
    others: 'nothing',
  },
  list_s3_duplicates: {
    who: 'members',
    args: ({ integration }) => ({ p_integration_id: integration, p_limit: 10 }),
  },
  list_audit_events: { who: 'admins', args: ({ tenant }) => ({ p_tenant_id: tenant }) },
  open_support_access: {
    who: 'support',
    args: ({ tenant }) => ({ p_tenant_id: tenant, p_reason: 'They asked.' }),
  },
  support_list_audit_events: { who: 'support', args: ({ tenant }) => ({ p_tenant_id: tenant }) },
  support_list_integrations: { who: 'support', args: () => ({}) },
  support_list_logs: { who: 'support', args: ofIntegration },
  support_usage_summary: { who: 'support', args: () => ({}) },
  list_reseals: { who: 'support', args: () => ({}) },
  read_reseal: { who: 'support', args: ({ run }) => ({ p_run_id: run }) },
};

/** Called by the engine for a user it names; the function asks whether that user may. Users themselves are denied them. */
export const ACTOR_FUNCTIONS: Readonly<Record<string, FunctionExpectation>> = {
  require_tenant_admin: {
    who: 'admins alone',
    args: ({ tenant }) => ({ p_tenant_id: tenant }),
    passes: 'nothing',
  },
  create_s3_integration: {
    who: 'admins alone',
    args: ({ tenant, run }) => ({
      p_integration: {
        id: run,
        tenantId: tenant,
        name: 'one more',
        provider: 'generic',
        bucket: 'another',
        region: 'auto',
        endpoint: 'https://s3.example.test',
        addressingStyle: 'path',
        inputPrefix: 'in/',
        outputPrefix: 'out/',
        overwritePolicy: 'reprocess',
      },
      p_credentials: null,
    }),
  },
  get_s3_integration_with_secrets: { who: 'admins alone', args: ofIntegration },
  get_s3_result: {
    who: 'members alone',
    args: ({ integration, object }) => ({
      p_integration_id: integration,
      p_object_id: object,
      p_kind: 'pdf',
    }),
    passes: 'refused: result_not_written',
  },
  get_s3_integration_for_edit: { who: 'admins alone', args: ofIntegration },
  edit_s3_integration: {
    who: 'admins alone',
    args: ({ integration }) => ({
      p_integration_id: integration,
      p_connection: {},
      p_settings: {},
      p_credentials: null,
      p_access_key_hint: null,
      p_revision: 0,
    }),
    passes: 'refused: edit_conflict',
  },
  begin_credential_rotation: { who: 'admins alone', args: ofIntegration },
  stage_s3_credentials: {
    who: 'admins alone',
    args: ({ integration }) => ({
      p_integration_id: integration,
      p_credentials: { version: 0 },
      p_hint: 'HINT',
      p_keep_old_hours: 1,
      p_configuration: '',
    }),
    passes: 'refused: rotation_in_progress',
  },
  swap_s3_credentials: {
    who: 'admins alone',
    args: ({ rotation }) => ({ p_rotation_id: rotation, p_test: {}, p_in_flight_seconds: 1 }),
    passes: 'refused: conflict',
  },
  refuse_s3_credentials: {
    who: 'admins alone',
    args: ({ rotation }) => ({ p_rotation_id: rotation, p_test: {} }),
    passes: 'refused: conflict',
  },
  begin_event_secret: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_exists: false }),
  },
  add_event_secret: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_secret: { version: 0 } }),
    passes: 'refused: conflict',
  },
  begin_s3_event_test: {
    who: 'admins alone',
    args: ({ integration }) => ({ p_integration_id: integration, p_kind: 'probe' }),
    passes: 'refused: mode_mismatch',
  },
  start_s3_dry_run: {
    who: 'admins alone',
    args: ofIntegration,
    passes: 'refused: dry_run_running',
  },
  create_notification_target: {
    who: 'admins alone',
    args: ({ tenant, run }) => ({
      p_target: { tenantId: tenant, id: run, name: 'one more', url: 'https://hooks.example.test/' },
      p_secret: {
        version: 1,
        formatVersion: 1,
        keyId: 'local',
        kmsKeyVersion: 1,
        dataKeyCiphertext: `\\x${'ab'.repeat(60)}`,
        secretCiphertext: `\\x${'cd'.repeat(90)}`,
      },
    }),
    passes: 'nothing',
  },
  get_notification_target: { who: 'admins alone', args: ({ target }) => ({ p_target_id: target }) },
  update_notification_target: {
    who: 'admins alone',
    args: ({ target }) => ({ p_target_id: target, p_changes: { name: 'renamed' } }),
    passes: 'nothing',
  },
  rotate_notification_secret: {
    who: 'admins alone',
    args: ({ target }) => ({ p_target_id: target, p_secret: { version: 0 }, p_overlap_seconds: 1 }),
    passes: 'refused: conflict',
  },
  note_r2_receiver: {
    who: 'admins alone',
    args: (world) => ({
      ...ofIntegration(world),
      p_action: 'deploy',
      p_account_id: '0'.repeat(32),
      p_outcome: 'begun',
      p_steps: null,
    }),
    passes: 'nothing',
  },
  begin_test_notification: {
    who: 'admins alone',
    args: ({ target }) => ({ p_target_id: target, p_lease_seconds: 60 }),
  },
};

/** Called by the engine for nobody in particular. Users are denied them. */
export const ENGINE_FUNCTIONS: readonly string[] = [
  // These two name a user for the audit only: the engine has asked before, with get_s3_integration_with_secrets and as support.
  'record_s3_connection_test',
  'begin_reseal',
  'begin_dry_run',
  'begin_notifications',
  'begin_poll',
  'begin_processing',
  'begin_writeback',
  'check_s3_ledger',
  'claim_due_dry_runs',
  'claim_due_notification_targets',
  'claim_due_objects',
  'claim_due_polls',
  'claim_due_reseal',
  'claim_reseal',
  'complete_poll',
  'complete_processing',
  'complete_writeback',
  'due_s3_event_tests',
  'end_notifications',
  'end_reseal_pass',
  'end_s3_event_test',
  'fail_dry_run',
  'fail_poll',
  'fold_s3_usage',
  'get_event_secrets',
  'get_s3_event_source',
  'next_reseal_batch',
  'note_s3_event_test',
  'notify_held_up',
  'prune_app_logs',
  'prune_idempotency_keys',
  'prune_notification_deliveries',
  'prune_s3_dry_runs',
  'prune_s3_event_deliveries',
  'prune_s3_usage',
  'record_event_secret_seen',
  'record_s3_calls',
  'record_s3_event_deliveries',
  'record_s3_events',
  'record_s3_objects',
  'record_s3_secret_use',
  'refuse_s3_events',
  'release_reseal',
  'revive_after_test',
  'roll_back_s3_credentials',
  'run_replay_batch',
  's3_integration_ledger',
  'save_dry_run',
  'save_poll_progress',
  'save_reseal_batch',
  'set_tenant_limit',
  'settle_attempt',
  'settle_changed_prefixes',
  'settle_deleted_integrations',
  'settle_notification',
  'sweep_s3_secrets',
  'write_app_logs',
];
