import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { choosePorts } from '../src/stack/process/ports.ts';

const newDir = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-ports-test-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
};

test('ports nothing listens on yet belong to one stack only, and are those of the last time once given back', async () => {
  const [dir, copy] = [await newDir(), await newDir()];
  const first = await choosePorts(dir, {});
  await cp(join(dir, 'ports.json'), join(copy, 'ports.json'));
  const second = await choosePorts(copy, {});
  const all = [...Object.values(first.ports), ...Object.values(second.ports)];
  expect(new Set(all).size).toBe(all.length);
  await expect(choosePorts(await newDir(), { api: first.ports.api })).rejects.toThrow(
    `port ${first.ports.api}, asked for api, is in use`,
  );
  first.release();
  second.release();
  const again = await choosePorts(dir, {});
  onTestFinished(() => again.release());
  expect(again.ports).toEqual(first.ports);
});
