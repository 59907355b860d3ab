import { MemoryLifecycle, memoryEventLedger } from '@sluice/testkit/memory';
import { expect, it } from 'vitest';
import { PollWorld } from '../support/poll-world.ts';

const KEYS = Array.from({ length: 12 }, (_, index) => `k${String(index).padStart(2, '0')}.pdf`);
const HOUR_MS = 3_600_000;

/** A bucket that is known whole, and tells of what happens in it. */
const knownWorld = async (): Promise<PollWorld> => {
  const world = new PollWorld({ pageSize: 4, settings: { objectsPerSlice: 4 } });
  for (const key of KEYS) world.bucket.set(key, 'before');
  new MemoryLifecycle(world.database).setDetectionMode(world.integrationId, 'event');
  await world.pollToEnd();
  world.clock.advance(HOUR_MS);
  return world;
};

const tell = async ({ database, clock, integrationId }: PollWorld, key: string, etag: string) =>
  memoryEventLedger(database).record({
    integrationId,
    deliveryId: `${key} ${etag} ${clock.now()}`,
    secretVersion: 1,
    revision: database.integration(integrationId).revision,
    objects: [
      {
        key,
        etag,
        sizeBytes: 1000,
        lastModified: new Date(clock.now()).toISOString(),
        skipReason: null,
        sequencer: null,
        versionId: null,
      },
    ],
    leftKeys: [],
    refused: {},
  });

/** What an event told of when everything was listed and nothing saved yet. */
const overtaken = async (world: PollWorld, key: string, happens: () => void = () => undefined) => {
  let isTold = false;
  world.ledgerFaults = async ({ method }) => {
    if (isTold || !['savePollProgress', 'completePoll'].includes(method)) return null;
    isTold = true;
    happens();
    world.clock.advance(1000);
    expect(await tell(world, key, 'after')).toMatchObject({ outcome: 'recorded', recorded: 1 });
    world.clock.advance(1000);
    return null;
  };
  await world.pollToEnd();
  expect(world.etagOf(key)).toBe('after');
};

it.each([
  ['as it was', () => undefined],
  ['changed too', (world: PollWorld) => world.bucket.set('k04.pdf', 'new')],
])(
  'a version that comes back is found when an event put it aside beside a listing that had shown its slice %s',
  async (_, prepare) => {
    const world = await knownWorld();
    prepare(world);
    await overtaken(world, 'k05.pdf', () => world.bucket.set('k05.pdf', 'after'));
    world.bucket.set('k05.pdf', 'before');
    // Whether its event comes as well or not: it is left to a listing.
    expect(await tell(world, 'k05.pdf', 'before')).toMatchObject({ recorded: 0, deferred: 1 });
    world.wait();
    await world.pollToEnd();
    world.expectNothingLost();
  },
);

it('an event that was wrong about which version is the latest is set right by the next listing, though it came beside one', async () => {
  const world = await knownWorld();
  await overtaken(world, 'k05.pdf');
  world.wait();
  await world.pollToEnd();
  world.expectNothingLost();
});
