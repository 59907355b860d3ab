import * as z from 'zod';
import type { EngineCaller, EngineResult } from './rpc/engine-caller.ts';

/** A key-encryption key: `local` and a version of the keyring, or the ARN of a KMS key and 1. */
export const SealingKey = z.strictObject({ keyId: z.string(), kmsKeyVersion: z.int().positive() });

/** How many secrets a key wraps at this moment. A key that is not listed wraps none. */
export const SealingKeyUse = z.strictObject({ ...SealingKey.shape, rows: z.int().nonnegative() });

export const ResealStatus = z.enum(['running', 'completed', 'incomplete', 'superseded']);

export const Reseal = z.strictObject({
  id: z.uuid(),
  status: ResealStatus,
  /** The key everything moves to. */
  target: SealingKey,
  requestedBy: z.uuid().nullable(),
  /** Secrets on other keys when it began. */
  totalRows: z.int().nonnegative(),
  resealedRows: z.int().nonnegative(),
  /** Secrets that could not be opened and stay on their key. */
  failedRows: z.int().nonnegative(),
  /** Secrets on other keys, counted at this moment. */
  remainingRows: z.int().nonnegative(),
  /** Walks through the secrets, this one included. */
  pass: z.int().positive(),
  /** Error code of what stops it for now, e.g. `vault_unavailable`; tried again every minute. */
  heldUpBy: z.string().nullable(),
  createdAt: z.iso.datetime({ offset: true }),
  lastBatchAt: z.iso.datetime({ offset: true }).nullable(),
  endedAt: z.iso.datetime({ offset: true }).nullable(),
});
export type Reseal = z.infer<typeof Reseal>;

/** A secret that could not be opened, by name. */
export const ResealFailure = z.strictObject({
  secretId: z.uuid(),
  tenantId: z.uuid(),
  recordType: z.string(),
  recordId: z.uuid(),
  field: z.string(),
  version: z.int().positive(),
  /** `not_authentic`, `unknown_key`, `unknown_format` or `malformed`. */
  reason: z.string(),
  at: z.iso.datetime({ offset: true }),
});

export const ResealDetail = z.strictObject({
  ...Reseal.shape,
  keys: z.array(SealingKeyUse),
  /** The first hundred. */
  failures: z.array(ResealFailure),
});
export type ResealDetail = z.infer<typeof ResealDetail>;

/** The last twenty runs, newest first. */
export const ResealList = z.strictObject({ items: z.array(Reseal), keys: z.array(SealingKeyUse) });

/** What of it takes the key-encryption keys, so the engine. */
export interface ResealRpc {
  /** Begins a run towards the current key, or gives the one under way. For support; to others it does not exist. */
  startReseal(caller: EngineCaller): Promise<EngineResult<{ id: string }>>;
}
