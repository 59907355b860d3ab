import { createKmsClient } from '@sluice/aws';
import { type ResealLedger, runReseal } from '@sluice/core';
import { startTemporaryStack } from '@sluice/testkit';
import { startFakeKms } from '@sluice/testkit/fake-kms';
import { combineWrappers, createAwsKmsWrapper, createLocalWrapper, newKeyring } from '@sluice/vault';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { contextOf, ledgerOf, reseal, secretsOf } from './world.ts';

/** A database of its own: a reseal is about every secret there is. */
const stack = await startTemporaryStack({ workers: false, buckets: [] });
afterAll(() => stack.stop());
const secrets = secretsOf(stack);
beforeEach(() => secrets.clear());

const keyrings = () => {
  const keyring = newKeyring();
  return { old: createLocalWrapper(keyring), next: createLocalWrapper(newKeyring(keyring)) };
};

describe('a reseal', () => {
  test('moves every secret to the new key, leaves each as it was, and twice is once', async () => {
    const { old, next } = keyrings();
    const { ids } = await secrets.addMany(old, 25);
    const before = await Promise.all(ids.map(secrets.rowOf));
    expect(await reseal(stack, next)).toBe('completed');
    expect(await secrets.keys()).toEqual({ 'local/2': 25 });
    const after = await Promise.all(ids.map(secrets.rowOf));
    expect(after.map((row) => row.secret_ciphertext)).toEqual(before.map((row) => row.secret_ciphertext));
    for (const [n, id] of ids.entries()) expect(await secrets.open(next, id)).toBe(`text-${n}`);
    expect(await reseal(stack, next)).toBe('completed');
    expect(await Promise.all(ids.map(secrets.rowOf))).toEqual(after);
    expect((await secrets.runs()).map(({ resealed }) => resealed)).toEqual([25, 0]);
  });

  test('goes on where a killed worker stopped, and the killed one can do no harm when it comes back', async () => {
    const { old, next } = keyrings();
    const { ids } = await secrets.addMany(old, 45);
    const ledger = ledgerOf(stack);
    await ledger.begin(crypto.randomUUID(), next.current);
    // The third batch never gets saved: that is where the worker is killed.
    let saves = 0;
    let late: (() => Promise<number | null>) | undefined;
    await new Promise<void>((resolve) => {
      const dying: ResealLedger = {
        ...ledger,
        save: (...batch) => {
          saves += 1;
          if (saves < 3) return ledger.save(...batch);
          late = () => ledger.save(...batch);
          resolve();
          return new Promise(() => undefined);
        },
      };
      void runReseal(contextOf(stack, next, { ledger: dying }));
    });
    expect(await secrets.keys()).toEqual({ 'local/1': 25, 'local/2': 20 });
    // While its lease runs nobody else takes over, and no message is sent for it.
    expect(await runReseal(contextOf(stack, next))).toBe('waiting');
    expect(await ledger.claimDue()).toBeNull();
    await stack.sql.query(`update private.reseal_runs set lease_expires_at = now(), hinted_at = null`);
    expect(await ledger.claimDue()).not.toBeNull();
    expect(await runReseal(contextOf(stack, next))).toBe('completed');
    expect(await late?.()).toBeNull();
    expect(await secrets.keys()).toEqual({ 'local/2': 45 });
    expect(await secrets.runs()).toMatchObject([{ status: 'completed', resealed: 45, pass: 1 }]);
    for (const [n, id] of ids.entries()) expect(await secrets.open(next, id)).toBe(`text-${n}`);
  });

  test('stops when its time is up and goes on from there', async () => {
    const { old, next } = keyrings();
    await secrets.addMany(old, 25);
    const ledger = ledgerOf(stack);
    await ledger.begin(crypto.randomUUID(), next.current);
    let now = 0;
    const clock = { now: () => (now += 20_000) };
    expect(await runReseal(contextOf(stack, next, { clock }))).toBe('unfinished');
    const { 'local/1': left = 0 } = await secrets.keys();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(25);
    expect(await runReseal(contextOf(stack, next))).toBe('completed');
  });

  test('carries on past rows that do not open, names them, and succeeds once they are gone', async () => {
    const { old, next } = keyrings();
    const { ids, tenantId } = await secrets.addMany(old, 25);
    const [damaged = '', swappedA = '', swappedB = '', foreign = ''] = ids;
    const wrapping = async (id: string) => (await secrets.rowOf(id)).data_key_ciphertext;
    const whole = await wrapping(damaged);
    await secrets.overwrite(damaged, `${whole.slice(0, -2)}${whole.endsWith('00') ? 'ff' : '00'}`);
    const [a, b] = [await wrapping(swappedA), await wrapping(swappedB)];
    await secrets.overwrite(swappedA, b);
    await secrets.overwrite(swappedB, a);
    await secrets.overwrite(foreign, '\\x00112233445566778899aabbccddeeff00112233445566778899aabbcc');
    expect(await reseal(stack, next)).toBe('incomplete');
    expect(await secrets.keys()).toEqual({ 'local/1': 4, 'local/2': 21 });
    const { rows } = await stack.sql.query(
      `select record_id, tenant_id, field, version, reason from private.reseal_failures`,
    );
    expect(rows.map((row) => String(row.record_id)).toSorted()).toEqual(
      [damaged, swappedA, swappedB, foreign].toSorted(),
    );
    for (const row of rows) {
      expect(row).toMatchObject({ tenant_id: tenantId, field: 'credentials', version: 1 });
      expect(row.reason).toBe(row.record_id === foreign ? 'malformed' : 'not_authentic');
    }
    await stack.sql.query('delete from private.sealed_secrets where record_id = any ($1)', [
      [damaged, swappedA, swappedB, foreign],
    ]);
    expect(await reseal(stack, next)).toBe('completed');
  });

  test('does not mend what was swapped: after it, swapped rows still do not open', async () => {
    const { old, next } = keyrings();
    const { ids } = await secrets.addMany(old, 2);
    await reseal(stack, next);
    const [a = '', b = ''] = ids;
    const [ofA, ofB] = [await secrets.rowOf(a), await secrets.rowOf(b)];
    await secrets.overwrite(a, ofB.data_key_ciphertext);
    await secrets.overwrite(b, ofA.data_key_ciphertext);
    for (const id of ids)
      await expect(secrets.open(next, id)).rejects.toMatchObject({ code: 'vault_unavailable' });
  });

  test('fails no reader', async () => {
    const { old, next } = keyrings();
    const { ids } = await secrets.addMany(old, 100);
    const over = new AbortController();
    let reads = 0;
    const reader = async () => {
      while (!over.signal.aborted) {
        const n = reads % ids.length;
        reads += 1;
        expect(await secrets.open(next, ids[n] ?? '')).toBe(`text-${n}`);
      }
    };
    const readers = Promise.all([reader(), reader(), reader()]);
    // However fast the reseal is, they are at it before it begins, and each has read once more after it.
    await Promise.race([readers, vi.waitUntil(() => reads > 10, { timeout: 60_000 })]);
    expect(await reseal(stack, next)).toBe('completed');
    const readsThen = reads;
    await Promise.race([readers, vi.waitUntil(() => reads > readsThen + 3, { timeout: 60_000 })]);
    over.abort();
    await readers;
  });

  test('finds what a straggler sealed by the old key behind its back', async () => {
    const { old, next } = keyrings();
    const { tenantId } = await secrets.addMany(old, 15);
    const ledger = ledgerOf(stack);
    await ledger.begin(crypto.randomUUID(), next.current);
    let isAdded = false;
    const endPass: ResealLedger['endPass'] = async (lease) => {
      if (!isAdded) await secrets.add(old, tenantId, 'late');
      isAdded = true;
      return ledger.endPass(lease);
    };
    expect(await runReseal(contextOf(stack, next, { ledger: { ...ledger, endPass } }))).toBe('completed');
    expect(await secrets.keys()).toEqual({ 'local/2': 16 });
    expect(await secrets.runs()).toMatchObject([{ pass: 2, resealed: 16 }]);
  });

  test('does not overwrite a wrapping that has changed since it was read', async () => {
    const { old, next } = keyrings();
    const { ids } = await secrets.addMany(old, 3);
    const [id = ''] = ids;
    const ledger = ledgerOf(stack);
    await ledger.begin(crypto.randomUUID(), next.current);
    const newer = '\\x00112233445566778899aabbccddeeff00112233445566778899aabbcc';
    let saves = 0;
    const save: ResealLedger['save'] = async (...batch) => {
      saves += 1;
      if (saves === 1) await secrets.overwrite(id, newer);
      return ledger.save(...batch);
    };
    expect(await runReseal(contextOf(stack, next, { ledger: { ...ledger, save } }))).toBe('incomplete');
    expect((await secrets.rowOf(id)).data_key_ciphertext).toBe(newer);
    expect(await secrets.keys()).toEqual({ 'local/1': 1, 'local/2': 2 });
  });

  test('is not done by a worker that wraps with another key, and a newer one takes its place', async () => {
    const keyring = newKeyring();
    const second = newKeyring(keyring);
    const [one, two, three] = [keyring, second, newKeyring(second)].map((text) => createLocalWrapper(text));
    if (one === undefined || two === undefined || three === undefined) throw new Error('three keyrings');
    await secrets.addMany(one, 5);
    const ledger = ledgerOf(stack);
    const first = await ledger.begin(crypto.randomUUID(), two.current);
    expect(await ledger.begin(crypto.randomUUID(), two.current)).toBe(first);
    expect(await runReseal(contextOf(stack, three))).toBe('waiting');
    expect(await ledger.begin(crypto.randomUUID(), three.current)).not.toBe(first);
    expect(await runReseal(contextOf(stack, two))).toBe('waiting');
    expect(await runReseal(contextOf(stack, three))).toBe('completed');
    expect(await secrets.keys()).toEqual({ 'local/3': 5 });
    expect((await secrets.runs()).map(({ status }) => status)).toEqual(['superseded', 'completed']);
  });
});

