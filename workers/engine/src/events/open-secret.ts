import type { EventSource } from '@sluice/core';
import { fromRow, revealText, type Vault } from '@sluice/vault';

const FIELD = 'event_secret';

interface OpenedSecret {
  readonly version: number;
  readonly secret: string;
}

const MAX_OPENED = 1_000;

/**
 * Opens secrets, and remembers those opened last by what was sealed: whoever floods an address must not make us ask the key
 * service every time. Which versions are valid is the database's word at each delivery.
 */
export const eventSecretOpener = (vault: Vault) => {
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
