import { type ProcessResult, SluiceError } from '@sluice/shared';
import { PRESIGN_CANARY } from '@sluice/testkit/memory';
import { describe, expect, it } from 'vitest';
import { claimedWorld as world } from '../support/object-world.ts';

describe('what stands in the way of processing', () => {
  it('waits for a processor that is busy as for a provider, and says nothing of what it said', async () => {
    const { world: w, ids } = await world('in/a.pdf');
    w.misbehaviour = async (job) => {
      throw new SluiceError('unavailable', { detail: job.source.url });
    };
    await w.process(ids);
    expect(w.row('in/a.pdf')).toMatchObject({
      state: 'found',
      reason: 'unavailable',
      detail: 'The processor is busy.',
    });
    expect(w.everythingWritten()).not.toContain(PRESIGN_CANARY);
    expect(w.database.costs.size).toBe(0);
  });

  it('gives up nothing for a processor that is busy for a day, and tells nobody its words', async () => {
    const { world: w } = await world('in/a.pdf');
    w.misbehaviour = async (job) => {
      throw new SluiceError('unavailable', { detail: job.source.url });
    };
    for (let hours = 0; hours < 24; hours += 1) {
      await w.step();
      w.clock.advance(3_600_000);
    }
    expect(w.row('in/a.pdf')).toMatchObject({
      state: 'found',
      reason: 'unavailable',
      detail: 'The processor is busy.',
    });
    w.misbehaviour = null;
    await w.drain();
    expect(w.states()).toEqual({ 'in/a.pdf': 'written_back' });
    expect(w.everythingWritten()).not.toContain(PRESIGN_CANARY);
  });

  it('tells the processor how often it was in vain because something of ours was busy or away; not the bucket', async () => {
    const { world: w } = await world();
    await w.find('in/a.pdf');
    const throttled: ProcessResult = { outcome: 'source_failed', status: 503, providerCode: 'SlowDown' };
    for (const isBusy of [true, true, false, false, false, true, true]) {
      w.misbehaviour = async () => {
        if (isBusy) throw new SluiceError('unavailable');
        return throttled;
      };
      await w.process(await w.claim());
      w.clock.advance(3_600_000);
    }
    expect(w.jobs.map((job) => job.attempt)).toEqual([1, 2, 3, 3, 3, 3, 4]);
    expect(w.row('in/a.pdf')).toMatchObject({ state: 'found', reason: 'unavailable', attempts: 2 });
  });

  it('waits longer each time for obstacles that take turns, and counts from one again once something came of it', async () => {
    const { world: w } = await world();
    await w.find('in/a.pdf');
    const throttled: ProcessResult = { outcome: 'source_failed', status: 503, providerCode: 'SlowDown' };
    w.misbehaviour = async ({ attempt = 1 }) => {
      if (w.jobs.length % 2 === 1) throw new SluiceError('unavailable');
      expect(attempt).toBe(w.jobs.length / 2 + 1);
      return throttled;
    };
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await w.process(await w.claim());
      waits.push(((w.row('in/a.pdf').dueAt ?? 0) - w.database.now()) / 1_000_000);
      w.clock.advance(3_600_000);
    }
    expect(waits.map(Math.round)).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);

    w.misbehaviour = null;
    await w.process(await w.claim());
    w.faults = ({ method }) => (method === 'put' ? { before: new SluiceError('throttled') } : null);
    await w.writeBack(w.writebackQueue.take().map(({ objectId }) => objectId));
    expect(w.row('in/a.pdf')).toMatchObject({ state: 'staged', attempts: 1, attemptsInAll: 1, outages: 0 });
    expect(((w.row('in/a.pdf').dueAt ?? 0) - w.database.now()) / 1_000_000).toBeCloseTo(10, 2);
  });

  /** Meets `obstacleAt` again and again until the object is pending no more; the hours it took, and the attempts. */
  const untilItEnds = async (obstacleAt: (attempt: number) => 'unavailable' | 'throttled') => {
    const { world: w } = await world();
    await w.find('in/a.pdf');
    const since = w.clock.now();
    w.misbehaviour = async () => {
      if (obstacleAt(w.jobs.length) === 'unavailable') throw new SluiceError('unavailable');
      return { outcome: 'source_failed', status: 503, providerCode: 'SlowDown' };
    };
    while (w.row('in/a.pdf').state === 'found' && w.jobs.length < 2_000) {
      await w.process(await w.claim());
      if (w.row('in/a.pdf').state === 'found')
        w.clock.advance(((w.row('in/a.pdf').dueAt ?? 0) - w.database.now()) / 1000 + 1);
    }
    return { w, hours: (w.clock.now() - since) / 3_600_000 };
  };

  it('gives up for obstacles that take turns too, after three days, with the reason of the last and what was tried in all', async () => {
    const { w, hours } = await untilItEnds((attempt) => (attempt % 2 === 1 ? 'throttled' : 'unavailable'));
    expect(w.row('in/a.pdf')).toMatchObject({
      state: 'dead',
      reason: 'unavailable',
      attempts: 500,
      dueAt: null,
    });
    expect(hours).toBeGreaterThan(72);
    expect(hours).toBeLessThan(96);
  });

  it('holds no obstacle of before against one that lasts: it is waited for for its three days, whatever came between', async () => {
    const { w, hours } = await untilItEnds((attempt) =>
      attempt % 60 === 0 && attempt < 301 ? 'throttled' : 'unavailable',
    );
    expect(w.row('in/a.pdf')).toMatchObject({ state: 'dead', reason: 'unavailable' });
    expect(w.jobs.length).toBe(400);
    expect(hours).toBeGreaterThan(10 * 24);
  });
});
