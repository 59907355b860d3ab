import type { Bucket } from '@sluice/core';
import { MemoryBucket, VirtualClock } from '@sluice/testkit/memory';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summary, testConnection } from '../support/connection-world.ts';

type Step = 'open' | 'listPage' | 'get' | 'put' | 'delete' | 'probe';
const NOWHERE = { endpoint: 'http://127.0.0.1:1' };

/** A bucket whose steps take the given times, or for ever. */
const run = async (delaysMs: Partial<Record<Step, number>>) => {
  const clock = new VirtualClock();
  const memory = new MemoryBucket();
  memory.set('in/a.pdf', 'e');
  const take = async (step: Step): Promise<void> => {
    const delayMs = delaysMs[step] ?? 0;
    if (delayMs === Number.POSITIVE_INFINITY) return new Promise(() => undefined);
    if (delayMs > 0) await clock.wait(delayMs, new AbortController().signal);
  };
  const bucket: Bucket = {
    listPage: async (input) => {
      await take('listPage');
      return memory.listPage(input);
    },
    get: async (key, options) => {
      await take('get');
      return memory.get(key, options);
    },
    put: async (input) => {
      await take('put');
      // A request that was cut off comes to nothing; what had arrived whole is the scenario of a lost answer.
      input.signal?.throwIfAborted();
      return memory.put(input);
    },
    delete: async (key) => {
      await take('delete');
      return memory.delete(key);
    },
    head: (key) => memory.head(key),
    probes: {
      readByLink: async (key) => {
        await take('get');
        await memory.head(key);
      },
      mayWrite: async () => {
        await take('probe');
        return false;
      },
      mayReadPolicy: async () => {
        await take('probe');
        return false;
      },
      listOtherwise: async () => take('probe'),
      clockSkewMs: () => 0,
    },
    presignGet: (key, seconds) => memory.presignGet(key, seconds),
  };
  const startedAt = clock.now();
  const { test } = await clock.run(
    testConnection(NOWHERE, {
      clock,
      wait: clock.wait,
      open: async () => {
        await take('open');
        return bucket;
      },
    }),
  );
  return { lines: summary(test), test, tookMs: clock.now() - startedAt, keys: memory.keys() };
};

const FOREVER = Number.POSITIVE_INFINITY;

describe('testS3Connection', () => {
  it('answers within 8 seconds, whatever hangs or dawdles, with every check told', async () => {
    const delay = () => fc.constantFrom(0, 0, 100, 1_000, 2_400, 4_900, 5_100, 60_000, FOREVER);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          open: delay(),
          listPage: delay(),
          get: delay(),
          put: delay(),
          delete: delay(),
          probe: delay(),
        }),
        async (delaysMs) => {
          const { lines, tookMs } = await run(delaysMs);
          expect(tookMs).toBeLessThan(8_000);
          expect(lines).toHaveLength(15);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('always removes its probe when the bucket lets it within 1.5 seconds', async () => {
    const delay = () => fc.constantFrom(0, 0, 500, 2_400, 4_900);
    await fc.assert(
      fc.asyncProperty(
        fc.record({ open: delay(), listPage: delay(), get: delay(), put: delay() }),
        fc.integer({ min: 0, max: 1_400 }),
        async (delaysMs, deleteMs) => {
          const { lines, keys } = await run({ ...delaysMs, delete: deleteMs });
          const isWritten = lines.includes('write passed');
          expect(keys).toEqual(['in/a.pdf']);
          if (isWritten) expect(lines).toContain('delete passed');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives one check no more than 5 seconds', async () => {
    const hung = await run({ listPage: FOREVER });
    expect(hung.tookMs).toBe(5_000);
    expect(hung.lines).toContain('endpoint failed upstream_timeout');
    expect((await run({ open: FOREVER })).lines).toContain('credentials failed upstream_timeout');
    expect((await run({ get: FOREVER })).lines).toContain('read failed upstream_timeout');
    expect((await run({ put: FOREVER })).lines).toContain('write failed upstream_timeout');
  });

  it('does not let pass what it had no time for', async () => {
    const { test } = await run({ listPage: 4_000, get: 4_000 });
    expect(test.outcome).toBe('failed');
    for (const name of ['write', 'read_back', 'delete']) {
      const check = test.checks.find((one) => one.name === name);
      expect(check).toMatchObject({ outcome: 'failed', code: 'upstream_timeout' });
      expect(check?.message).toContain('time');
    }
  });
});
