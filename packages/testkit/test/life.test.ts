import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  createAnonymousClient,
  createUser,
  startStack,
  startTemporaryStack,
  writeDevJson,
} from '../src/index.ts';
import {
  expectGone,
  FIXTURE_MIGRATIONS,
  FIXTURE_WORKERS,
  isAlive,
  kill9,
  startStackProcess,
  temporaryDir,
} from './support.ts';

const QUICK = { workers: false as const, buckets: ['one'], migrationsDir: FIXTURE_MIGRATIONS };

describe('stopping', () => {
  test('leaves no process and, for a temporary stack, no directory', async () => {
    const stack = await startTemporaryStack({ ...QUICK, workers: { configPaths: FIXTURE_WORKERS } });
    const pids = stack.pids();
    expect(Object.keys(pids).sort()).toEqual([
      'bucketsHost',
      'bucketsWorkerd',
      'postgres',
      'postgrest',
      'watchdog',
      'workersHost',
      'workersWorkerd',
    ]);
    expect(Object.values(pids).every(isAlive)).toBe(true);
    await Promise.all([stack.stop(), stack.stop()]);
    expect(Object.keys(pids).filter((name) => isAlive(pids[name] ?? 0))).toEqual([]);
    await expect(stat(stack.dataDir)).rejects.toThrow('ENOENT');
  }, 30_000);

  test('is clean on Ctrl-C, which reaches the whole process group', async () => {
    const dir = await temporaryDir();
    const running = await startStackProcess(dir, true);
    process.kill(-(running.process.pid ?? 0), 'SIGINT');
    expect(await running.ended).toBe(0);
    await expectGone(running.pids);
    await expect(stat(join(dir, 'postgres/pgdata/postmaster.pid'))).rejects.toThrow('ENOENT');
  }, 30_000);

  test('does not wait for a client that a caller keeps', async () => {
    const stack = await startTemporaryStack(QUICK);
    const client = await stack.sql.connect();
    client.on('error', () => undefined);
    await stack.stop();
    expect(isAlive(stack.pids()['postgres'] ?? 0)).toBe(false);
  }, 30_000);
});

describe('kill -9', () => {
  test('of the parent leaves no process', async () => {
    const { process: parent, pids, ended } = await startStackProcess(await temporaryDir(), true);
    kill9(parent.pid ?? 0);
    expect(await ended).toBe('SIGKILL');
    await expectGone(pids);
  }, 40_000);

  test('of everything at once, under load, loses no acknowledged row, object or session', async () => {
    const dir = await temporaryDir();
    const first = await startStackProcess(dir, true);
    const user = await createUser(first.coordinates);
    const { s3 } = first.coordinates;
    const aws = new AwsClient({ ...s3, service: 's3', retries: 0 });
    const object = `${s3.endpoint}/acme-documents/kept.txt`;
    expect((await aws.fetch(object, { method: 'PUT', body: 'kept' })).status).toBe(200);

    let acknowledged = 0;
    const writers = Array.from({ length: 4 }, async () => {
      for (;;) {
        const { status } = await user.client.from('notes').insert({ body: 'n' });
        if (status !== 201) return;
        acknowledged += 1;
      }
    });
    await expect.poll(() => acknowledged, { timeout: 10_000, interval: 10 }).toBeGreaterThan(100);
    for (const pid of [first.process.pid ?? 0, ...Object.values(first.pids)]) kill9(pid);
    await Promise.all(writers);
    await first.ended;

    const second = await startStackProcess(dir, true);
    // Stored URLs and sessions stay good because ports and keys are those of before.
    expect(second.coordinates).toEqual(first.coordinates);
    const { count } = await user.client.from('notes').select('id', { count: 'exact', head: true });
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    expect((await user.client.auth.refreshSession()).error).toBeNull();
    expect(await (await aws.fetch(object)).text()).toBe('kept');
    kill9(second.process.pid ?? 0);
    await expectGone(second.pids);
  }, 60_000);

  test('of parent and watchdog leaves orphans, which the next start ends', async () => {
    const dir = await temporaryDir();
    const first = await startStackProcess(dir, true);
    // Held still, for it shuts down what is left when it sees that the watchdog is gone.
    process.kill(first.process.pid ?? 0, 'SIGSTOP');
    kill9(first.pids['watchdog'] ?? 0);
    kill9(first.process.pid ?? 0);
    await first.ended;
    const { postgres, postgrest } = first.pids;
    expect([postgres, postgrest].every((pid) => isAlive(pid ?? 0))).toBe(true);
    const second = await startStackProcess(dir, true);
    await expectGone(first.pids);
    kill9(second.process.pid ?? 0);
    await expectGone(second.pids);
  }, 60_000);
});

