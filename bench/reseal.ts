import { createIntegrationStore, createServiceClient } from '@sluice/db';
import { pollUntil, startTemporaryStack } from '@sluice/testkit';
import { createLocalWrapper, createVault, fromRow, newKeyring, revealFields } from '@sluice/vault';
import { print } from './support/report.ts';
import { seedSecrets } from './support/reseal/seed.ts';

/**
 * How fast every secret moves to a new key while others read: 50,000 secrets in a durable Postgres, resealed by the engine in
 * workerd as production does it (queue, service role, PostgREST), with readers opening secrets all the while. None of them may
 * fail, and none may be left on the old key. `node bench/reseal.ts [--json] [--rows=50000] [--readers=2]`
 */
const numberOf = (name: string, fallback: number): number => {
  const given = process.argv.find((argument) => argument.startsWith(`--${name}=`));
  return given === undefined ? fallback : Number(given.slice(name.length + 3));
};
const ROWS = numberOf('rows', 50_000);
const READERS = numberOf('readers', 2);
const TARGET = 5_000;

const before = newKeyring();
const after = newKeyring(before);
const stack = await startTemporaryStack({
  buckets: [],
  durable: true,
  workers: { extraVars: { 'sluice-engine': { VAULT_KEYRING: after } } },
});
try {
  const { owner, ids, secretOf } = await seedSecrets(stack, before, ROWS);
  const client = createServiceClient(stack.supabaseUrl, stack.secretKey);
  const store = createIntegrationStore(client);
  const vault = createVault({ wrapper: createLocalWrapper(after) });
  const reads = { ofOld: 0, ofNew: 0, failed: 0 };
  const over = new AbortController();
  const reader = async () => {
    while (!over.signal.aborted) {
      const index = Math.floor(Math.random() * ids.length);
      const recordId = ids[index] ?? '';
      try {
        const { integration, sealed } = await store.getWithSecrets(owner.id, recordId);
        const stored = sealed['credentials'];
        if (stored === undefined) throw new Error('no credentials');
        const row = {
          format_version: stored.formatVersion,
          key_id: stored.keyId,
          kms_key_version: stored.kmsKeyVersion,
          data_key_ciphertext: stored.dataKeyCiphertext,
          secret_ciphertext: stored.secretCiphertext,
        };
        const ref = { tenantId: integration.tenantId, recordId, field: 'credentials', version: 1 };
        const opened = revealFields(await vault.open(fromRow(row), ref));
        if (opened['secretAccessKey'] !== secretOf(index)) throw new Error('another secret');
        reads[stored.kmsKeyVersion === 1 ? 'ofOld' : 'ofNew'] += 1;
      } catch {
        reads.failed += 1;
      }
    }
  };
  const { rows: begun } = await stack.sql.query<{ id: string }>(
    `select public.begin_reseal(null, 'local', 2) as id`,
  );
  await stack.sql.query('update private.reseal_runs set hinted_at = null');
  const readers = Array.from({ length: READERS }, reader);
  await stack.tick('* * * * *');
  const run = await pollUntil(
    async () => {
      const { rows } = await stack.sql.query<{ status: string; moved: number; seconds: number }>(
        `select status, resealed_rows::int as moved, extract(epoch from ended_at - created_at)::float8 as seconds
         from private.reseal_runs where id = $1 and status <> 'running'`,
        [begun[0]?.id],
      );
      return rows[0];
    },
    { what: 'the end of the reseal', timeoutMs: 300_000, intervalMs: 100 },
  );
  over.abort();
  await Promise.all(readers);
  const { rows: left } = await stack.sql.query<{ n: number }>(
    `select count(*)::int as n from private.sealed_secrets where (key_id, kms_key_version) <> ('local', 2)`,
  );
  // With the wait for the queue in it.
  const rate = Math.round(run.moved / run.seconds);
  if (run.status !== 'completed' || run.moved !== ROWS || left[0]?.n !== 0 || reads.failed > 0) {
    throw new Error(
      `${JSON.stringify(run)}, ${left[0]?.n} left on the old key, ${reads.failed} reads failed`,
    );
  }
  print(`reseal of ${ROWS.toLocaleString('en')} secrets, ${READERS} readers`, [
    {
      name: 'local keyring, old to new version',
      rows: run.moved,
      seconds: Math.round(run.seconds * 100) / 100,
      rowsPerSecond: rate,
      target: TARGET,
      ratio: Math.round((rate / TARGET) * 100) / 100,
      readsOfOld: reads.ofOld,
      readsOfNew: reads.ofNew,
      readsFailed: reads.failed,
      leftOnOldKey: 0,
    },
  ]);
} finally {
  await stack.stop();
}
