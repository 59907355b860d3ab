import { hasFoundWork } from '@sluice/core';
import { SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketKey } from '../support/keys.ts';
import { PollWorld } from '../support/poll-world.ts';

describe('pollIntegration', () => {
  it('continues where the budget ended, and finishes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.uniqueArray(bucketKey(), { minLength: 1, maxLength: 120, size: 'max' }),
        async (pageSize, budgetCalls, concurrency, keys) => {
          const world = new PollWorld({ pageSize, settings: { budgetCalls, concurrency } });
          for (const key of keys) world.bucket.set(key, 'e1');
          await world.pollToEnd();
          world.expectNothingLost();
          // What is cut finely now is continued finely.
          for (const key of keys) world.bucket.set(key, 'e2');
          world.wait();
          await world.pollToEnd();
          world.expectNothingLost();
          expect(world.database.integration(world.integrationId).poll.lastListedObjects).toBe(keys.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('stops when its time is up, though not before it got on', async () => {
    const world = new PollWorld({ pageSize: 4, settings: { budgetMs: 0, concurrency: 1 } });
    for (let i = 0; i < 40; i += 1) world.bucket.set(`k${String(i).padStart(2, '0')}.pdf`, 'e');
    world.bucketFaults = () => {
      world.clock.advance(1);
      return null;
    };
    let runs = 1;
    while ((await world.poll())?.outcome === 'continues') runs += 1;
    expect(runs).toBeGreaterThan(2);
    world.expectNothingLost();
  });

  it('gets on with at least one slice, also when opening the bucket took all its time', async () => {
    const world = new PollWorld({ pageSize: 4, settings: { budgetMs: 1_000, concurrency: 3 } });
    for (let i = 0; i < 40; i += 1) world.bucket.set(`k${String(i).padStart(2, '0')}.pdf`, 'e');
    world.openMs = 2_000;
    await world.pollToEnd(10);
    world.expectNothingLost();
  });

  it('splits slices that grow and merges those that shrink', async () => {
    const world = new PollWorld({ pageSize: 4, settings: { objectsPerSlice: 8 } });
    const keys = Array.from({ length: 100 }, (_, i) => `k${String(i).padStart(3, '0')}.pdf`);
    const sizes = () =>
      [...world.database.integration(world.integrationId).slices.values()].map((slice) => slice.objectCount);
    for (const key of keys) world.bucket.set(key, 'e');
    await world.pollToEnd();
    expect(sizes().length).toBe(13);

    for (let i = 0; i < 50; i += 1) world.bucket.set(`k050-${i}.pdf`, 'e');
    world.wait();
    await world.pollToEnd();
    expect(Math.max(...sizes())).toBeLessThanOrEqual(20);
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBe(150);

    for (const key of world.bucket.keys().slice(4)) world.bucket.remove(key);
    world.wait();
    await world.pollToEnd();
    expect(sizes()).toEqual([4]);
  });

  it('lists no slice twice, however many workers take part', async () => {
    const world = new PollWorld({ pageSize: 4, settings: { objectsPerSlice: 8, concurrency: 5 } });
    for (let i = 0; i < 200; i += 1) world.bucket.set(`k${String(i).padStart(3, '0')}.pdf`, 'e');
    await world.pollToEnd();
    world.wait();
    world.forgetCalls();
    await world.pollToEnd();
    const asked = world.bucket.listCalls.map((call) =>
      JSON.stringify([call.startAfter, call.continuationToken]),
    );
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBe(50);
  });

  it.each([
    [{ outcome: 'stale' }, false],
    [{ outcome: 'failed', error: new SluiceError('access_denied') }, false],
    [{ outcome: 'finished', listCalls: 1, listed: 3, inserted: 0, revived: 0, skipped: 0 }, false],
    [{ outcome: 'finished', listCalls: 1, listed: 3, inserted: 2, revived: 1, skipped: 3 }, false],
    [{ outcome: 'finished', listCalls: 1, listed: 3, inserted: 2, revived: 0, skipped: 1 }, true],
    [{ outcome: 'continues', listCalls: 1, listed: 3, inserted: 0, revived: 1, skipped: 0 }, true],
  ] as const)('says of %o that it found work: %s', (outcome, isWork) => {
    expect(hasFoundWork(outcome)).toBe(isWork);
  });

  it('compares a slice again when a version in the ledger may be newer than the page', async () => {
    const world = new PollWorld();
    world.bucket.set('a.pdf', 'e1');
    await world.pollToEnd();
    world.wait();
    // The listing begins; then an event records a later version; then the page arrives with the old one.
    world.bucket.set('a.pdf', 'e2');
    world.bucketFaults = () => {
      const row = world.database.rowsOf(world.integrationId)[0];
      if (row !== undefined) row.currentSince = world.database.now();
      world.bucketFaults = () => null;
      return null;
    };
    await world.pollToEnd();
    expect(world.database.rowsOf(world.integrationId)).toHaveLength(1);
    expect([...world.database.integration(world.integrationId).slices.values()]).toMatchObject([
      { digest: null },
    ]);
    world.wait();
    await world.pollToEnd();
    world.expectNothingLost();
  });

  it('skips what is not for processing, with its reason', async () => {
    const world = new PollWorld();
    world.bucket.set('a.pdf', 'e');
    world.bucket.set('b.txt', 'e');
    world.bucket.set('accessible/a.pdf', 'e');
    world.bucket.set('big.pdf', 'e', 300 * 1024 * 1024);
    expect(await world.poll()).toMatchObject({ inserted: 4, skipped: 3 });
    const states = Object.fromEntries(
      world.database.rowsOf(world.integrationId).map((row) => [row.key, row.reason ?? row.state]),
    );
    expect(states).toEqual({
      'a.pdf': 'found',
      'b.txt': 'not_pdf',
      'accessible/a.pdf': 'own_output',
      'big.pdf': 'oversize',
    });
  });
});