describe('the death of a part', () => {
  test.each(['postgres', 'postgrest', 'workersHost', 'workersWorkerd', 'bucketsHost', 'watchdog'])(
    '%s is reported, and the rest is shut down',
    async (name) => {
      const fatal = Promise.withResolvers<Error>();
      const stack = await startTemporaryStack({
        ...QUICK,
        workers: { configPaths: FIXTURE_WORKERS },
        onFatal: fatal.resolve,
      });
      const pids = stack.pids();
      kill9(pids[name] ?? 0);
      const error = await fatal.promise;
      const part = name.startsWith('workers') ? 'workers' : name.startsWith('buckets') ? 'buckets' : name;
      expect(error.message).toContain(part);
      expect(error.message).toContain('ended unexpectedly');
      expect(Object.keys(pids).filter((other) => isAlive(pids[other] ?? 0))).toEqual([]);
    },
    40_000,
  );
});

describe('a data directory', () => {
  test('takes one stack at a time, and says whose it is', async () => {
    const dataDir = await temporaryDir();
    const stack = await startTemporaryStack({ ...QUICK, dataDir });
    await expect(startStack({ ...QUICK, dataDir })).rejects.toThrow(
      `in use: process ${process.pid} runs a stack`,
    );
    await expect(startStackProcess(dataDir)).rejects.toThrow(`in use: process ${process.pid} runs a stack`);
    expect((await stack.sql.query('select 1 as one')).rowCount).toBe(1);
    await stack.stop();
    await (await startTemporaryStack({ ...QUICK, dataDir })).stop();
  }, 40_000);

  test('keeps keys, ports, users and migrations from one start to the next', async () => {
    const dataDir = await temporaryDir();
    const first = await startTemporaryStack({ ...QUICK, dataDir });
    const { email, password, id } = await createUser(first);
    await first.stop();
    const second = await startTemporaryStack({ ...QUICK, dataDir });
    const { data } = await createAnonymousClient(second).auth.signInWithPassword({ email, password });
    expect(data.user?.id).toBe(id);
    expect([second.supabaseUrl, second.s3]).toEqual([first.supabaseUrl, first.s3]);
    await second.stop();
  }, 40_000);

  test('may lie where the user that postgres runs as has no way to', async () => {
    const closed = join(await temporaryDir(), 'closed');
    await mkdir(closed, { mode: 0o700 });
    const stack = await startTemporaryStack({ ...QUICK, dataDir: join(closed, 'data') });
    expect((await stack.sql.query('select 1 as one')).rowCount).toBe(1);
    await stack.stop();
    await chmod(closed, 0o755);
  }, 30_000);

  test('with a postmaster.pid of a process that is no postgres is no hindrance', async () => {
    const dataDir = await temporaryDir();
    await (await startTemporaryStack({ ...QUICK, dataDir })).stop();
    // Of the user that postgres runs as: others' processes it would not mind.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const stranger = spawn('sleep', ['60'], { ...nobody, cwd: '/', stdio: 'ignore' });
    onTestFinished(() => void stranger.kill());
    await once(stranger, 'spawn');
    await writeFile(join(dataDir, 'postgres/pgdata/postmaster.pid'), `${stranger.pid}\n/nowhere\n`);
    await (await startTemporaryStack({ ...QUICK, dataDir })).stop();
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  }, 30_000);

  test('holds its secrets in files that only the owner reads', async () => {
    const dataDir = await temporaryDir();
    const stack = await startTemporaryStack({ ...QUICK, dataDir });
    const path = await writeDevJson(stack, [{ email: 'demo@example.test', password: 'shown on purpose' }]);
    for (const file of [path, join(dataDir, 'secrets.json')])
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      supabaseUrl: stack.supabaseUrl,
      s3: { endpoint: stack.s3.endpoint, accessKeyId: stack.s3.accessKeyId },
      users: [{ email: 'demo@example.test' }],
      ports: { gateway: Number(new URL(stack.supabaseUrl).port) },
    });
    await stack.stop();
  }, 30_000);
});

test('a port that was asked for and is taken is refused by name, and leaves no directory', async () => {
  const stack = await startTemporaryStack(QUICK);
  const gateway = Number(new URL(stack.supabaseUrl).port);
  const dataDir = await temporaryDir();
  await expect(startStack({ ...QUICK, dataDir, removeDataDir: true, ports: { gateway } })).rejects.toThrow(
    `port ${gateway}, asked for gateway, is in use`,
  );
  await expect(stat(dataDir)).rejects.toThrow('ENOENT');
  await stack.stop();
}, 30_000);

test('the database wants a password', async () => {
  const stack = await startTemporaryStack(QUICK);
  const client = new Client({
    connectionString: stack.databaseUrls.superuser.replace(/:[0-9a-f]{32}@/, ':wrong@'),
  });
  await expect(client.connect()).rejects.toThrow('password authentication failed');
  await stack.stop();
}, 30_000);
