import { SluiceError } from '@sluice/shared';
import type { Verdict } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { LISTING_ERRORS } from '../support/listing-errors.ts';
import { PollWorld } from '../support/poll-world.ts';

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `k${String(i).padStart(3, '0')}.pdf`);

/** A world whose bucket is known, cut in slices of 8 in pages of 4. */
const knownWorld = async (count: number, concurrency = 5): Promise<PollWorld> => {
  const world = new PollWorld({ pageSize: 4, settings: { objectsPerSlice: 8, concurrency } });
  for (const key of many(count)) world.bucket.set(key, 'e1');
  await world.pollToEnd();
  world.wait();
  return world;
};

/** Turns enough for anything still under way to show itself. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('a listing error', () => {
  it.each(LISTING_ERRORS)('%s never completes a cycle, and is recorded', async (code) => {
    const world = await knownWorld(60);
    const before = world.database.integration(world.integrationId).poll.lastCompletedAt;
    world.bucketFaults = ({ args }) =>
      JSON.stringify(args).includes('k023') ? { before: new SluiceError(code) } : null;
    world.clock.advance(1_000);
    expect(await world.poll()).toMatchObject({ outcome: 'failed', error: { code } });
    expect(world.database.integration(world.integrationId).poll).toMatchObject({
      lastCompletedAt: before,
      lastErrorCode: code,
      consecutiveFailures: 1,
      leaseId: null,
    });
  });

  it('in one slice leaves the others listed and stored, and only that one to be asked for again', async () => {
    const world = await knownWorld(80);
    world.bucketFaults = ({ args }) =>
      JSON.stringify(args).includes('k023') ? { before: new SluiceError('upstream_invalid') } : null;
    await world.poll();
    const { slices, poll } = world.database.integration(world.integrationId);
    const unlisted = [...slices.values()].filter((slice) => slice.cycle !== poll.cycle);
    expect(unlisted.map((slice) => slice.startAfter)).toEqual(['k023.pdf']);

    world.bucketFaults = () => null;
    world.wait();
    world.forgetCalls();
    expect(await world.poll()).toMatchObject({ outcome: 'finished', listCalls: 2 });
  });

  it('that never passes does not hide what is new in the rest of the bucket', async () => {
    const world = await knownWorld(80);
    world.bucketFaults = ({ args }) =>
      JSON.stringify(args).includes('k023') ? { before: new SluiceError('upstream_invalid') } : null;
    for (let run = 0; run < 3; run += 1) {
      await world.poll();
      world.wait();
    }
    world.bucket.set('k077-new.pdf', 'e');
    for (let run = 0; run < 3; run += 1) {
      expect(await world.poll()).toMatchObject({ outcome: 'failed' });
      world.wait();
    }
    expect(world.database.rowsOf(world.integrationId).map((row) => row.key)).toContain('k077-new.pdf');
  });

  it('that concerns the whole bucket stops the run at once', async () => {
    const world = await knownWorld(400);
    world.forgetCalls();
    world.bucketFaults = () => ({ before: new SluiceError('access_denied') });
    let asked = 0;
    world.bucketFaults = () => {
      asked += 1;
      return { before: new SluiceError('access_denied') };
    };
    await world.poll();
    expect(asked).toBeLessThanOrEqual(5);
  });

  it('keeps its name when what was listed cannot be saved either', async () => {
    const world = await knownWorld(80);
    world.bucketFaults = ({ args }) =>
      JSON.stringify(args).includes('k063') ? { before: new SluiceError('access_denied') } : null;
    world.ledgerFaults = ({ method }) =>
      method === 'savePollProgress' ? { before: new SluiceError('unavailable') } : null;
    expect(await world.poll()).toMatchObject({ outcome: 'failed', error: { code: 'access_denied' } });
  });
});

describe('a lost lease', () => {
  it.each([1, 5])(
    'stops a run of %s workers, writes nothing more and is nobody’s failure',
    async (workers) => {
      const world = await knownWorld(400, workers);
      for (const key of many(400)) world.bucket.set(key, 'e2');
      world.forgetCalls();
      // By then a slice is listed and waits to be saved.
      const lossAt = 2 * workers + 1;
      let records = 0;
      world.ledgerFaults = ({ method }) => {
        if (method !== 'recordObjects') return null;
        records += 1;
        if (records === lossAt)
          world.database.integration(world.integrationId).poll.leaseId = 'of somebody else';
        return null;
      };
      expect(await world.poll()).toEqual({ outcome: 'stale' });
      // What the workers had under way at that moment, and not one more.
      expect(world.bucket.listCalls.length).toBeLessThanOrEqual(6 * workers);
      const lossIndex = world.ledgerCalls.findIndex(
        ({ method }, index) =>
          method === 'recordObjects' &&
          world.ledgerCalls.slice(0, index + 1).filter((call) => call.method === method).length === lossAt,
      );
      const later = world.ledgerCalls.slice(lossIndex).map(({ method }) => method);
      expect(new Set(later)).toEqual(new Set(['recordObjects']));
      expect(world.database.integration(world.integrationId).poll).toMatchObject({
        leaseId: 'of somebody else',
        consecutiveFailures: 0,
      });
    },
  );

  it('by a pause in mid-flight stops the run', async () => {
    const world = await knownWorld(80);
    world.bucket.set('k050.pdf', 'e2');
    world.bucketFaults = () => {
      world.database.integration(world.integrationId).config.status = 'paused';
      return null;
    };
    expect(await world.poll()).toEqual({ outcome: 'stale' });
  });

  it('found out only when a failure is recorded is no crash', async () => {
    const world = await knownWorld(20);
    world.bucketFaults = () => {
      world.database.integration(world.integrationId).poll.leaseId = 'of somebody else';
      return { before: new SluiceError('access_denied') };
    };
    expect(await world.poll()).toEqual({ outcome: 'stale' });
  });

  it('is what a message delivered twice finds', async () => {
    const world = await knownWorld(20);
    world.database.integration(world.integrationId).poll.leaseExpiresAt = null;
    expect(await world.poll()).toMatchObject({ outcome: 'finished' });
    expect(await world.poll()).toBeNull();
  });
});

describe('a run', () => {
  it('has nothing under way any more when it ends, however it ends', async () => {
    for (const code of ['access_denied', 'upstream_invalid', 'conflict', 'unavailable'] as const) {
      for (let at = 0; at < 30; at += 1) {
        const world = await knownWorld(200);
        for (const key of many(200)) world.bucket.set(key, 'e2');
        let calls = 0;
        let underWay = 0;
        const fault = (): Verdict => {
          calls += 1;
          return calls === at ? { before: new SluiceError(code) } : null;
        };
        world.ledgerFaults = async ({ method }) => {
          if (method === 'recordObjects') await settle();
          return fault();
        };
        world.bucketFaults = async () => {
          underWay += 1;
          await settle();
          underWay -= 1;
          return fault();
        };
        await world.poll().catch(() => null);
        expect(underWay).toBe(0);
        const after = world.bucket.listCalls.length + world.ledgerCalls.length;
        await settle();
        expect(world.bucket.listCalls.length + world.ledgerCalls.length).toBe(after);
      }
    }
  });

  it('cancels the requests under way when it has to stop', async () => {
    const world = await knownWorld(80);
    world.bucketFaults = async ({ args }) => {
      const [{ startAfter = '', signal }] = args as [{ startAfter?: string; signal: AbortSignal }];
      if (startAfter === '') return { before: new SluiceError('access_denied') };
      // Hangs until it is cancelled.
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      return null;
    };
    expect(await world.poll()).toMatchObject({ outcome: 'failed', error: { code: 'access_denied' } });
  });

  it('keeps its lease while the bucket is slow and nothing is new', async () => {
    const world = await knownWorld(160, 1);
    world.forgetCalls();
    world.bucketFaults = () => {
      world.clock.advance(30_000);
      return null;
    };
    expect(await world.poll()).toMatchObject({ outcome: 'continues' });
    // 21 pages of 30 seconds: three times a lease.
    expect(world.callsOf('savePollProgress')).toBeGreaterThan(5);
    expect(world.callsOf('recordObjects')).toBe(0);
  });
});
