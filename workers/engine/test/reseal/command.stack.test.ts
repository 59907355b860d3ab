import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { startTemporaryStack, supportToken } from '@sluice/testkit';
import { createLocalWrapper, newKeyring } from '@sluice/vault';
import { afterAll, expect, test } from 'vitest';
import { secretsOf } from './world.ts';

const keyring = newKeyring();
const next = newKeyring(keyring);
/** Its engine has been given a new key: the secrets of before are on the old one. */
const stack = await startTemporaryStack({
  buckets: [],
  workers: { extraVars: { 'sluice-engine': { VAULT_KEYRING: next } } },
});
afterAll(() => stack.stop());

const command = async (environment: Record<string, string>) => {
  const run = promisify(execFile)(process.execPath, [resolve('scripts/reseal.ts')], {
    env: { ...process.env, ...environment },
    timeout: 60_000,
  });
  return run.then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      status: error.code,
      stdout: error.stdout,
      stderr: error.stderr,
    }),
  );
};

test('npm run reseal moves every secret by the running engine, and proves that none is left', async () => {
  const secrets = secretsOf(stack);
  const { ids } = await secrets.addMany(createLocalWrapper(keyring), 30);
  const [bad = ''] = ids;
  await secrets.overwrite(bad, '\\x00112233445566778899aabbccddeeff00112233445566778899aabbcc');
  const token = await supportToken(stack);
  const where = { SLUICE_API_URL: stack.apiUrl ?? '', SLUICE_ACCESS_TOKEN: token };

  const first = await command(where);
  expect(first.status, first.stdout + first.stderr).toBe(1);
  expect(first.stdout).toContain('incomplete: 29 of 30 secrets moved, 1 failed');
  expect(first.stdout).toMatch(
    new RegExp(`failed: s3_integration ${bad} credentials v1 of tenant .*: malformed`),
  );
  expect(first.stdout).toContain('local version 1: 1 secrets');
  for (const id of ids.slice(1)) expect(await secrets.open(createLocalWrapper(next), id)).toMatch(/^text-/);

  await stack.sql.query('delete from private.sealed_secrets where record_id = $1', [bad]);
  const second = await command(where);
  expect(second.status, second.stdout + second.stderr).toBe(0);
  expect(second.stdout).toContain('secrets on any other key than local version 2: 0');
  expect(await secrets.keys()).toEqual({ 'local/2': 29 });

  const { accessToken } = (await secrets.addMany(createLocalWrapper(next), 1)).owner;
  const refused = await command({ ...where, SLUICE_ACCESS_TOKEN: accessToken });
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('support staff');
  expect(first.stdout + second.stdout + refused.stderr).not.toContain(token);
});
