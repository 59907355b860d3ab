import { type ResealContext, type ResealLedger, runReseal } from '@sluice/core';
import { createResealLedger, createServiceClient } from '@sluice/db';
import { createTenant, type Stack } from '@sluice/testkit';
import {
  createVault,
  fromRow,
  type KeyWrapper,
  revealFields,
  type SealedSecretRow,
  toRow,
} from '@sluice/vault';
import { resealSecrets } from '../../src/reseals/reseal-secrets.ts';

/** Secrets of one database of the test's own: a run takes all that are there. */
export const secretsOf = (stack: Stack) => {
  const refOf = (tenantId: string, recordId: string, version = 1) => ({
    tenantId,
    recordId,
    field: 'credentials',
    version,
  });

  const add = async (wrapper: KeyWrapper, tenantId: string, text: string): Promise<string> => {
    const recordId = crypto.randomUUID();
    const row = toRow(await createVault({ wrapper }).seal({ secret: text }, refOf(tenantId, recordId)));
    await stack.sql.query(`select private.add_sealed_secret($1, 's3_integration', $2, 'credentials', $3)`, [
      tenantId,
      recordId,
      {
        version: 1,
        formatVersion: row.format_version,
        keyId: row.key_id,
        kmsKeyVersion: row.kms_key_version,
        dataKeyCiphertext: row.data_key_ciphertext,
        secretCiphertext: row.secret_ciphertext,
      },
    ]);
    return recordId;
  };

  const rowOf = async (recordId: string): Promise<SealedSecretRow & { tenant_id: string }> => {
    const { rows } = await stack.sql.query<SealedSecretRow & { tenant_id: string }>(
      `select tenant_id, format_version, key_id, kms_key_version, data_key_ciphertext::text, secret_ciphertext::text
       from private.sealed_secrets where record_id = $1`,
      [recordId],
    );
    if (rows[0] === undefined) throw new Error(`no secret of ${recordId}`);
    return rows[0];
  };

  return {
    add,
    rowOf,
    /** One tenant with so many secrets, `text-0` onwards. */
    addMany: async (wrapper: KeyWrapper, count: number) => {
      const { id: tenantId, owner } = await createTenant(stack);
      const ids = await Promise.all(
        Array.from({ length: count }, (_, n) => add(wrapper, tenantId, `text-${n}`)),
      );
      return { tenantId, owner, ids };
    },
    open: async (wrapper: KeyWrapper, recordId: string): Promise<string | undefined> => {
      const row = await rowOf(recordId);
      const secret = await createVault({ wrapper }).open(fromRow(row), refOf(row.tenant_id, recordId));
      return revealFields(secret)['secret'];
    },
    /** Past the trigger, as somebody who has the database would. */
    overwrite: async (recordId: string, dataKeyCiphertext: string): Promise<void> => {
      const client = await stack.sql.connect();
      await client.query('begin');
      await client.query(`select set_config('sluice.resealing', 'on', true)`);
      await client.query(
        'update private.sealed_secrets set data_key_ciphertext = $2::text::bytea where record_id = $1',
        [recordId, dataKeyCiphertext],
      );
      await client.query('commit');
      client.release();
    },
    keys: async (): Promise<Record<string, number>> => {
      const { rows } = await stack.sql.query<{ key: string; n: number }>(
        `select key_id || '/' || kms_key_version as key, count(*)::int as n from private.sealed_secrets group by 1`,
      );
      return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
    },
    clear: async (): Promise<void> => {
      await stack.sql.query('delete from private.sealed_secrets');
      await stack.sql.query('delete from private.reseal_runs');
    },
    runs: async () =>
      (
        await stack.sql.query<{
          id: string;
          status: string;
          resealed: number;
          pass: number;
          held: string | null;
        }>(
          `select id, status, resealed_rows::int as resealed, pass, held_up_by as held from private.reseal_runs order by created_at`,
        )
      ).rows,
  };
};

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const ledgerOf = (stack: Stack): ResealLedger =>
  createResealLedger(createServiceClient(stack.supabaseUrl, stack.secretKey));

/** The verb as the engine wires it, with small batches. */
export const contextOf = (
  stack: Stack,
  wrapper: KeyWrapper,
  changes: Partial<Omit<ResealContext, 'settings'>> = {},
): ResealContext => ({
  ledger: ledgerOf(stack),
  target: wrapper.current,
  reseal: resealSecrets(createVault({ wrapper })),
  clock: { now: () => Date.now() },
  log: silent,
  settings: { batch: 10, concurrency: 4, leaseSeconds: 60, budgetMs: 60_000 },
  ...changes,
});

/** Begins a run towards the wrapper's key and works on it to its end. */
export const reseal = async (stack: Stack, wrapper: KeyWrapper): Promise<string> => {
  const context = contextOf(stack, wrapper);
  await context.ledger.begin(crypto.randomUUID(), wrapper.current);
  return runReseal(context);
};
