import { hasFoundWork } from '@sluice/core';
import { compareKeys, SluiceError } from '@sluice/shared';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketKey } from '../support/keys.ts';
import { PollWorld, type PollWorldOptions } from '../support/poll-world.ts';

/** What happens to a bucket between two polls. */
type Change =
  | { readonly kind: 'put'; readonly key: string; readonly etag: string; readonly sizeBytes: number }
  | { readonly kind: 'delete'; readonly at: number }
  /** Right behind an anchor of ours, where a listing that trusts its place would not look. */
  | { readonly kind: 'behind-anchor'; readonly at: number; readonly suffix: string };

const change = (): fc.Arbitrary<Change> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        key: bucketKey(),
        etag: fc.constantFrom('e1', 'e2', 'e3'),
        sizeBytes: fc.constantFrom(0, 5, 6, 300 * 1024 * 1024),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('behind-anchor' as const),
        at: fc.nat(),
        suffix: fc.constantFrom('', '\u0001', ' late.pdf', '\u{10ffff}'),
      }),
    },
  );

const apply = (world: PollWorld, what: Change): void => {
  const { bucket, database, integrationId } = world;
  if (what.kind === 'put') bucket.set(what.key, what.etag, what.sizeBytes);
  else if (what.kind === 'delete') {
    const keys = bucket.keys();
    const key = keys[what.at % Math.max(1, keys.length)];
    if (key !== undefined) bucket.remove(key);
  } else {
    const anchors = [...database.integration(integrationId).slices.keys()];
    const anchor = anchors[what.at % Math.max(1, anchors.length)];
    if (anchor !== undefined && anchor !== '') bucket.set(`${anchor}${what.suffix}`, 'late');
  }
};

const history = (maxRounds = 5) =>
  fc.array(fc.array(change(), { maxLength: 25, size: 'max' }), { minLength: 1, maxLength: maxRounds });

const options = (): fc.Arbitrary<PollWorldOptions> =>
  fc.record({
    pageSize: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(1000)),
    listing: fc.constantFrom('ordered', 'ordered', 'ordered', 'unordered', 'deaf'),
    inputPrefix: fc.constantFrom('', '', 'in/'),
    settings: fc.record({
      concurrency: fc.integer({ min: 1, max: 5 }),
      objectsPerSlice: fc.constantFrom(2, 8, 10_000),
    }),
  });

/** Slices as the database has them: from the very beginning on, in order, no anchor twice. */
const expectSlicesCover = (world: PollWorld): void => {
  const { slices } = world.database.integration(world.integrationId);
  const anchors = [...slices.keys()].sort(compareKeys);
  expect(anchors[0]).toBe('');
};

