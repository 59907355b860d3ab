import { describe, expect, it } from 'vitest';
import { PollWorld } from '../support/poll-world.ts';

describe('a provider without order', () => {
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

  it.each([true, false])(
    'misses no key that a provider with an order of its own shows before an anchor (still there: %s) that it is behind',
    async (isThere) => {
      const world = new PollWorld({ pageSize: 2, listing: 'collated', settings: { objectsPerSlice: 2 } });
      const { poll, slices } = world.database.integration(world.integrationId);
      // So far by bytes too.
      for (const key of ['0.pdf', 'B.PDF', 'c.pdf', 'z.pdf']) world.bucket.set(key, 'e');
      await world.pollToEnd();
      expect([...slices.keys()]).toContain('B.PDF');
      if (!isThere) world.bucket.remove('B.PDF');
      world.bucket.set('a.pdf', 'e');
      world.wait();
      await world.pollToEnd();
      world.expectNothingLost();
      expect(poll.isUnordered).toBe(true);
    },
  );

  it('keeps the order when the key behind a slice goes or comes while it is asked for', async () => {
    for (const change of ['goes', 'comes'] as const) {
      const world = new PollWorld({ pageSize: 3, settings: { objectsPerSlice: 3, concurrency: 1 } });
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) world.bucket.set(`${key}.pdf`, 'e');
      await world.pollToEnd();
      world.bucket.remove('c.pdf');
      const listPage = world.bucket.listPage.bind(world.bucket);
      let isDone = false;
      world.bucket.listPage = async (input) => {
        if (input.startAfter === 'c.pdf' && !isDone) {
          isDone = true;
          if (change === 'goes') world.bucket.remove('d.pdf');
          else world.bucket.set('cc.pdf', 'e');
        }
        return listPage(input);
      };
      world.wait();
      await world.pollToEnd();
      expect(isDone).toBe(true);
      world.expectNothingLost();
      const { poll } = world.database.integration(world.integrationId);
      expect(poll.isUnordered).toBe(false);
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

  it('says so when a bucket without order holds more than one run can read, instead of never ending', async () => {
    const world = new PollWorld({ pageSize: 4, listing: 'unordered', settings: { budgetCalls: 10 } });
    for (let i = 0; i < 200; i += 1) world.bucket.set(`k${i}.pdf`, 'e');
    await world.poll();
    world.wait();
    const outcome = await world.poll();
    expect(outcome).toMatchObject({ outcome: 'failed', error: { code: 'unsupported_by_provider' } });
    expect(world.database.rowsOf(world.integrationId).length).toBeGreaterThan(8);
  });
});
