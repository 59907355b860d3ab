import { describe, expect, it } from 'vitest';
import { PollWorld } from '../support/poll-world.ts';

const OBJECTS = 100_000;

/** Folders of 50, names as scanners give them. */
const keyOf = (index: number): string =>
  `archive/${String(Math.floor(index / 50)).padStart(5, '0')}/scan ${index}.pdf`;

describe('polling a bucket of 100,000 objects', () => {
  it('costs at most 110 LIST and 5 database calls when nothing changed, and a page more for each change', async () => {
    const world = new PollWorld({ settings: { objectsPerSlice: 10_000 } });
    for (let index = 0; index < OBJECTS; index += 1) world.bucket.set(keyOf(index), 'e');
    expect(await world.poll()).toMatchObject({ outcome: 'finished', inserted: OBJECTS, listCalls: 100 });
    expect(world.callsOf('recordObjects')).toBe(100);
    world.wait();

    world.forgetCalls();
    expect(await world.poll()).toMatchObject({ outcome: 'finished', listed: OBJECTS, inserted: 0 });
    expect(world.bucket.listCalls.length).toBeLessThanOrEqual(110);
    expect(world.ledgerCalls.map((call) => call.method)).toEqual(['beginPoll', 'completePoll']);
    world.wait();

    world.bucket.set('archive/00777/late.pdf', 'e');
    world.forgetCalls();
    expect(await world.poll()).toMatchObject({ outcome: 'finished', inserted: 1 });
    expect(world.bucket.listCalls.length).toBeLessThanOrEqual(110);
    // One slice of ten pages, and no other, is compared.
    expect(world.callsOf('recordObjects')).toBeLessThanOrEqual(11);
    world.expectNothingLost();
  });

  it('never holds more than a few pages while a bucket is new', async () => {
    const world = new PollWorld({ settings: { objectsPerSlice: 10_000, concurrency: 5 } });
    for (let index = 0; index < 30_000; index += 1) world.bucket.set(keyOf(index), 'e');
    let ahead = 0;
    let most = 0;
    world.bucketFaults = () => {
      ahead += 1;
      most = Math.max(most, ahead);
      return null;
    };
    world.ledgerFaults = ({ method }) => {
      if (method === 'recordObjects') ahead -= 1;
      return null;
    };
    await world.poll();
    expect(most).toBeLessThanOrEqual(3);
  });
});
