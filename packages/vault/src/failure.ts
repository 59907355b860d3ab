import { SluiceError } from '@sluice/shared';

/**
 * Why the vault failed, for our logs. Never shown to a caller: told apart, these reasons would tell an attacker who can
 * write rows how far a forged one got.
 */
export type VaultFailureReason =
  | 'misconfigured'
  | 'invalid_reference'
  | 'invalid_plaintext'
  | 'malformed'
  | 'unknown_format'
  | 'unknown_key'
  | 'not_authentic'
  | 'kms_refused'
  | 'kms_unavailable';

/** The internal cause of a vault error. Its message holds names, versions and codes, never a secret or key material. */
export class VaultFailure extends Error {
  override readonly name = 'VaultFailure';
  readonly reason: VaultFailureReason;

  constructor(reason: VaultFailureReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

// Errors of other makers are dropped, not chained: nobody has checked what their messages quote.
const asFailure = (error: unknown): VaultFailure =>
  error instanceof VaultFailure
    ? error
    : new VaultFailure('kms_unavailable', `unexpected ${error instanceof Error ? error.name : typeof error}`);

/** The one error of a failed open. Same words for every cause; the cause is for our logs. */
export const cannotOpen = (error: unknown): SluiceError =>
  new SluiceError('vault_unavailable', { detail: 'the secret cannot be opened', cause: asFailure(error) });

/** The error of a failed seal: `internal` when our own caller passed nonsense, else `vault_unavailable`. */
export const cannotSeal = (error: unknown): SluiceError => {
  const cause = asFailure(error);
  return cause.reason === 'invalid_reference' || cause.reason === 'invalid_plaintext'
    ? new SluiceError('internal', { cause })
    : new SluiceError('vault_unavailable', { detail: 'the secret cannot be sealed', cause });
};

/** The error of a vault that cannot start. `problem` says what to mend and goes to the operator's log only. */
export const misconfigured = (problem: string): SluiceError =>
  new SluiceError('vault_unavailable', {
    detail: 'the vault is not configured correctly',
    cause: new VaultFailure('misconfigured', problem),
  });
