import type { EventSource, VerifyDelivery } from '@sluice/core';
import { fromRow, revealText, type Vault } from '@sluice/vault';
import { claimOf } from './schemes.ts';

const FIELD = 'event_secret';

/** Proves nothing, at the same cost. */
const NO_SECRET = `whsec_${btoa('there is no secret of this name..')}`;

/** Verifies deliveries with the secrets the vault opens. Every valid secret is tried, whichever fits. */
export const deliveryVerifier = (vault: Vault): VerifyDelivery => {
  const open = opener(vault);
  return async (source, delivery) => {
    const claim = claimOf(delivery);
    const secrets =
      source === null ? [] : await Promise.all(source.eventSecrets.map((one) => open(source, one)));
    const proven = await Promise.all(
      (secrets.length === 0 ? [{ version: 0, secret: NO_SECRET }] : secrets).map(
        async ({ version, secret }) => ({ version, isProven: (await claim?.isProvenBy(secret)) ?? false }),
      ),
    );
    const first = proven.find(({ version, isProven }) => isProven && version > 0);
    if (claim === null || first === undefined) return null;
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