describe('pollIntegration', () => {
  it('leaves the current version of every object in the ledger, whatever happened between the polls', async () => {
    await fc.assert(
      fc.asyncProperty(options(), history(), async (wanted, rounds) => {
        const world = new PollWorld(wanted);
        for (const changes of rounds) {
          for (const one of changes) apply(world, one);
          await world.pollToEnd();
          world.expectNothingLost();
          expectSlicesCover(world);
          world.wait();
        }
      }),
      { numRuns: 400 },
    );
  });

  it('finds what changes while a poll is listing in that poll or the next', async () => {
    await fc.assert(
      fc.asyncProperty(
        options(),
        history(3),
        fc.array(change(), { minLength: 1, maxLength: 20 }),
        async (wanted, rounds, during) => {
          const world = new PollWorld(wanted);
          const pending = [...during];
          world.bucketFaults = () => {
            const next = pending.shift();
            if (next !== undefined) apply(world, next);
            return null;
          };
          for (const changes of rounds) {
            for (const one of changes) apply(world, one);
            await world.pollToEnd();
            world.wait();
          }
          world.bucketFaults = () => null;
          await world.pollToEnd();
          world.expectNothingLost();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('polls an unchanged bucket without comparing or writing anything, in as few calls as its pages', async () => {
    await fc.assert(
      fc.asyncProperty(options(), history(3), async (wanted, rounds) => {
        const world = new PollWorld(wanted);
        const pageSize = typeof wanted.pageSize === 'number' ? wanted.pageSize : 1000;
        const objectsPerSlice = wanted.settings?.objectsPerSlice ?? 8;
        // A page is never larger than a slice: 1,000 and 10,000.
        fc.pre(pageSize <= objectsPerSlice);
        for (const changes of rounds) {
          for (const one of changes) apply(world, one);
          await world.pollToEnd();
          world.wait();
        }
        // Slices found out of order, merged or cut in the last poll are at rest after another.
        await world.pollToEnd();
        world.wait();
        world.forgetCalls();
        expect(await world.poll()).toMatchObject({ outcome: 'finished', inserted: 0, revived: 0 });
        const { slices } = world.database.integration(world.integrationId);
        const objects = world.bucket.objects.filter((object) =>
          object.key.startsWith(wanted.inputPrefix ?? ''),
        );
        expect(world.bucket.listCalls.length).toBeLessThanOrEqual(
          Math.ceil(objects.length / pageSize) + 2 * slices.size,
        );
        const isLargeWithoutOrder = wanted.listing !== 'ordered' && objects.length > 3 * objectsPerSlice;
        if (!isLargeWithoutOrder) expect(world.callsOf('recordObjects')).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

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

  it('notices a provider without order, and one that ignores start-after, and remembers it', async () => {
    for (const listing of ['unordered', 'deaf'] as const) {
      const world = new PollWorld({ pageSize: 4, listing });
      for (let i = 0; i < 60; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
      await world.pollToEnd();
      world.wait();
      await world.pollToEnd();
      const { poll, slices } = world.database.integration(world.integrationId);
      expect(poll.isUnordered).toBe(true);
      expect([...slices.keys()]).toEqual(['']);
      world.expectNothingLost();
    }
  });

  it('does not give up the order for one page that was out of it', async () => {
    const world = new PollWorld({ pageSize: 4 });
    for (let i = 0; i < 60; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    const listPage = world.bucket.listPage.bind(world.bucket);
    let calls = 0;
    world.bucket.listPage = async (input) => {
      const page = await listPage(input);
      calls += 1;
      return calls === 3 ? { ...page, objects: page.objects.toReversed() } : page;
    };
    await world.pollToEnd();
    const { poll, slices } = world.database.integration(world.integrationId);
    expect(poll.isUnordered).toBe(false);
    expect(slices.size).toBeGreaterThan(1);
    world.expectNothingLost();
  });

  it('tries the order again every twentieth cycle, and keeps it when it is there', async () => {
    const world = new PollWorld({ pageSize: 4 });
    for (let i = 0; i < 60; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    const { poll, slices } = world.database.integration(world.integrationId);
    poll.isUnordered = true;
    while (poll.cycle < 19) {
      await world.pollToEnd();
      world.wait();
      expect(poll.isUnordered).toBe(true);
      expect([...slices.keys()]).toEqual(['']);
    }
    await world.pollToEnd();
    expect(poll).toMatchObject({ cycle: 20, isUnordered: false });
    expect(slices.size).toBeGreaterThan(1);
    world.expectNothingLost();
  });

  it('tries the order in vain on a bucket that has none: every cycle ends all the same', async () => {
    for (const listing of ['unordered', 'deaf'] as const) {
      const world = new PollWorld({ pageSize: 4, listing });
      const { poll, slices } = world.database.integration(world.integrationId);
      for (let round = 0; round < 45; round += 1) {
        for (let i = 0; i < 3; i += 1) world.bucket.set(`k${(round * 7 + i * 31) % 100}.pdf`, `e${round}`);
        await world.pollToEnd(5);
        world.expectNothingLost();
        world.wait();
      }
      expect(poll.cycle).toBeGreaterThan(40);
      expect(poll.isUnordered).toBe(true);
      expect([...slices.keys()]).toEqual(['']);
    }
  });

  it('clears away the anchors of a trial that was killed', async () => {
    const world = new PollWorld({ pageSize: 4, listing: 'unordered' });
    const { poll, slices } = world.database.integration(world.integrationId);
    for (let i = 0; i < 20; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    poll.isUnordered = true;
    slices.set('k5.pdf', { startAfter: 'k5.pdf', objectCount: 3, digest: null, cycle: 0 });
    await world.pollToEnd();
    expect([...slices.keys()]).toEqual(['']);
  });

  it('comes to the order again even when no cycle ever ends without it', async () => {
    const world = new PollWorld({ pageSize: 4, settings: { budgetCalls: 10 } });
    for (let i = 0; i < 200; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    const { poll } = world.database.integration(world.integrationId);
    poll.isUnordered = true;
    expect(await world.poll()).toMatchObject({
      outcome: 'failed',
      error: { code: 'unsupported_by_provider' },
    });
    world.wait();
    await world.pollToEnd();
    expect(poll.isUnordered).toBe(false);
    world.expectNothingLost();
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

  it('says so when a bucket without order holds more than one run can read, instead of never ending', async () => {
    const world = new PollWorld({ pageSize: 4, listing: 'unordered', settings: { budgetCalls: 10 } });
    for (let i = 0; i < 200; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    await world.poll();
    world.wait();
    const outcome = await world.poll();
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'unsupported_by_provider' } });
    expect(world.database.rowsOf(world.integrationId).length).toBeGreaterThan(8);
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
