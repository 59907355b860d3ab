import { KnownSources, pollIntegration, receiveS3Events } from '@sluice/core';
import {
  MemoryBucket,
  MemoryDatabase,
  MemoryLifecycle,
  MemoryLog,
  memoryEventLedger,
  memoryPollLedger,
  VirtualClock,
} from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';

/** What happened to one key, in order: a version comes back, and the last comes twice. */
const VERSIONS = ['A', 'B', 'A', 'C', 'D', 'D'] as const;

const ordersOf = <T>(items: readonly T[]): T[][] =>
  items.length < 2
    ? [[...items]]
    : items.flatMap((item, at) =>
        ordersOf([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
      );

/** A bucket whose key was written six times in six seconds, and an integration in event mode. */
const world = () => {
  const clock = new VirtualClock();
  const database = new MemoryDatabase(clock);
  const bucket = new MemoryBucket({ now: () => clock.now() });
  const known = new KnownSources(clock);
  const { id } = database.addIntegration({ bucket: 'bucket' });
  new MemoryLifecycle(database).setDetectionMode(id, 'event');
  const writtenAt = VERSIONS.map((_, second) => clock.now() + second * 1000);
  clock.advance(6_000);
  bucket.set('a.pdf', 'D', 100);

  const tell = async (n: number, hasSequencer: boolean): Promise<void> => {
    const object = {
      key: 'a.pdf',
      size: 100,
      eTag: VERSIONS[n],
      ...(hasSequencer ? { sequencer: `0${n}` } : {}),
    };
    const record = {
      eventName: 'ObjectCreated:Put',
      eventTime: new Date(writtenAt[n] ?? 0).toISOString(),
      s3: { bucket: { name: 'bucket' }, object },
    };
    await receiveS3Events(
      {
        ledger: memoryEventLedger(database),
        known,
        verify: async () => ({ secretVersion: 1, deliveryId: `event ${n}`, signedAtSeconds: null }),
        openBucket: async () => bucket,
        clock,
        log: new MemoryLog(),
        wait: clock.wait,
      },
      {
        integrationId: id,
        headers: {},
        body: new TextEncoder().encode(JSON.stringify({ Records: [record] })),
        requestId: 'test',
      },
    );
  };

  const list = async (): Promise<void> => {
    const ledger = memoryPollLedger(database);
    clock.advance(7_200_000);
    const [lease] = await ledger.claimDuePolls(1, 180);
    if (lease === undefined) throw new Error('No listing is due.');
    const settings = {
      leaseSeconds: 180,
      intervalSeconds: 120,
      maxIntervalSeconds: 1800,
      concurrency: 1,
      budgetMs: 600_000,
      budgetCalls: 8_000,
    };
    await pollIntegration(
      {
        ledger,
        openBucket: async () => bucket,
        rollBack: async () => false,
        clock,
        log: new MemoryLog(),
        settings,
      },
      { version: 1, ...lease },
    );
  };
  return { database, tell, list };
};

describe.for([true, false])('six events of one key, with a sequencer: %s', (hasSequencer) => {
  it('end in the latest version in each of their 720 orders, once a listing has passed', async () => {
    const orders = ordersOf([0, 1, 2, 3, 4, 5]);
    expect(orders).toHaveLength(720);
    const wrong: string[] = [];
    for (const order of orders) {
      const { database, tell, list } = world();
      for (const n of order) await tell(n, hasSequencer);
      await list();
      const rows = [...database.objects.values()];
      const current = rows.filter(({ isCurrent }) => isCurrent).map(({ etag, state }) => `${etag} ${state}`);
      if (current.join() !== 'D found' || database.violations().length > 0)
        wrong.push(`${order.join('')}: ${current.join()}`);
    }
    expect(wrong).toEqual([]);
  });
});
