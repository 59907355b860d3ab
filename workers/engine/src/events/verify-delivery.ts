import type { SealedRecord, VerifyDelivery } from '@sluice/core';
import type { Vault } from '@sluice/vault';
import { eventSecretOpener } from './open-secret.ts';
import { claimOf } from './schemes.ts';

/** Proves nothing, at the same cost. */
const NO_SECRET = `whsec_${btoa('there is no secret of this name..')}`;

/** Verifies deliveries with the secrets the vault opens. Every valid secret is tried, whichever fits. */
export const deliveryVerifier = (vault: Vault): VerifyDelivery => {
  const openOf = eventSecretOpener(vault);
  return async (source, delivery) => {
    const open = (sealed: SealedRecord) => {
      if (source === null) throw new Error('there is nothing to open');
      return openOf(source, sealed);
    };
    const claim = claimOf(delivery);
    const prove = async (sealed: SealedRecord) => {
      const { version, secret } = await open(sealed);
      return { version, isProven: (await claim?.isProvenBy(secret)) ?? false };
    };
    const [valid, retired] = await Promise.all([
      Promise.all((source?.eventSecrets ?? []).map(prove)),
      // One that cannot be opened any more proves nothing, and must not refuse what the present one proves.
      Promise.allSettled((source?.retiredSecrets ?? []).map(prove)),
      // At the same cost where there is nothing to prove it by.
      (source?.eventSecrets ?? []).length === 0 ? claim?.isProvenBy(NO_SECRET) : undefined,
    ]);
    if (claim === null) return null;
    const first = valid.find(({ isProven }) => isProven);
    if (first === undefined)
      return retired.some((one) => one.status === 'fulfilled' && one.value.isProven) ? 'retired' : null;
    const { deliveryId, signedAtSeconds } = claim;
    return { secretVersion: first.version, deliveryId, signedAtSeconds };
  };
};
