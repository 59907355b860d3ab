import { createKmsClient } from '@sluice/aws';
import { expect, inject, test } from 'vitest';
import { createAwsKmsWrapper, createVault } from '../../src/index.ts';

const REF = { tenantId: 'ten_1', recordId: 'int_1', field: 'credentials', version: 1 };

test('seals and opens through KMS from inside workerd', async () => {
  expect(navigator.userAgent).toBe('Cloudflare-Workers');
  const { url, region, identity, keyArn } = inject('kms');
  const kms = createKmsClient({
    credentials: identity,
    region,
    endpoint: url,
    egress: { mode: 'allow-loopback' },
  });
  const vault = createVault({ wrapper: createAwsKmsWrapper({ kms, keyArn }) });
  const sealed = await vault.seal({ a: 'b' }, REF);
  expect((await vault.open(sealed, REF)).reveal()).toEqual({ a: 'b' });
  await expect(vault.open(sealed, { ...REF, field: 'other' })).rejects.toMatchObject({
    code: 'vault_unavailable',
    cause: { reason: 'not_authentic' },
  });
});
