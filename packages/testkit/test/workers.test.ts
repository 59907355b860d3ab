import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectControls, type Stack, startTemporaryStack } from '../src/index.ts';
import { FIXTURE_MIGRATIONS, FIXTURE_WORKERS, temporaryDir } from './support.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTemporaryStack({
    workers: {
      configPaths: FIXTURE_WORKERS,
      extraVars: { 'fixture-front': { EXTRA: 'given' } },
    },
    buckets: ['one'],
    migrationsDir: FIXTURE_MIGRATIONS,
  });
}, 60_000);
afterAll(() => stack?.stop());

async function get(path: string): Promise<unknown> {
  return (await fetch(`${stack.apiUrl}${path}`)).json();
}

async function received(prefix: string): Promise<string[]> {
  return ((await get('/received')) as string[]).filter((key) => key.startsWith(prefix));
}

describe('the Workers', () => {
  test('have the vars of their toml, pointed at this stack, and what a caller adds', async () => {
    expect(await get('/vars')).toEqual({
      SUPABASE_URL: stack.supabaseUrl,
      SUPABASE_PUBLISHABLE_KEY: stack.publishableKey,
      EGRESS_MODE: 'allow-loopback',
      UNTOUCHED: 'as written',
      EXTRA: 'given',
    });
  });

  test('get the secrets that their own toml requires, and no others', async () => {
    const secrets = (await get('/secrets')) as Record<string, string>; // of the other Worker, over RPC
    expect(secrets['SUPABASE_SECRET_KEY']).toBe(stack.secretKey);
    const keyring = JSON.parse(secrets['VAULT_KEYRING'] ?? '') as {
      current: number;
      keys: Record<string, string>;
    };
    expect(Buffer.from(keyring.keys[keyring.current] ?? '', 'base64')).toHaveLength(32);
    expect(await get('/vars')).not.toHaveProperty('SUPABASE_SECRET_KEY');
  });

  test('may import text and node modules', async () => {
    expect(await get('/modules')).toEqual({ words: 'read as text', base64: 'aGk=' });
  });

  test('consume a queue once per message; a message always refused ends in the dead letter queue', async () => {
    await fetch(`${stack.apiUrl}/send`, { method: 'POST', body: JSON.stringify({ name: 'good' }) });
    await stack.sendToQueue('fixture-work', [{ name: 'bad', poison: true }]);
    await expect
      .poll(() => received('fixture-work-dlq/'), { timeout: 15_000 })
      .toEqual(['fixture-work-dlq/bad/1']);
    // max_retries = 2 in the toml: three attempts.
    expect(await received('fixture-work/')).toEqual([
      'fixture-work/bad/1',
      'fixture-work/bad/2',
      'fixture-work/bad/3',
      'fixture-work/good/1',
    ]);
    await expect(stack.sendToQueue('no-such-queue', [{}])).rejects.toThrow('no-such-queue');
  }, 30_000);

  test('consume several batches of a queue at once; one that fails after a long time comes again', async () => {
    await stack.sendToQueue('fixture-slow-work', [{ name: 'first', waitsFor: 'last', poison: true }]);
    await stack.sendToQueue('fixture-slow-work', [{ name: 'middle', waitsFor: 'last' }, { name: 'last' }]);
    await expect
      .poll(() => received('fixture-slow-work/'), { timeout: 15_000 })
      .toEqual(['first/1', 'first/again', 'last/1', 'middle/1'].map((key) => `fixture-slow-work/${key}`));
  }, 30_000);

  test('run their crons when ticked, here and from another process, and a failing one is heard', async () => {
    await stack.tick('*/2 * * * *');
    expect(await received('cron/')).toHaveLength(1);
    await connectControls(stack.controlUrl, stack.secretKey).tick('*/2 * * * *', 'fixture-back');
    expect(await received('cron/')).toHaveLength(2);
    await expect(stack.tick('15 3 * * *')).rejects.toThrow('cron "15 3 * * *" of fixture-back: exception');
    await expect(stack.tick('1 1 1 1 1')).rejects.toThrow('no Worker has the cron trigger');
    await expect(connectControls(stack.controlUrl, 'wrong').tick('*/2 * * * *')).rejects.toThrow('refused');
  });
});

test('crons run by the clock when it is made to run fast', async () => {
  const fast = await startTemporaryStack({
    workers: { configPaths: FIXTURE_WORKERS },
    buckets: ['one'],
    migrationsDir: FIXTURE_MIGRATIONS,
    cron: { pollEveryMs: 50 },
  });
  try {
    const seen = async (): Promise<number> => {
      const keys = (await (await fetch(`${fast.apiUrl}/received`)).json()) as string[];
      return keys.filter((key) => key.startsWith('cron/*/2')).length;
    };
    await expect.poll(seen, { timeout: 10_000 }).toBeGreaterThan(2);
  } finally {
    await fast.stop();
  }
}, 30_000);

test.each([
  ['has no entry file', '', 'the Worker broken has no entry file'],
  ['does not bundle', 'import "./missing.ts";', 'Could not resolve "./missing.ts"'],
  ['throws while it loads', 'throw new Error("not today"); export default {}', 'not today'],
])(
  'a Worker that %s fails the start with that reason',
  async (_what, source, reason) => {
    const dir = join(await temporaryDir(), 'broken');
    await mkdir(dir);
    await writeFile(
      join(dir, 'wrangler.toml'),
      'name = "broken"\nmain = "index.ts"\ncompatibility_date = "2026-11-01"\n',
    );
    if (source !== '') await writeFile(join(dir, 'index.ts'), source);
    const start = startTemporaryStack({
      workers: { configPaths: [join(dir, 'wrangler.toml')] },
      buckets: ['one'],
      migrationsDir: FIXTURE_MIGRATIONS,
    });
    await expect(start).rejects.toThrow(reason);
  },
  30_000,
);
