import { type Bytes, toUtf8 } from './bytes.ts';
import { VaultFailure } from './failure.ts';

/** Which secret this is. A sealed secret opens under the very reference it was sealed under, and no other. */
export interface SecretRef {
  readonly tenantId: string;
  /** The row that owns the secret: an integration's id, a storage config's id. */
  readonly recordId: string;
  /** What it is on that row: `credentials`, `event_secret`. */
  readonly field: string;
  /** Version of the secret (not of the key), from 1; a rotation is a new version. */
  readonly version: number;
}

/** The `int` columns are Postgres int4. */
const MAX_VERSION = 2_147_483_647;

/** Whether `value` is a version: an integer from 1 to {@link MAX_VERSION}. */
export const isVersion = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_VERSION;

const NAME = /^[A-Za-z0-9_.:-]{1,128}$/;

/** @throws VaultFailure `invalid_reference` */
export const checkRef = (ref: SecretRef): void => {
  for (const part of ['tenantId', 'recordId', 'field'] as const) {
    const value: unknown = ref[part];
    if (typeof value !== 'string' || !NAME.test(value)) {
      throw new VaultFailure('invalid_reference', `${part} must be 1 to 128 of A-Z a-z 0-9 _ . : -`);
    }
  }
  if (!isVersion(ref.version)) {
    throw new VaultFailure('invalid_reference', `version must be an integer from 1 to ${MAX_VERSION}`);
  }
};

/**
 * Additional authenticated data. A JSON array: one reference has one encoding, and no two references share one. The
 * purpose keeps a wrapped data key from passing as a sealed secret and back; the number is the layout's version.
 */
export const additionalData = (purpose: 'secret' | 'data-key', ref: SecretRef): Bytes =>
  toUtf8(JSON.stringify(['sluice.vault', purpose, 1, ref.tenantId, ref.recordId, ref.field, ref.version]));

/** The same four as a KMS encryption context. AWS records it in CloudTrail in clear, so ids only. */
export const encryptionContext = (ref: SecretRef): Readonly<Record<string, string>> => ({
  tenant: ref.tenantId,
  record: ref.recordId,
  field: ref.field,
  version: String(ref.version),
});
