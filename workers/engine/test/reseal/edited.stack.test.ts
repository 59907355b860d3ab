import { type ResealLedger, runReseal } from '@sluice/core';
import { createTenant, startTemporaryStack } from '@sluice/testkit';
import { at, stringAt } from '@sluice/testkit/api-client';
import { FAKE_IDENTITY, startFakeS3 } from '@sluice/testkit/fake-s3';
import { addKey, createLocalWrapper, newKeyring, useKey } from '@sluice/vault';
import { afterAll, expect, test } from 'vitest';
import { contextOf, ledgerOf, secretsOf } from './world.ts';

/** Its engine knows both keys and wraps with the old one still: what it seals meanwhile, a reseal has to find. */
const both = addKey(newKeyring());
const stack = await startTemporaryStack({
  buckets: [],
  workers: { extraVars: { 'sluice-engine': { VAULT_KEYRING: both } } },
});
afterAll(() => stack.stop());

test('an edit of endpoint or bucket in the midst of a reseal voids what was entered, whatever the reseal has in hand', async (context) => {
  const [here, there] = await Promise.all([
    startFakeS3({ buckets: ['one', 'two'] }),
    startFakeS3({ buckets: ['one'] }),
  ]);
  context.onTestFinished(async () => {
    await Promise.all([here.stop(), there.stop()]);
  });
  const secrets = secretsOf(stack);
  const tenant = await createTenant(stack);
  const api = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${stack.apiUrl}/api/integrations/s3${path}`, {
      method,
      headers: { authorization: `Bearer ${tenant.owner.accessToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return JSON.parse(text);
  };
  const connect = async (name: string): Promise<string> => {
    const body = {
      tenantId: tenant.id,
      name,
      provider: 'generic',
      bucket: 'one',
      endpoint: here.endpoint,
      region: 'us-east-1',
      inputPrefix: `${name}/in/`,
      outputPrefix: `${name}/out/`,
      credentials: FAKE_IDENTITY,
    };
    return stringAt(await api('POST', '', body), 'id');
  };
  const [untouched, moved, reentered] = [
    await connect('untouched'),
    await connect('moved'),
    await connect('reentered'),
  ];
  /** Gives it credentials; what came of it. */
  const enter = async (id: string) =>
    at(await api('POST', `/${id}/credentials/rotation`, { credentials: FAKE_IDENTITY }), 'outcome');
  const tested = async (id: string) => at(await api('POST', `/${id}/test-connection`), 'outcome');
  const versions = async (id: string) => {
    const { rows } = await stack.sql.query<{ version: number; key: number }>(
      `select version, kms_key_version as key from private.sealed_secrets where record_id = $1 order by version`,
      [id],
    );
    return rows;
  };

  const next = createLocalWrapper(useKey(both, 2));
  const ledger = ledgerOf(stack);
  await ledger.begin(crypto.randomUUID(), next.current);
  let saves = 0;
  const save: ResealLedger['save'] = async (...batch) => {
    saves += 1;
    // Read and wrapped anew, not yet saved.
    if (saves === 1) {
      await api('PATCH', `/${moved}`, { bucket: 'two' });
      await api('PATCH', `/${reentered}`, { endpoint: there.endpoint });
      expect(await versions(moved)).toEqual([]);
      expect(await enter(reentered)).toBe('swapped');
      expect(await versions(reentered)).toEqual([{ version: 2, key: 1 }]);
    }
    return ledger.save(...batch);
  };
  expect(await runReseal(contextOf(stack, next, { ledger: { ...ledger, save } }))).toBe('completed');

  expect(saves).toBeGreaterThan(0);
  expect(await versions(moved)).toEqual([]);
  expect(await versions(untouched)).toEqual([{ version: 1, key: 2 }]);
  expect(await versions(reentered)).toEqual([{ version: 2, key: 2 }]);
  expect(await secrets.keys()).toEqual({ 'local/2': 2 });
  expect((await stack.sql.query('select 1 from private.reseal_failures')).rows).toEqual([]);
  expect(await tested(untouched)).toBe('passed');
  expect(await tested(reentered)).toBe('passed');
  expect(await tested(moved)).toBe('failed');
  expect(await enter(moved)).toBe('swapped');
  expect(await tested(moved)).toBe('passed');
});