describe('between the keyring and AWS KMS', () => {
  const kmsOf = async () => {
    const fake = await startFakeKms();
    const kms = createKmsClient({
      credentials: fake.identity,
      region: fake.region,
      endpoint: fake.url,
      egress: { mode: 'allow-loopback' },
    });
    return { fake, kms, keyArn: fake.keys.createKey() };
  };

  test('moves there, to another KMS key, and back', async () => {
    const { fake, kms, keyArn } = await kmsOf();
    const local = createLocalWrapper(newKeyring());
    const remote = createAwsKmsWrapper({ kms, keyArn });
    const other = fake.keys.createKey();
    const { ids } = await secrets.addMany(local, 12);
    expect(await reseal(stack, combineWrappers(remote, local))).toBe('completed');
    expect(await secrets.keys()).toEqual({ [`${keyArn}/1`]: 12 });
    const rotated = createAwsKmsWrapper({ kms, keyArn: other, formerKeyArns: [keyArn] });
    expect(await reseal(stack, rotated)).toBe('completed');
    expect(await secrets.keys()).toEqual({ [`${other}/1`]: 12 });
    expect(await reseal(stack, combineWrappers(local, rotated))).toBe('completed');
    expect(await secrets.keys()).toEqual({ 'local/1': 12 });
    for (const [n, id] of ids.entries()) expect(await secrets.open(local, id)).toBe(`text-${n}`);
    await fake.close();
  });

  test('waits while KMS is in trouble, says so, and blames no row', async () => {
    const { fake, kms, keyArn } = await kmsOf();
    const local = createLocalWrapper(newKeyring());
    await secrets.addMany(local, 12);
    const to = combineWrappers(createAwsKmsWrapper({ kms, keyArn }), local);
    fake.trouble(
      ...Array.from(
        { length: 60 },
        () => ({ kind: 'error', type: 'DisabledException', status: 400 }) as const,
      ),
    );
    expect(await reseal(stack, to)).toBe('waiting');
    expect(await secrets.runs()).toMatchObject([{ status: 'running', held: 'vault_unavailable' }]);
    expect((await stack.sql.query('select 1 from private.reseal_failures')).rows).toEqual([]);
    fake.trouble();
    await fake.close();
    const again = await kmsOf();
    const back = combineWrappers(createAwsKmsWrapper({ kms: again.kms, keyArn: again.keyArn }), local);
    expect(await reseal(stack, back)).toBe('completed');
    await again.fake.close();
  });
});

describe('the table of sealed secrets', () => {
  test('lets a reseal change the wrapping and nothing else, and nobody else anything', async () => {
    await secrets.addMany(keyrings().old, 1);
    const refused = /append-only/;
    const change = async (set: string, isResealing: boolean) => {
      const client = await stack.sql.connect();
      try {
        await client.query('begin');
        if (isResealing) await client.query(`select set_config('sluice.resealing', 'on', true)`);
        await client.query(`update private.sealed_secrets set ${set}`);
      } finally {
        await client.query('rollback');
        client.release();
      }
    };
    for (const set of ['kms_key_version = 2', `data_key_ciphertext = decode(repeat('ab', 60), 'hex')`]) {
      await expect(change(set, false)).rejects.toThrow(refused);
      await change(set, true);
    }
    for (const set of [
      'version = 2',
      'tenant_id = gen_random_uuid()',
      'record_id = gen_random_uuid()',
      `secret_ciphertext = decode(repeat('ab', 60), 'hex')`,
      'format_version = 2',
      `created_at = now() - interval '1 day'`,
    ]) {
      await expect(change(`${set}, kms_key_version = 2`, true), set).rejects.toThrow(refused);
    }
  });
});
