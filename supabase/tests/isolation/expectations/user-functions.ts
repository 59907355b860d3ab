import { type FunctionExpectation, ofIntegration, type Things } from './vocabulary.ts';

const ofInvitation = ({ tenant, invitation }: Things) => ({
  p_tenant_id: tenant,
  p_invitation_id: invitation,
});

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
    passes: 'refused: already_member',
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
