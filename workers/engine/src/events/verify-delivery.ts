import type { EventSource, SealedRecord, VerifyDelivery } from '@sluice/core';
import { fromRow, revealText, type Vault } from '@sluice/vault';
import { claimOf } from './schemes.ts';

const FIELD = 'event_secret';

/** Proves nothing, at the same cost. */
const NO_SECRET = `whsec_${btoa('there is no secret of this name..')}`;

/** Verifies deliveries with the secrets the vault opens. Every valid secret is tried, whichever fits. */
export const deliveryVerifier = (vault: Vault): VerifyDelivery => {
  const openOf = opener(vault);
  return async (source, delivery) => {
    const open = (sealed: SealedRecord) => {
      if (source === null) throw new Error('there is nothing to open');
      return openOf(source, sealed);
    };
    const claim = claimOf(delivery);
    const proven = async (records: EventSource['eventSecrets']) =>
      Promise.all(
        records.map(async (sealed) => {
          const { version, secret } = await open(sealed);
          return { version, isProven: (await claim?.isProvenBy(secret)) ?? false };
        }),
      );
    const [valid, retired] = await Promise.all([
      proven(source?.eventSecrets ?? []),
      proven(source?.retiredSecrets ?? []),
      // At the same cost where there is nothing to prove it by.
      claim?.isProvenBy(NO_SECRET),
    ]);
    if (claim === null) return null;
    const first = valid.find(({ isProven }) => isProven);
    if (first === undefined) return retired.some(({ isProven }) => isProven) ? 'retired' : null;
    const { deliveryId, signedAtSeconds } = claim;
    return { secretVersion: first.version, deliveryId, signedAtSeconds };
  };
};

interface OpenedSecret {
  readonly version: number;
  readonly secret: string;
}

const MAX_OPENED = 1_000;

/**
 * Opens secrets, and remembers those opened last by what was sealed: whoever floods an address must not make us ask the key
 * service every time. Which versions are valid is the database's word at each delivery.
 */
const opener = (vault: Vault) => {
  const opened = new Map<string, OpenedSecret>();
  return async (
    { integration }: EventSource,
    sealed: EventSource['eventSecrets'][number],
  ): Promise<OpenedSecret> => {
    const name = `${integration.id}/${sealed.version}/${sealed.secretCiphertext}`;
    const known = opened.get(name);
    if (known !== undefined) return known;
    const row = {
      format_version: sealed.formatVersion,
      key_id: sealed.keyId,
      kms_key_version: sealed.kmsKeyVersion,
      data_key_ciphertext: sealed.dataKeyCiphertext,
      secret_ciphertext: sealed.secretCiphertext,
    };
    const ref = {
      tenantId: integration.tenantId,
      recordId: integration.id,
      field: FIELD,
      version: sealed.version,
    };
    const secret = { version: sealed.version, secret: revealText(await vault.open(fromRow(row), ref)) };
    const [oldest] = opened.keys();
    if (opened.size >= MAX_OPENED && oldest !== undefined) opened.delete(oldest);
    opened.set(name, secret);
    return secret;
  };
};
