import type { components } from '../../app/api.ts';

export type AuditEvent = components['schemas']['AuditEvent'];

/** Kinds of records of a tenant, as people call them. */
export const RECORD_NAMES: Readonly<Record<string, string>> = {
  s3_integrations: 'integration',
  s3_integration_folder_rules: 'folder rule',
  s3_dry_runs: 'dry run',
  s3_replays: 'replay',
  s3_credential_rotations: 'rotation of credentials',
  s3_event_tests: 'test of events',
  s3_r2_receivers: 'R2 event receiver',
  sealed_secrets: 'stored secret',
  notification_targets: 'notification target',
  notification_deliveries: 'notification',
  tenants: 'tenant',
  tenant_members: 'member',
  tenant_invitations: 'invitation',
  tenant_limits: 'limit',
  support_accesses: 'access of support',
  audit_events: 'audit',
  app_logs: 'log',
  s3_usage: 'usage',
};

const VERBS: Readonly<Record<string, string>> = {
  insert: 'Added',
  update: 'Changed',
  delete: 'Deleted',
  test: 'Tested',
  replay: 'Sent again',
  deploy: 'Deployed',
  remove: 'Removed',
  open: 'Opened',
  read: 'Read',
};

const FIELDS: Readonly<Record<string, string>> = {
  role_arn: 'Role ARN',
  url: 'URL',
  access_key_hint: 'Access key',
  kms_key_version: 'KMS key version',
  key_id: 'Key id',
  start_from: 'Starts from',
  notification_target_id: 'Notification target',
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A column, or a field of the API, as a label: `input_prefix` and `inputPrefix` are "Input prefix". */
export const fieldLabel = (name: string): string =>
  FIELDS[name] ??
  capital(
    name
      .replaceAll('_', ' ')
      .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
      .replace(/ id$/, ''),
  );

export interface EventWords {
  /** "Changed", "Added". */
  readonly verb: string;
  /** "integration", "folder rule". */
  readonly noun: string;
  /** What people call the record, where that is known. */
  readonly name: string | null;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The field that names a record of each kind. */
const NAMING: Readonly<Record<string, string>> = {
  s3_integrations: 'name',
  notification_targets: 'name',
  tenants: 'name',
  s3_integration_folder_rules: 'prefix',
  support_accesses: 'reason',
  tenant_invitations: 'email',
};

/**
 * An event in words.
 *
 * @param nameOf what a record is called now, by its id; null when it is not known.
 */
export const wordsOf = (event: AuditEvent, nameOf: (id: string) => string | null): EventWords => {
  const { action, recordType, recordId, before, after } = event;
  const naming = NAMING[recordType];
  const own = naming === undefined ? null : (textOf(after?.[naming]) ?? textOf(before?.[naming]));
  const parent = textOf(after?.['integration_id']) ?? textOf(before?.['integration_id']);
  return {
    verb: VERBS[action] ?? capital(action.replaceAll('_', ' ')),
    noun: RECORD_NAMES[recordType] ?? recordType.replaceAll('_', ' '),
    // An id may stand within one of several parts.
    name: own ?? recordId.split('/').map(nameOf).find(Boolean) ?? (parent === null ? null : nameOf(parent)),
  };
};

export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** What an event changed, field by field. What was and stays empty is left out. */
export const changesOf = ({ before, after }: AuditEvent): readonly Change[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }))
    .filter((change) => !isNothing(change.before) || !isNothing(change.after));
