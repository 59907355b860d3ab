import type { ResealSecret } from '@sluice/core';
import { asSluiceError } from '@sluice/shared';
import { fromRow, toBytea, type Vault, VaultFailure, type VaultFailureReason } from '@sluice/vault';
import { rowOf } from '../sealed-row.ts';

/** What is wrong with one row. Every other reason is about the key, and the same for the next row. */
const OF_THE_ROW: ReadonlySet<VaultFailureReason> = new Set([
  'malformed',
  'unknown_format',
  'unknown_key',
  'not_authentic',
  'invalid_reference',
]);

/** The vault's reseal over rows of the database. */
export const resealSecrets =
  (vault: Vault): ResealSecret =>
  async (secret) => {
    const { tenantId, recordId, field, version } = secret;
    try {
      const { wrappedKey } = await vault.reseal(fromRow(rowOf(secret)), {
        tenantId,
        recordId,
        field,
        version,
      });
      return { isOk: true, dataKeyCiphertext: toBytea(wrappedKey) };
    } catch (thrown) {
      const { cause } = asSluiceError(thrown);
      if (cause instanceof VaultFailure && OF_THE_ROW.has(cause.reason)) {
        return { isOk: false, reason: cause.reason };
      }
      throw thrown;
    }
  };
