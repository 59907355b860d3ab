import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createTenant, pollUntil, type StackCoordinates, supportToken } from '@sluice/testkit';
import {
  createLocalWrapper,
  createVault,
  fromRow,
  revealFields,
  type SealedSecretRow,
  toRow,
} from '@sluice/vault';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';

/** Enough for a run of seconds: it is to be killed in the middle. */
const SECRETS = 30_000;

interface RunningStack extends StackCoordinates {
  readonly processes: Readonly<Record<string, number>>;
}

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

/** `npm start` in a process group of its own. */
const start = async (dir: string) => {
  const child: ChildProcess = spawn(
    process.execPath,
    [resolve('packages/testkit/src/cli/start.ts'), '--data-dir', dir],
    { detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  // Everything else of the stack ends with it.
  onTestFinished(() => void child.kill('SIGKILL'));
  const shows = (words: string) =>
    pollUntil(() => said.includes(words), {
      what: `${words} in:\n${said}`,
      timeoutMs: 120_000,
      intervalMs: 50,
    });
  await shows('Every object is accounted for');
  const stack = await json<RunningStack>(join(dir, 'dev.json'));
  const sql = new Client({ connectionString: stack.databaseUrls.superuser });
  sql.on('error', () => undefined); // it may be killed
  await sql.connect();
  return {
    stack,
    sql,
    ended,
    shows,
    stop: async (): Promise<void> => {
      await sql.end();
      process.kill(-(child.pid ?? 0), 'SIGINT');
      expect(await ended).toBe(0);
    },
  };
};

/** A command of the repository, as its scripts run it. */
const run = (
  script: string,
  args: readonly string[],
  given: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
) => {
  const child = execFile(process.execPath, [resolve(script), ...args], {
    env: { ...process.env, ...given.env },
    timeout: 120_000,
  });
  let said = '';
  child.stdout?.on('data', (chunk: string) => (said += chunk));
  child.stdin?.end(given.input ?? '');
  return once(child, 'close').then(([status]) => ({ status: status as number | null, said }));
};

/** Changes the keyring that the next start gives the engine, by `npm run keyring`. */
const rekey = async (dir: string, ...steps: readonly (readonly string[])[]): Promise<string> => {
  const path = join(dir, 'secrets.json');
  const secrets = await json<{ vaultKeyring: string }>(path);
  let keyring = secrets.vaultKeyring;
  for (const step of steps) {
    const { status, said } = await run('scripts/keyring.ts', step, { input: keyring });
    expect(status).toBe(0);
    keyring = said.trim();
  }
  await writeFile(path, JSON.stringify({ ...secrets, vaultKeyring: keyring }));
  return keyring;
};

test('a reseal whose engine is killed goes on after a restart; without the old key everything opens', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  const before = await start(dir);
  const { vaultKeyring: old } = await json<{ vaultKeyring: string }>(join(dir, 'secrets.json'));
  const tenant = await createTenant(before.stack);
  const ids = Array.from({ length: SECRETS }, () => crypto.randomUUID());
  const refOf = (recordId: string) => ({ tenantId: tenant.id, recordId, field: 'credentials', version: 1 });
  const vault = createVault({ wrapper: createLocalWrapper(old) });
  const rows = await Promise.all(
    ids.map(async (id) => ({ id, ...toRow(await vault.seal({ secret: `text-${id}` }, refOf(id))) })),
  );
  await before.sql.query(
    `insert into private.sealed_secrets (tenant_id, record_type, record_id, field, version, format_version, key_id,
       kms_key_version, data_key_ciphertext, secret_ciphertext)
     select $1, 's3_integration', r.id, 'credentials', 1, r.format_version, r.key_id, r.kms_key_version,
       r.data_key_ciphertext::bytea, r.secret_ciphertext::bytea
     from jsonb_to_recordset($2::jsonb) as r (id uuid, format_version int, key_id text, kms_key_version int,
       data_key_ciphertext text, secret_ciphertext text)`,
    [tenant.id, JSON.stringify(rows)],
  );
  await before.stop();

  await rekey(dir, ['add'], ['use', '2']);
  const killed = await start(dir);
  const where = async ({ stack }: typeof killed) => ({
    env: { SLUICE_API_URL: stack.apiUrl ?? '', SLUICE_ACCESS_TOKEN: await supportToken(stack) },
  });
  const watching = run('scripts/reseal.ts', [], await where(killed));
  await pollUntil(
    async () =>
      (await killed.sql.query('select 1 from private.reseal_runs where resealed_rows > 0')).rows.length > 0,
    { what: 'the first batch', timeoutMs: 60_000, intervalMs: 5 },
  );
  process.kill(killed.stack.processes['workersHost'] ?? 0, 'SIGKILL');
  expect(await killed.ended).toBe(1);
  expect((await watching).status).toBe(1);

  const after = await start(dir);
  const { rows: runs } = await after.sql.query<{ id: string; status: string; moved: number; left: number }>(
    `select id, status, resealed_rows::int as moved, (select count(*)::int from private.sealed_secrets where kms_key_version = 1) as left
     from private.reseal_runs`,
  );
  const [halfway] = runs;
  expect(runs).toMatchObject([{ status: 'running' }]);
  expect(halfway?.moved).toBeGreaterThan(0);
  expect(halfway?.left).toBeGreaterThan(0);
  // As when two minutes have gone by.
  await after.sql.query('update private.reseal_runs set lease_expires_at = now(), hinted_at = null');
  const { status, said } = await run('scripts/reseal.ts', [], await where(after));
  expect(status, said).toBe(0);
  expect(said).toContain('secrets on any other key than local version 2: 0');
  const { rows: ended } = await after.sql.query(
    'select id, status, resealed_rows = total_rows as "isEachMovedOnce", pass from private.reseal_runs',
  );
  expect(ended).toEqual([{ id: halfway?.id, status: 'completed', isEachMovedOnce: true, pass: 1 }]);
  await after.stop();

  const without = await rekey(dir, ['remove', '1']);
  expect(without).not.toContain('"1"');
  const last = await start(dir);
  const opener = createVault({ wrapper: createLocalWrapper(without) });
  const { rows: kept } = await last.sql.query<SealedSecretRow & { record_id: string }>(
    `select record_id, format_version, key_id, kms_key_version, data_key_ciphertext::text, secret_ciphertext::text
     from private.sealed_secrets where tenant_id = $1`,
    [tenant.id],
  );
  expect(kept).toHaveLength(SECRETS);
  for (const row of kept) {
    const opened = revealFields(await opener.open(fromRow(row), refOf(row.record_id)));
    expect(opened['secret']).toBe(`text-${row.record_id}`);
  }
  // And the engine with its own: what the demo connected at the first start is polled still.
  await last.sql.query(`update public.s3_poll_states set last_completed_at = null, next_poll_at = now()`);
  await pollUntil(
    async () =>
      (await last.sql.query('select 1 from public.s3_poll_states where last_completed_at is not null')).rows
        .length > 0,
    { what: 'a poll', timeoutMs: 60_000, intervalMs: 100 },
  );
  await last.stop();
}, 400_000);
